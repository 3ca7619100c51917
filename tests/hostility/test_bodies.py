"""What a broken or hostile client pushes: a 4xx that says why, and nothing is stored."""

import json

import pytest

from tests.factories import a_push

from . import bodies
from .conftest import UNTOUCHED, unharmed

JSON = "application/json"


def send(target, body, content_type=JSON, **headers):
    headers = {"Content-Type": content_type.encode("latin-1"), **headers}
    return target.request("POST", content=body, headers=headers)


def names(table):
    """The parameters of a table: its keys, which name the rows."""
    return pytest.mark.parametrize("name", table)


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize(
    ("field", "name"),
    [(field, name) for field, values in bodies.BAD_VALUES.items() for name in values],
)
def test_a_bad_value_is_named(target, field, name):
    value = bodies.BAD_VALUES[field][name]
    response = send(target, bodies.text(field, json.dumps(value)))
    assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.usefixtures("harmless")
@names(bodies.OUT_OF_RANGE)
@pytest.mark.parametrize("field", ["event_plan", "error", "workflow_id", "started_at", "tasks"])
def test_a_number_out_of_range_is_named(target, field, name):
    number = bodies.OUT_OF_RANGE[name]
    value = f'{{"a": [{number}]}}' if field in {"event_plan", "error"} else number
    response = send(target, bodies.text(field, value))
    assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.usefixtures("harmless")
@names(bodies.NO_JSON_OBJECT)
def test_a_body_that_is_no_json_object_is_refused(target, name):
    response = send(target, bodies.NO_JSON_OBJECT[name])
    assert response.status_code == 400
    assert set(response.json()) <= {"detail", "non_field_errors"}


@pytest.mark.usefixtures("harmless")
def test_an_empty_body_lacks_every_field(target):
    response = send(target, b"")
    assert response.status_code == 400
    assert set(response.json()) == set(UNTOUCHED)


@pytest.mark.usefixtures("harmless")
def test_a_million_tasks_are_too_many(target):
    response = send(target, bodies.text("tasks", f"[{'0,' * 999_999}0]"))
    assert (response.status_code, list(response.json())) == (400, ["tasks"])


@pytest.mark.usefixtures("harmless")
@names(bodies.COMPRESSED)
def test_a_compressed_body_is_not_unpacked(target, name):
    response = send(target, bodies.COMPRESSED[name], **{"Content-Encoding": name})
    assert (response.status_code, list(response.json())) == (400, ["detail"])


@pytest.mark.usefixtures("harmless")
@names(bodies.TOO_LARGE)
def test_a_body_beyond_all_bounds_is_413(target, name):
    assert send(target, bodies.TOO_LARGE[name]()).status_code == 413


@names(bodies.TOO_LARGE)
def test_it_is_413_on_daphne_too(daphne, name):
    """Whose request has read the whole body before Django sees it."""
    with unharmed(daphne):
        assert send(daphne, bodies.TOO_LARGE[name]()).status_code == 413


@pytest.mark.usefixtures("harmless")
@names(bodies.NO_JSON_TYPE)
def test_another_content_type_is_415(target, name):
    response = send(target, bodies.text(), bodies.NO_JSON_TYPE[name])
    assert (response.status_code, list(response.json())) == (415, ["detail"])


@pytest.mark.usefixtures("harmless")
def test_a_form_cannot_push_by_a_cookie_either(target):
    cookies = "; ".join(f"{name}={value}" for name, value in target.log_in("alice").items())
    form = "&".join(f"field{number}=1" for number in range(2_000))
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": content_type, "Cookie": cookies}
        response = target.request("POST", key="", content=form, headers=headers)
        assert response.status_code in {403, 415}


@pytest.mark.usefixtures("harmless")
def test_a_refusal_does_not_repeat_what_it_refuses(target):
    refused = send(target, bodies.text(run_phase="x" * 1_000_000))
    assert len(refused.content) < 200


@names(bodies.ACCEPTED)
def test_what_looks_hostile_and_is_accepted_becomes(example, session_id, name):
    end, expected = bodies.ACCEPTED[name]
    push = a_push(session_id, error=None)
    response = send(example, f"{json.dumps(push)[:-1]}, {end}}}")
    assert response.status_code == 201
    stored = example.get(f"{session_id}/").json()
    assert {key: stored[key] for key in push} == {**push, **expected}


@names(bodies.DATES)
def test_a_date_that_is_accepted_becomes(example, session_id, name):
    given, expected = bodies.DATES[name]
    response = send(example, json.dumps(a_push(session_id, started_at=given)))
    assert (response.status_code, response.json()["started_at"]) == (201, expected)


@pytest.mark.parametrize("charset", bodies.ANY_CHARSET)
def test_json_is_utf_8_whatever_charset_is_declared(example, session_id, charset):
    body = json.dumps(a_push(session_id, skill_id="é"), ensure_ascii=False).encode()
    response = send(example, body, f"{JSON}; charset={charset}")
    assert (response.status_code, response.json()["skill_id"]) == (201, "é")


@names(bodies.JSON_TYPES)
def test_some_content_types_are_as_good_as_json(example, session_id, name):
    body = json.dumps(a_push(session_id))
    assert send(example, body, bodies.JSON_TYPES[name]).status_code == 201


def test_a_content_encoding_of_plain_json_is_not_believed(example, session_id):
    body = json.dumps(a_push(session_id))
    assert send(example, body, **{"Content-Encoding": "gzip"}).status_code == 201


def test_a_body_may_come_in_chunks_without_its_length(example, session_id):
    body = json.dumps(a_push(session_id)).encode()
    assert send(example, iter([body[:20], body[20:]])).status_code == 201


def test_a_body_may_be_as_large_as_the_limit(example, session_id):
    body = json.dumps(a_push(session_id)).encode().ljust(2 * 1024 * 1024)
    assert send(example, body).status_code == 201


def test_the_largest_push_that_is_allowed_is_stored(example, session_id):
    push = bodies.a_large_push(session_id)
    assert example.push(push).status_code == 201
    stored = example.get(f"{session_id}/").json()
    assert {key: stored[key] for key in push} == push


def test_a_large_number_comes_back_as_the_same_number(example, session_id):
    answer = example.push(a_push(session_id, event_plan={"a": 1.5e308})).json()
    assert float(answer["event_plan"]["a"]) == 1.5e308  # PostgreSQL writes all of its digits
