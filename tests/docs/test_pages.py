"""What the pages say of the repository is so: its tests, files and names."""

import re

import pytest

from tests.documented import PAGES
from tests.example import ROOT

LINK = re.compile(r"\]\((?!\w+:)([^()#\s]*)(?:#([^()\s]+))?\)")
SOURCES = ROOT / "frontend" / "src"
STYLES = ROOT / "django_wizard_sessions" / "static" / "wizard_sessions" / "wizard-session.css"


def read(page):
    return PAGES[page].read_text(encoding="utf-8")


def section(page, heading):
    return read(page).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def anchors(path):
    """As they are made of its headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["promises", "reasons", "security"])
def test_every_test_that_is_named_is_there(page):
    named = re.findall(r"`(?:tests/)?([\w/]*test_\w+\.py)`", read(page))
    assert named
    assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_repository_leads_somewhere(page):
    dead = []
    for target, anchor in LINK.findall(read(page)):
        path = PAGES[page].parent / target if target else PAGES[page]
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(f"{target}#{anchor}")
    assert dead == []


def test_every_page_of_the_docs_has_its_place():
    listed = re.findall(r"^[a-z]+$", read("index"), re.MULTILINE)
    assert sorted([*listed, "index"]) == sorted(page for page in PAGES if page.islower())


def test_every_part_of_the_component_is_named():
    named = re.findall(r"`([\w-]+)`", section("component", "What it looks like"))
    parts = re.findall(r"\bpart\(\"([\w-]+)\"", (SOURCES / "tree.js").read_text())
    assert [part for part in parts if part not in named] == []


def test_every_property_of_the_component_is_named():
    named = re.findall(r"`([\w-]+)`", section("component", "What it looks like"))
    properties = set(re.findall(r"--wizard-session-(\w+)", STYLES.read_text()))
    assert [name for name in properties if name not in named] == []


def test_all_words_of_the_component_are_named():
    named = re.findall(r"`(\w+)", section("component", "Other words"))
    words = (SOURCES / "words.js").read_text().partition("export const words = {")[2]
    keys = re.findall(r"^  (\w+)[:,]", words.partition("\n};")[0], re.MULTILINE)
    assert [key for key in keys if key not in named] == []


def test_every_state_of_the_connection_is_there_with_its_words():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", read("component"), re.MULTILINE))
    words = (SOURCES / "words.js").read_text().partition("connection: {")[2].partition("}")[0]
    states = dict(re.findall(r"(\w+): \"(.+)\"", words))
    assert states == {state: rows[state] for state in states}
