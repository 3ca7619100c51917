"""The client that orval makes of the live schema: type-checked, and run by node on the example."""

import json

import pytest

from tests.factories import recording


@pytest.fixture(scope="module", params=["nextjs_completed", "nextjs_error"])
def pushes(request):
    """A recorded run, of a workflow of its own."""
    return [{**push, "workflow_id": request.param} for push in recording(request.param)]


@pytest.fixture(scope="module")
def run(workspace, example, pushes):
    return workspace.script("client", KEY=example.key, PUSHES=json.dumps(pushes))


def test_it_finds_no_run_before_the_first_push(run):
    assert run["before"]["status"] == 204


def test_it_follows_the_run_to_its_end(run, pushes):
    """By the builder of the URL. Of states that come close together, some may be left out."""
    pushed = {"event_plan": None, "error": None, **pushes[-1]}
    assert run["seen"][-1].items() >= pushed.items()
    assert len(run["seen"]) > 1


def test_it_reads_the_run_in_the_three_ways(run, example):
    stored = run["seen"][-1]
    assert run["latest"]["data"] == run["one"]["data"] == stored
    assert run["page"]["data"]["results"] == [stored]
    assert example.get("latest/", params={"workflow_id": stored["workflow_id"]}).json() == stored
