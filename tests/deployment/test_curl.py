"""The lines with `curl -N` in the docs, as somebody copies them who looks for a fault."""

import re
import subprocess

import pytest

from tests import services
from tests.documented import blocks
from tests.factories import a_push

from .test_nginx import FORCED, with_line

TIMED_OUT = 28  # it followed the stream to the end of its time
BEGIN = r":\nretry: \d+\n\n"


@pytest.fixture
def follow(tmp_path):
    """What a line prints of the stream in a second."""
    services.require_curl()

    def follow(line, example, *options):
        # curl takes these from its configuration, so that the docs' line stays as it is.
        (tmp_path / ".curlrc").write_text("\n".join(["silent", "max-time = 1", *options]))
        variables = {"KEY": example.key, "SESSIONS": example.sessions.rstrip("/")}
        env = {**example.env, **variables, "CURL_HOME": str(tmp_path)}
        command = ["bash", "-u", "-c", line]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == TIMED_OUT, done.stderr
        return done.stdout

    return follow


def test_a_page_is_told_by_an_event_that_the_stream_is_open(follow, django, workflow):
    [block] = blocks("api", "The stream")
    line = block.replace("integration", workflow)
    assert re.match(rf"{BEGIN}event: ping\ndata: {{}}\n\n", follow(line, django))
    data = django.push(a_push(workflow_id=workflow)).text
    assert re.match(rf"{BEGIN}id: .+\ndata: {re.escape(data)}\n\n", follow(line, django))


@pytest.mark.parametrize(
    ("configuration", "begin"), [({}, BEGIN), (with_line(FORCED), r"\Z")], ids=["not", "held"]
)
def test_a_stream_that_is_held_back_is_told_from_one_that_is_not(
    follow, behind, configuration, begin
):
    [line] = blocks("proxies", "A proxy that buffers")
    with behind("nginx", configuration) as proxied:
        printed = follow(line, proxied, f"cacert = {proxied.authority}")
    assert re.match(begin, printed)
