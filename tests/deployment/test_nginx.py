"""What is nginx's own: it buffers, it compresses, it is reloaded, it serves below a prefix."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.documented import blocks
from tests.example import running
from tests.factories import a_push
from tests.live.inside import wait_for

TIMEOUT = "proxy_read_timeout 60s;"
FORCED = "proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;"


def with_line(line):
    return {TIMEOUT: f"{TIMEOUT} {line}"}


def pushed(proxied, workflow):
    return proxied.push(a_push(workflow, workflow_id=workflow)).text


def workers(nginx):
    return set(Path(f"/proc/{nginx.pid}/task/{nginx.pid}/children").read_text().split())


def test_a_timeout_that_is_shorter_than_the_heartbeats_cuts_the_stream(behind, workflow):
    with (
        behind("nginx", {TIMEOUT: "proxy_read_timeout 200ms;"}) as proxied,
        proxied.stream(workflow_id=workflow) as stream,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        list(stream.blocks())


def test_compression_holds_no_frame_back(behind, workflow):
    with (
        behind("nginx", with_line("gzip on; gzip_types *;")) as proxied,
        proxied.stream(workflow_id=workflow) as stream,
    ):
        assert stream.response.headers["content-encoding"] == "gzip"
        stream.next_block()
        data = pushed(proxied, workflow)
        start = time.monotonic()
        assert stream.next().data == data
        assert time.monotonic() - start < 0.3  # no heartbeat has pushed it out


def test_a_reload_leaves_open_streams_as_they_are(behind, workflow):
    with behind("nginx", {}) as proxied, proxied.stream(workflow_id=workflow) as before:
        before.next_block()
        old = workers(proxied.process)
        proxied.process.send_signal(signal.SIGHUP)
        wait_for(lambda: workers(proxied.process) - old, seconds=5)
        with proxied.stream(workflow_id=workflow) as after:
            after.next_block()
            data = pushed(proxied, workflow)
            assert before.next().data == after.next().data == data


def test_a_prefix_is_in_the_links_and_before_the_stream(behind, django, tmp_path, workflow):
    location, _setting = blocks("proxies", "Below a prefix")
    env = {**django.env, "DJANGO_SETTINGS_MODULE": "tests.deployment.prefixed_settings"}
    with (
        running(env, tmp_path, "daphne") as prefixed,
        behind("nginx", {"location / {": location}, prefixed, "/wizards") as proxied,
        proxied.stream(workflow_id=workflow) as stream,
    ):
        for number in range(2):
            data = proxied.push(a_push(f"prefix-{number}", workflow_id=workflow)).text
            assert stream.next().data == data
        page = proxied.get(f"?workflow_id={workflow}&limit=1").json()
        assert page["next"].startswith("https://localhost/wizards/api/")


def test_a_proxy_that_buffers_holds_back_all_of_the_stream(behind, workflow):
    with behind("nginx", with_line(FORCED)) as proxied:
        url = f"{proxied.sessions}stream/?workflow_id={workflow}"
        pushed(proxied, workflow)
        with (
            pytest.raises(httpx.ReadTimeout),
            proxied.client.stream("GET", url, headers=proxied.headers, timeout=1),
        ):
            pass  # not even the headers come


def test_buffering_that_is_switched_off_beside_lets_the_stream_through(behind, workflow):
    off = with_line(FORCED.replace("on;", "off;"))
    with behind("nginx", off) as proxied, proxied.stream(workflow_id=workflow) as stream:
        stream.next_block()
        data = pushed(proxied, workflow)
        assert stream.next().data == data
