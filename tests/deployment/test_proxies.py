"""The example behind each proxy, with the configurations of the docs."""

import json
import time

import pytest
import yaml

from django_wizard_sessions.parsers import MAX_BODY_BYTES
from tests.documented import blocks
from tests.factories import a_push
from tests.live.http2 import Http2Connection
from tests.live.inside import NOTHING, inside, wait_for

SHORT = {  # timeouts of those that have one, which are longer in the docs
    "nginx": {"proxy_read_timeout 60s": "proxy_read_timeout 1s"},
    "caddy": {},
    "haproxy": {"client 60s": "client 1s", "server 60s": "server 1s"},
    "apache": {"ProxyTimeout 60": "ProxyTimeout 1"},
}

AT_ONCE = {"apache": 6}  # streams in one connection
SAYS_413 = {"nginx", "haproxy"}  # the others leave it to Django


@pytest.fixture(scope="module", params=SHORT)
def proxied(request, behind):
    with behind(request.param, SHORT[request.param]) as example:
        yield example


def test_a_push_is_on_the_stream_at_once(proxied, workflow):
    with proxied.stream(workflow_id=workflow) as stream:
        stream.next_block()
        pushed = proxied.push(a_push("at-once", workflow_id=workflow)).content
        start = time.monotonic()
        assert stream.next().data.encode() == pushed
        assert time.monotonic() - start < 0.3  # no heartbeat has pushed it out


def test_one_connection_of_a_browser_has_many_streams(proxied, workflow):
    count = AT_ONCE.get(proxied.name, 20)
    path = f"/api/projects/1/wizard/sessions/stream/?workflow_id={workflow}"
    with Http2Connection(proxied.place.port, proxied.authority) as connection:
        numbers = [connection.open(path, proxied.headers)[0] for _ in range(count)]
        pushed = proxied.push(a_push("many", workflow_id=workflow)).content
        for number in numbers:
            connection.read_until(number, b"data: " + pushed + b"\n\n")


def test_a_stream_that_a_browser_leaves_is_released_while_its_connection_lives_on(
    proxied, django, workflow
):
    path = f"/api/projects/1/wizard/sessions/stream/?workflow_id={workflow}"
    with Http2Connection(proxied.place.port, proxied.authority) as connection:
        number, _headers = connection.open(path, proxied.headers)
        wait_for(lambda: inside(django)["streams"] == 1, seconds=2)
        connection.reset(number)
        wait_for(lambda: inside(django) == NOTHING, seconds=2)


def test_a_client_that_crashes_is_released(proxied, django, workflow):
    with proxied.stream(workflow_id=workflow) as stream:
        stream.next_block()
        assert inside(django)["streams"] == 1
        stream.abort()
        wait_for(lambda: inside(django) == NOTHING, seconds=2)


@pytest.mark.parametrize("proxied", [*filter(SHORT.get, SHORT)], indirect=True, scope="module")
def test_heartbeats_keep_an_idle_stream_beyond_the_proxys_timeout(proxied, workflow):
    with proxied.stream(workflow_id=workflow) as stream:
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            stream.next_block()


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, 201), (MAX_BODY_BYTES + 1, 413)])
def test_a_push_may_be_as_large_as_without_the_proxy_and_no_larger(
    proxied, session_id, size, status
):
    body = json.dumps(a_push(session_id)).encode().ljust(size)
    headers = {"Content-Type": "application/json"}
    answer = proxied.request("POST", content=body, headers=headers)
    assert answer.status_code == status
    if status == 413:
        assert ("detail" in answer.text) is (proxied.name not in SAYS_413)


def test_the_links_between_pages_are_of_the_proxys_own_host(proxied, workflow):
    for number in range(2):
        proxied.push(a_push(f"page-{number}", workflow_id=workflow))
    page = proxied.get(f"?workflow_id={workflow}&limit=1").json()
    assert page["next"].startswith("https://localhost")


def test_traefiks_configuration_can_be_read():
    """Debian has no Traefik: what it would make of this is not shown."""
    static, dynamic = (yaml.safe_load(block) for block in blocks("proxies", "Traefik"))
    [entry_point] = static["entryPoints"]
    http = dynamic["http"]
    for router in http["routers"].values():
        assert router["entryPoints"] == [entry_point]
        assert router["service"] in http["services"]
        assert set(router.get("middlewares", [])) <= set(http["middlewares"])
    assert http["middlewares"]["limit-body"]["buffering"] == {"maxRequestBodyBytes": MAX_BODY_BYTES}
