"""Two processes without a channel layer between them: the database alone keeps streams right."""

import json

import pytest

from tests.example import environment, running
from tests.factories import a_push


@pytest.fixture(scope="module")
def strangers(example_env, tmp_path_factory):
    """On each database. What one is pushed, the other is not told."""
    seconds = {"STREAM_RECONCILE_INTERVAL": 0.5, "STALE_AFTER": 1.5}
    env = environment(example_env["EXAMPLE_DATABASE_URL"], **seconds)
    env["DJANGO_SETTINGS_MODULE"] = "tests.live.layerless_settings"
    folder = tmp_path_factory.mktemp("strangers")
    with running(env, folder) as one, running(env, folder) as other:
        yield one, other


def test_what_another_process_was_pushed_is_seen_soon(strangers):
    one, other = strangers
    with (
        one.stream(workflow_id="strangers") as all_skills,
        one.stream(workflow_id="strangers", skill_id="django") as of_a_skill,
    ):
        for stream in (all_skills, of_a_skill):
            stream.next_block()
        for phase in ("running", "completed"):
            push = a_push("s", workflow_id="strangers", skill_id="django", run_phase=phase)
            pushed = other.push(push).text
            assert all_skills.next().data == of_a_skill.next().data == pushed


def test_a_session_that_goes_stale_is_sent_again_and_is_fresh_after_a_push(strangers):
    one, other = strangers
    with one.stream(workflow_id="stale") as stream:
        for _ in range(2):
            other.push(a_push("stale", workflow_id="stale"))
            for is_stale in (False, True):
                assert json.loads(stream.next().data)["is_stale"] is is_stale
