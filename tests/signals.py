"""What the package's signals say."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.dispatch import Signal


@contextmanager
def heard(*signals: Signal) -> Iterator[list[dict[str, Any]]]:
    """A list of what was sent with them meanwhile, as one dictionary each."""

    def hear(sender: Any, **about: Any) -> None:
        sent.append(about)

    sent: list[dict[str, Any]] = []
    with ExitStack() as stack:
        for signal in signals:
            signal.connect(hear)
            stack.callback(signal.disconnect, hear)
        yield sent
