"""What Prometheus scrapes from a running server."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.example import migrated, running
from tests.factories import a_push
from tests.live.inside import wait_for

APPLICATION = "tests.prometheus.metrics_asgi:application"


@pytest.fixture(params=[1, 2], ids=["one process", "two worker processes"])
def example(request, tmp_path):
    """Two count as one, as ``prometheus_client`` has it for servers that share a socket."""
    with migrated(f"sqlite:///{tmp_path}/db.sqlite3", STREAM_RECONCILE_INTERVAL=0.5) as env:
        env["DJANGO_SETTINGS_MODULE"] = "tests.prometheus.metrics_settings"
        if request.param > 1:
            env["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path)
        workers = ("--workers", str(request.param))
        with running(env, tmp_path, application=APPLICATION, options=workers) as example:
            yield example


@pytest.fixture
def metric(example):
    def metric(name, **labels):
        text = example.client.get(f"{example.url}/metrics").text
        samples = [
            sample
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"wizard_sessions_{name}" and labels.items() <= sample.labels.items()
        ]
        return sum(sample.value for sample in samples)

    return metric


def test_streams_and_their_frames_are_counted(example, metric):
    stream = example.stream(workflow_id="metrics")
    stream.next_block()
    wait_for(lambda: metric("open_streams") == 1, seconds=5)
    for _ in range(3):
        pushed = example.push(a_push("metrics", workflow_id="metrics")).text
        while stream.next().data != pushed:
            pass
    wait_for(lambda: metric("frames_sent_total") >= 2, seconds=5)
    # In memory, the messages of the other process are lost: found, if it was the one pushed to.
    delivered, healed = metric("push_delivery_seconds_count"), metric("pushes_healed_total")
    assert delivered + healed >= 3
    stream.close()
    wait_for(lambda: metric("streams_closed_total", reason="client") == 1, seconds=5)
    assert metric("streams_opened_total") == 1
    assert metric("open_streams") == 0
    assert metric("publish_failures_total") == 0
