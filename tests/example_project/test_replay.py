"""The demo's wizard, as who runs it sees it."""

import subprocess
import sys
from itertools import pairwise

import pytest

from example_project.demo.replay import NOTHING, news
from tests.example import ROOT, free_port
from tests.factories import recording


def printed(name):
    pushes = [NOTHING, *recording(name)]
    return [line for before, after in pairwise(pushes) for line in news(before, after)]


@pytest.fixture
def wizard_at():
    """Runs one that is not expected to get far; what it says at its end."""

    def run(url, key):
        command = [sys.executable, "-m", "example_project.demo.replay", "nextjs_completed"]
        env = {"WIZARD_URL": url, "WIZARD_KEY": key, "PYTHONUTF8": "1"}
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        return done.stderr

    return run


def test_each_task_is_told_as_it_begins_and_as_it_is_done():
    titles = [task["title"] for task in recording("nextjs_completed")[-1]["tasks"]]
    assert printed("nextjs_completed") == [
        *(f"{mark} {title}" for title in titles for mark in "◐✔"),
        "✔ All done",
    ]


def test_an_error_is_told_once_at_the_end():
    assert printed("nextjs_error")[-2:] == [
        "◐ Check the build",
        "✖ The build failed:\n  TS2304: Cannot find name 'posthog'.",
    ]


def test_a_key_that_is_refused_is_told_in_words(wizard_at, example):
    assert wizard_at(example.url, "wrong").startswith("✖ The server refused a push: ")


def test_a_server_that_is_not_there_is_told_in_words(wizard_at):
    said = wizard_at(f"http://127.0.0.1:{free_port()}", "any")
    assert said.startswith("✖ The server cannot be reached: ")
