from datetime import timedelta

import pytest
from django.utils import timezone

from django_wizard_sessions.cursors import Cursor
from django_wizard_sessions.topics import group_name
from tests.factories import WORKFLOW, a_stored_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(project):
    return a_stored_session(project)


@pytest.fixture
def group(project):
    return group_name(project.pk, WORKFLOW)


def test_a_cursor_is_read_back_as_it_was_written(session, group):
    cursor = Cursor.of(session)
    assert Cursor.parse(str(cursor), group) == cursor


def test_a_cursor_of_another_topic_is_none(session, project):
    assert Cursor.parse(str(Cursor.of(session)), group_name(project.pk, "other")) is None


@pytest.mark.parametrize(
    ("age", "is_one"),
    [
        (timedelta(hours=23), True),
        (timedelta(hours=25), False),
        (-timedelta(seconds=30), True),
        (-timedelta(minutes=2), False),
    ],
)
def test_a_cursor_is_not_too_old_and_not_of_the_future(session, group, age, is_one):
    cursor = Cursor.of(session)._replace(pushed_at=timezone.now() - age)
    assert (Cursor.parse(str(cursor), group) is not None) is is_one


@pytest.mark.parametrize(
    ("seconds", "is_before"), [(-12, False), (-10, True), (0, True), (10, True)]
)
def test_what_changed_shortly_before_it_may_not_be_known_either(
    session, project, seconds, is_before
):
    """A lost message is found within 10 seconds: the client may have gone before that."""
    cursor = Cursor.of(session)
    other = a_stored_session(project, "run-2")
    other.updated_at = cursor.pushed_at + timedelta(seconds=seconds)
    assert cursor.is_before(other) is is_before


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-2],
        lambda text: text + "x",
        lambda text: text + "\n",
        lambda text: text.replace(".", "-"),
        lambda text: text + "9" * 5_000,
        lambda text: text.replace(text.split(".")[1], "9" * 17),
        lambda text: text.replace(text.split(".")[1], "²" * 16),
        lambda text: "\0" + text,
        lambda text: "\udcff" * 40,
        lambda text: "9" * 1_000_000,
    ],
)
def test_what_was_tampered_with_is_no_cursor(session, group, change):
    assert Cursor.parse(change(str(Cursor.of(session))), group) is None
