"""What the docs say is shown by a test is shown by one that exists."""

import re

import pytest

from .example import ROOT

PAGES = ["promises.md", "security.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_is_there(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"`(?:tests/)?([\w/]*test_\w+\.py)`", text)
    assert named
    assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []
