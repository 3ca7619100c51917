"""On narrow screens, with large letters and in the other direction: all of it fits."""

import pytest

from .pages import part
from .test_accessibility import EVERY_STATE

# What is wider than the place that it has, or out of it; what scrolls by itself is not.
OVERFLOWING = """
    () => {
        const { shadowRoot } = document.querySelector("wizard-session");
        const card = shadowRoot.querySelector("[part=card]");
        const { left, right } = card.getBoundingClientRect();
        return [...card.querySelectorAll("*")].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.left < left || box.right > right);
        }).map((element) => element.getAttribute("part") ?? element.localName);
    }
"""


def expect_to_fit(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("state", EVERY_STATE)
def test_all_of_it_fits(show_all_of, state):
    page = show_all_of(state)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 700})
        expect_to_fit(page)
    page.set_viewport_size({"width": 640, "height": 350})  # zoomed to 200 %
    expect_to_fit(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")  # the letters alone
    expect_to_fit(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    expect_to_fit(page)
    page.set_viewport_size({"width": 320, "height": 700})
    page.evaluate("document.documentElement.style.fontSize = ''")
    expect_to_fit(page)


# Where the words of a part begin and end, whatever room it has.
WORDS = """
    (element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
    }
"""


@pytest.mark.parametrize(("direction", "side"), [("ltr", "left"), ("rtl", "right")])
def test_words_begin_at_the_side_of_the_page_whatever_their_own_direction(show, direction, side):
    page = show("hostile")
    page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
    starts = {
        part(page, name).evaluate(WORDS)[side] for name in ("title", "phase", "count", "times")
    }
    assert len(starts) == 1
    titles = part(page, "task-title").all()
    assert len({title.evaluate(WORDS)[side] for title in titles}) == 1


def test_the_mark_of_the_connection_stands_before_its_words_in_either_direction(show):
    page = show("idle")
    words = part(page, "connection").evaluate(WORDS)
    box = part(page, "connection").bounding_box()
    assert box
    assert box["x"] + 8 < words["left"]
    page.evaluate("document.documentElement.dir = 'rtl'")
    words = part(page, "connection").evaluate(WORDS)
    box = part(page, "connection").bounding_box()
    assert box
    assert words["right"] < box["x"] + box["width"] - 8
