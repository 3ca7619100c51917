"""The checks of a history can fail: each finds what contradicts it in one that is made up."""

from datetime import UTC, datetime, timedelta

from .history import (
    Acknowledged,
    Connection,
    Fault,
    History,
    Seen,
    State,
    Stored,
    ambiguous,
    failed_without_cause,
    late,
    lost,
    steps_back,
    wrong,
)

FOLLOWS = {"viewer": ""}


def state(counter, session="run", wizard="wizard", skill="django"):
    """The ``counter``-th state, pushed so many seconds after the start of time."""
    pushed_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=counter)
    plan = {"wizard": wizard, "counter": counter}
    return State.of(
        {
            "session_id": session,
            "skill_id": skill,
            "event_plan": plan,
            "updated_at": pushed_at.isoformat(),
        }
    )


def seen(*counters, viewer="viewer", **of):
    """Frames, one a second, whose revisions are their counters."""
    return [Seen(at, viewer, counter, state(counter, **of)) for at, counter in enumerate(counters)]


def stored(counter, **of):
    return {"run": Stored(counter, state(counter, **of))}


def acknowledged(*counters, **of):
    return [Acknowledged(counter, state(counter, **of)) for counter in counters]


def a_history(*counters, opened=0, closed=100, faults=()):
    """Of one push, acknowledged at second 1, and of what its viewer saw from then on."""
    frames = [Seen(at, "viewer", counter, state(counter)) for at, counter in counters]
    return History(acknowledged(1), frames, [Connection("viewer", opened, closed)], [*faults])


def test_what_is_stored_is_not_lost():
    assert lost(acknowledged(1, 2), stored(2)) == []


def test_a_push_is_not_lost_that_was_stored_twice_or_never_acknowledged():
    assert lost(acknowledged(1, 3), stored(4)) == []


def test_a_database_that_is_behind_a_push_has_lost_it():
    assert lost(acknowledged(2), stored(1))


def test_fewer_revisions_than_pushes_are_a_loss():
    overwritten = {"run": Stored(2, state(3))}
    assert lost(acknowledged(1, 2, 3), overwritten) == ["run has 2 revisions of 3 pushes"]


def test_a_wizard_that_was_overwritten_by_another_has_lost_nothing():
    pushes = acknowledged(1, wizard="one") + acknowledged(2, wizard="other")
    assert lost(pushes, stored(2, wizard="other")) == []


def test_a_viewer_that_sees_later_states_does_not_go_back():
    assert steps_back(seen(1, 2, 2, 5)) == []


def test_a_viewer_that_sees_an_older_state_goes_back():
    assert steps_back(seen(1, 3, 2)) == ["viewer saw run go from 3 to 2"]


def test_viewers_and_sessions_are_told_apart():
    assert steps_back(seen(2) + seen(1, viewer="other") + seen(1, session="other")) == []


def test_a_frame_without_a_revision_can_go_back_by_its_time():
    assert steps_back([*seen(3), Seen(1, "viewer", None, state(2))])
    assert steps_back([*seen(3), Seen(1, "viewer", None, state(3))]) == []


def test_a_later_time_does_not_hide_an_older_revision():
    assert steps_back([Seen(0, "viewer", 2, state(1)), Seen(1, "viewer", 1, state(2))])


def test_one_revision_has_one_state():
    assert ambiguous(seen(1, 2) + seen(1, 2, viewer="other")) == []
    assert ambiguous([*seen(1), Seen(1, "other", 1, state(2))])


def test_a_viewer_is_right_whose_last_frame_is_what_is_stored():
    assert wrong(seen(1, 3), stored(3), FOLLOWS) == []
    assert wrong(seen(1, 3), stored(3), {"viewer": "django"}) == []


def test_a_viewer_is_wrong_that_was_left_behind_or_never_told():
    assert wrong(seen(1, 2), stored(3), FOLLOWS) == ["viewer shows run at 2, not run at 3"]
    assert wrong([], stored(3), FOLLOWS) == ["viewer shows None, not run at 3"]


def test_a_viewer_is_wrong_that_shows_another_state_by_the_right_revision():
    other = [Seen(0, "viewer", 3, state(3, wizard="other"))]
    assert wrong(other, stored(3), FOLLOWS)


def test_a_viewer_need_not_know_another_skill():
    assert wrong([], stored(3), {"viewer": "flask"}) == []


def test_a_push_is_in_time_that_is_seen_within_the_bound():
    assert late(a_history((2.5, 1)), FOLLOWS, bound=2) == []


def test_a_push_is_late_that_is_seen_after_the_bound_or_never():
    assert late(a_history((3.5, 1)), FOLLOWS, bound=2)
    assert late(a_history(), FOLLOWS, bound=2)


def test_a_later_state_shows_the_push_too():
    assert late(a_history((2.5, 2)), FOLLOWS, bound=2) == []


def test_an_older_state_does_not_show_the_push():
    assert late(a_history((2.5, 0)), FOLLOWS, bound=2)


def test_a_viewer_that_was_cut_off_meanwhile_need_not_see_it_in_time():
    assert late(a_history(opened=1.5), FOLLOWS, bound=2) == []
    assert late(a_history(closed=2.5), FOLLOWS, bound=2) == []


def test_a_fault_delays_only_what_it_falls_into():
    history = a_history((3.5, 1), faults=[Fault(2, 2.1, "meanwhile")])
    assert late(history, FOLLOWS, bound=2, delay_by=lambda _: 1) == []
    history = a_history((3.5, 1), faults=[Fault(9, 9.1, "afterwards")])
    assert late(history, FOLLOWS, bound=2, delay_by=lambda _: 1)


def test_what_failed_needs_a_cause_at_the_time():
    history = History(failed=[Fault(5, 6, "push: 500")])
    assert failed_without_cause(history, {"cut"}) == history.failed
    history.faults.append(Fault(1, 2, "cut"))
    assert failed_without_cause(history, {"cut"}) == history.failed
    history.faults.append(Fault(4, 5.5, "cut"))
    assert failed_without_cause(history, {"cut"}) == []
    assert failed_without_cause(history, {"another"}) == history.failed
