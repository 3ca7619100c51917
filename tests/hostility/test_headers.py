"""What hostile headers come to: a 4xx, or nothing at all."""

import json

import pytest

from tests.sse import EventStream

from . import headers, wire
from .conftest import UNTOUCHED

pytestmark = pytest.mark.usefixtures("harmless")
STREAM = b"stream/?workflow_id=" + UNTOUCHED["workflow_id"].encode()
both = pytest.mark.parametrize("path", [b"", STREAM], ids=["a list", "a stream"])


def names(table):
    return pytest.mark.parametrize("name", table)


@both
@names(headers.unusable(b""))
def test_an_authorisation_that_is_none_is_401(target, path, name):
    lines = headers.unusable(target.key.encode())[name]
    answer = wire.exchange(target, wire.request(target, path, *lines, key=False))
    assert (answer.status, list(json.loads(answer.body))) == (401, ["detail"])


@both
@names(headers.NULL_COOKIES)
@pytest.mark.parametrize("key", [True, False], ids=["with a key", "without"])
def test_a_null_character_in_a_cookie_is_400(target, path, name, key):
    answer = wire.exchange(target, wire.request(target, path, headers.NULL_COOKIES[name], key=key))
    assert (answer.status, list(json.loads(answer.body))) == (400, ["detail"])


@names(headers.NOT_ACCEPTABLE)
def test_what_accepts_no_json_is_406(target, name):
    answer = wire.exchange(target, wire.request(target, b"", headers.NOT_ACCEPTABLE[name]))
    assert (answer.status, list(json.loads(answer.body))) == (406, ["detail"])


@names(headers.BAD_HOSTS)
def test_a_host_that_is_none_is_400(target, name):
    host = b"Host: " + headers.BAD_HOSTS[name]
    message = wire.request(target).replace(wire.HOST, host)
    assert wire.exchange(target, message).status == 400


@both
def test_a_websocket_is_refused(target, path):
    answer = wire.exchange(target, wire.request(target, path, *headers.WEBSOCKET))
    assert answer.status == 403


@names(headers.IGNORED)
def test_a_header_that_says_nothing_to_us_is_ignored(target, name):
    listed = wire.exchange(target, wire.request(target, b"", *headers.IGNORED[name]))
    assert (listed.status, json.loads(listed.body)["count"]) == (200, 1)
    followed = wire.exchange(target, wire.request(target, STREAM, *headers.IGNORED[name]))
    assert (followed.status, followed.headers["content-type"]) == (200, "text/event-stream")


@both
@pytest.mark.parametrize("body", [b"{}", b"\xff\0"])
def test_the_body_of_a_get_is_not_read(target, path, body):
    lines = (b"Content-Type: application/json", b"Content-Length: %d" % len(body))
    assert wire.exchange(target, wire.request(target, path, *lines, body=body)).status == 200


@names(headers.NO_CURSOR)
def test_what_is_no_cursor_of_ours_is_ignored(target, name):
    line = b"Last-Event-ID: " + headers.NO_CURSOR[name]
    assert wire.exchange(target, wire.request(target, STREAM, line)).status == 200
    query = {"workflow_id": UNTOUCHED["workflow_id"], "last_event_id": headers.NO_CURSOR[name]}
    with EventStream(f"{target.sessions}stream/", params=query, headers=target.headers) as stream:
        assert json.loads(stream.next().data)["session_id"] == "untouched"


def test_no_forwarded_host_gets_into_a_link(target):
    line = b"X-Forwarded-Host: evil.example"
    answer = wire.exchange(target, wire.request(target, b"?limit=1&offset=1", line))
    assert json.loads(answer.body)["previous"].startswith("http://localhost/")
