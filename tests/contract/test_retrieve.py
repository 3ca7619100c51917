from urllib.parse import quote

import pytest

from tests.factories import a_push


def test_a_session_that_does_not_exist_is_answered_404(example):
    response = example.get("no-such-session/")
    assert response.status_code == 404
    assert response.json() == {"detail": "The project has no session of this id."}


def test_colons_in_the_path_work_percent_encoded_or_not(example, session_id):
    example.push(a_push(session_id))
    assert ":" in session_id
    plain = example.get(f"{session_id}/")
    encoded = example.get(f"{quote(session_id, safe='')}/")
    assert plain.json() == encoded.json()
    assert plain.json()["session_id"] == session_id


@pytest.mark.parametrize(
    "odd",
    [
        "a.b.json",
        "with space",
        " leading and trailing ",
        "...",
        "100%",
        "%41",
        "a?b#c",
        "semi;colon,comma+plus&and=is",
        "back\\slash",
        "Zürich-日本-🎉",
        "x" * 255,
    ],
)
def test_an_id_that_a_push_accepts_is_retrieved_under_the_same_id(example, odd):
    assert example.push(a_push(odd)).status_code in {200, 201}
    response = example.get(f"{quote(odd, safe='')}/")
    assert (response.status_code, response.json()["session_id"]) == (200, odd)


@pytest.mark.parametrize(("one", "other"), [("Case", "case"), ("pad", "pad "), ("e", "é")])
def test_ids_are_told_apart_code_point_by_code_point(example, workflow, one, other):
    one, other = f"{workflow}-{one}", f"{workflow}-{other}"
    assert example.push(a_push(one, skill_id="one")).status_code == 201
    assert example.push(a_push(other, skill_id="other")).status_code == 201
    assert example.get(f"{quote(one)}/").json()["skill_id"] == "one"
