"""The requests that the docs show beside the README's, and what they say of the answers."""

import re

import pytest
import yaml

from tests.documented import PAGES, blocks
from tests.example import ROOT
from tests.factories import a_push

CURL_TIMED_OUT = 28  # it followed the stream to the end of its time

OPERATIONS = [
    operation
    for methods in yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"].values()
    for operation in methods.values()
    if operation["operationId"].startswith("wizard_sessions_")
]


@pytest.fixture(scope="module")
def api():
    return PAGES["api"].read_text(encoding="utf-8")


def statuses(text):
    return {int(status) for status in re.findall(r"\b[2-5]\d\d\b", text)}


def followed(shell, line):
    done = shell(line)
    assert done.returncode == CURL_TIMED_OUT, done.stderr
    return done.stdout


def test_the_stream_is_followed_by_its_line(shell, example):
    [line] = blocks("api", "The stream")
    begin = r":\nretry: \d+\n\n"
    assert re.fullmatch(rf"{begin}event: ping\ndata: {{}}\n\n", followed(shell, line))
    data = example.push(a_push(workflow_id="integration")).text
    assert re.fullmatch(rf"{begin}id: .+\ndata: {re.escape(data)}\n\n", followed(shell, line))


def test_a_stream_that_is_not_held_back_begins_at_once(shell):
    [line] = blocks("proxies", "A proxy that buffers")
    assert followed(shell, line).startswith(":\nretry: ")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation["operationId"])
def test_a_call_has_the_statuses_of_the_schema(api, operation):
    [row] = re.findall(rf"^\| .*`{operation['operationId']}` .*$", api, re.MULTILINE)
    answers = row.rsplit("|", 2)[1]
    assert statuses(answers) == {int(it) for it in operation["responses"] if int(it) < 400}


def test_every_refusal_of_the_schema_is_there(api):
    first_cells = " ".join(re.findall(r"^\| ([\d, ]+) \|", api, re.MULTILINE))
    assert statuses(first_cells) == {
        int(status)
        for operation in OPERATIONS
        for status in operation["responses"]
        if int(status) >= 400
    }
