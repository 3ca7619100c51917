"""What the page of the API says of the answers is what the schema says."""

import re

import pytest
import yaml

from tests.documented import PAGES
from tests.example import ROOT

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
