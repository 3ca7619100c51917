"""A client that was made from the last release's schema works with this one.

``released.yaml`` is that schema: it is replaced by ``docs/openapi.yaml`` with each release.
"""

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from .breaks import breaks
from .changes import BREAKS, IMPROVEMENTS
from .test_document import DOCUMENT

RELEASED = yaml.safe_load(Path(__file__).with_name("released.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def changed():
    """The schema, to be changed."""
    return deepcopy(DOCUMENT)


def test_no_client_of_the_last_release_is_broken():
    assert breaks(RELEASED, DOCUMENT) == [], (
        "If it was meant: tell users of it, then cp docs/openapi.yaml tests/schema/released.yaml"
    )


@pytest.mark.parametrize(("change", "line"), BREAKS.values(), ids=BREAKS)
def test_it_is_found_out(changed, change, line):
    change(changed)
    assert any(re.search(line, each) for each in breaks(DOCUMENT, changed))


@pytest.mark.parametrize("change", IMPROVEMENTS.values(), ids=IMPROVEMENTS)
def test_it_breaks_nothing(changed, change):
    change(changed)
    assert changed != DOCUMENT
    assert breaks(DOCUMENT, changed) == []
