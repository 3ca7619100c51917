"""On narrow screens, with large letters and in the other direction: all of it fits."""

import pytest

from .pages import part
from .states import STATES
from .test_accessibility import EVERY_STATE

# What is wider than the place that it has, or out of it; what scrolls by itself is not.
OVERFLOWING = """
    () => {
        const card = document.querySelector("wizard-session").shadowRoot.querySelector("[part=card]");
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
