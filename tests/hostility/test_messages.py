"""What is no HTTP, or lies about itself: nothing comes of it, on uvicorn and on daphne."""

import pytest

from . import messages, wire
from .conftest import unharmed

MESSAGES = [
    *((name, message, False) for name, message in messages.MALFORMED.items()),
    *((name, message, True) for name, message in messages.UNFINISHED.items()),
]
each = pytest.mark.parametrize(
    ("message", "and_go"), [m[1:] for m in MESSAGES], ids=[m[0] for m in MESSAGES]
)


def assert_nothing_comes_of_it(target, message, and_go):
    with unharmed(target):
        answer = wire.exchange(target, message(target), and_go=and_go)
        assert answer is None or 400 <= answer.status < 500


@each
def test_nothing_comes_of_it(target, message, and_go):
    assert_nothing_comes_of_it(target, message, and_go)


@each
def test_nothing_comes_of_it_on_daphne_either(daphne, message, and_go):
    assert_nothing_comes_of_it(daphne, message, and_go)


@pytest.mark.parametrize(
    ("body", "line"),
    [(messages.PUSH, messages.LENGTH), (messages.CHUNKS, messages.CHUNKED)],
    ids=["a length", "chunks"],
)
def test_where_it_does_not_lie_the_same_push_is_stored(example, body, line):
    answer = wire.exchange(example, wire.push(example, body, line))
    assert answer.status in {200, 201}
