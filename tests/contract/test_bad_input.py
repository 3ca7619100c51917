"""What a broken or hostile client sends: a 400 that names the field, and nothing stored."""

import json

import pytest

from tests.factories import a_push, a_task

NESTED = [{"a": 0}]
for _ in range(30):
    NESTED.append({"a": NESTED[-1]})

BAD_FIELDS = {
    "session_id": [
        None, 5, True, [], {}, "", "latest", "stream", ".", "..", "a/b", "/", "nul\0", "ok\n",
        "tab\t", "\x7f", "\x85", "\ud800", "x" * 256,
    ],
    "workflow_id": [None, 5, 1.5, False, [], {}, "", "nul\0", "\udfff", "x" * 129],
    "skill_id": [None, 5, 1.5, False, [], {}, "", "nul\0", "\udfff", "x" * 129],
    "started_at": [
        None, 5, True, [], {}, "", "yesterday", "2026-13-01T00:00:00Z", "2026-11-24T25:00:00Z",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z", "2026-11-24T02:25:53+25:00", "\0",
    ],
    "run_phase": [
        None, 5, True, [], {}, "", "done", "RUNNING", "running\0", "\ud800", "x" * 1_000_000,
        NESTED[-1],
    ],
    "tasks": [
        None, 5, "", "[]", {}, [None], [5], ["task"], [[]],
        [a_task(id=None)], [a_task(id=0)], [a_task(id="")], [a_task(id="x" * 256)],
        [a_task(title=None)], [a_task(title=["a"])], [a_task(title="nul\0")],
        [a_task(title="\ud83c")], [a_task(title="x" * 10_241)],
        [a_task(status=None)], [a_task(status="cancelled")], [a_task(status=[])],
        [a_task(status="\ud800")],
        [{"id": "0", "title": "No status"}], [a_task()] * 501, [a_task(title="x" * 10_000)] * 30,
    ],
    "event_plan": [
        5, True, "", "{}", [], [{}], {"nul\0": 1}, {"a": "nul\0"}, {"a": ["\ud800"]}, {"\udc00": 1},
        NESTED[-1], {"a": "x" * 300_000}, {"a": [[]] * 300_000}, {"a": [1e308] * 1_000},
    ],
    "error": [
        5, True, "", "failed", [], [{}], {"nul\0": 1}, {"a": {"b": "nul\0"}}, {"a": "\ud800"},
        NESTED[21], {"a": ["x" * 1000] * 300},
    ],
}  # fmt: skip

RAW = {
    "not JSON": b"session_id=run-1",
    "empty": b"",
    "cut off": b'{"session_id": "run',
    "not UTF-8": b'{"session_id": "\xff\xfe"}',
    "UTF-16": '{"session_id": "run"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"session_id": "run"}',
    "two values": b"{} {}",
    "a list": b"[]",
    "a string": b'"run"',
    "null": b"null",
    "20,000 arrays": b'{"error": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "20,000 objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
}


def count(example):
    return example.get(params={"limit": 1}).json()["count"]


def send(example, body, content_type="application/json"):
    return example.request("POST", content=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in BAD_FIELDS.items() for value in values],
    ids=lambda value: ascii(value)[:30],
)
def test_a_bad_value_is_named_and_nothing_is_stored(example, field, value):
    before = count(example)
    body = json.dumps({**a_push("bad-input"), field: value}).encode()
    response = send(example, body)
    assert response.status_code == 400, response.text
    assert list(response.json()) == [field]
    assert count(example) == before


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "-Infinity", "9" * 5_000])
@pytest.mark.parametrize("field", ["event_plan", "error", "workflow_id", "started_at", "tasks"])
def test_a_number_out_of_range_is_named(example, field, number):
    value = {"a": [1234.5]} if field in {"event_plan", "error"} else 1234.5
    body = json.dumps(a_push(**{field: value})).replace("1234.5", number)
    response = send(example, body)
    assert (response.status_code, list(response.json())) == (400, [field])


def test_a_refusal_does_not_repeat_what_it_refuses(example):
    refused = send(example, json.dumps(a_push(run_phase="x" * 1_000_000)))
    assert len(refused.content) < 200


@pytest.mark.parametrize("body", RAW.values(), ids=RAW)
def test_a_body_that_is_no_json_object_is_refused(example, body):
    before = count(example)
    response = send(example, body)
    assert response.status_code == 400, response.text
    assert isinstance(response.json(), dict)
    assert count(example) == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "?"]
)
def test_another_content_type_is_415(example, content_type):
    assert send(example, json.dumps(a_push()), content_type).status_code == 415


@pytest.mark.parametrize("charset", ["utf-16", "zlib", "bz2", "rot13", "undefined", "no-such"])
def test_json_is_utf_8_whatever_charset_is_declared(example, session_id, charset):
    body = json.dumps(a_push(session_id), ensure_ascii=False)
    assert send(example, body, f"application/json; charset={charset}").status_code == 201


def test_a_body_may_come_in_chunks_without_its_length(example, session_id):
    body = json.dumps(a_push(session_id)).encode()
    assert send(example, iter([body[:20], body[20:]])).status_code == 201
    assert send(example, (b"x" * 65536 for _ in range(40))).status_code == 413


def test_a_body_beyond_all_bounds_is_413(example):
    before = count(example)
    assert send(example, b" " * (2 * 1024 * 1024 + 1)).status_code == 413
    assert count(example) == before


def test_the_largest_push_that_is_allowed_is_stored(example, session_id):
    tasks = [a_task(id=str(number), title="x" * 440) for number in range(500)]
    large = {"text": "é" * 131_000}
    push = a_push(session_id, tasks=tasks, event_plan=large, error=large)
    assert example.push(push).status_code == 201
    assert example.get(f"{session_id}/").json()["tasks"] == tasks


@pytest.mark.parametrize("value", [10**400, -(10**30), 5e-324, 0.1, -0.0, [], {}, ""])
def test_unusual_values_of_an_open_object_come_back(example, session_id, value):
    response = example.push(a_push(session_id, event_plan={"a": value}))
    assert response.status_code == 201
    assert example.get(f"{session_id}/").json()["event_plan"] == {"a": value}


def test_a_large_number_comes_back_as_the_same_number(example, session_id):
    answer = example.push(a_push(session_id, event_plan={"a": 1.5e308})).json()
    assert float(answer["event_plan"]["a"]) == 1.5e308  # PostgreSQL writes all of its digits


def test_20_levels_are_stored_and_21_are_not(example, session_id):
    assert example.push(a_push(session_id, error=NESTED[19])).status_code == 201
    assert example.push(a_push(session_id, error=NESTED[20])).status_code == 400


@pytest.mark.parametrize(
    "path", ["nul%00/", "ok%0A/", "%ED%A0%80/", "%FF/", "x" * 5000 + "/", "%2E%2E/", "a%2Fb/"]
)
def test_an_id_that_no_session_can_have_is_404(example, path):
    assert example.get(path).status_code == 404


@pytest.mark.parametrize("project", ["0", "-1", "99999999999999999999999", "abc", "1%00", "%FF"])
def test_a_project_that_cannot_exist_is_404(example, project):
    url = f"{example.url}/api/projects/{project}/wizard/sessions/"
    assert example.request("GET", url).status_code == 404


def test_an_unknown_heartbeat_is_named(example):
    response = example.get("stream/?workflow_id=a&heartbeat=loud")
    assert (response.status_code, list(response.json())) == (400, ["heartbeat"])
