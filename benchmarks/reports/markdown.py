"""Tables and numbers, as the docs have them."""

from collections.abc import Iterable, Sequence
from typing import Any


def number(value: Any, unit: str = "") -> str:
    """To three digits that say something."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    return f"{value:,.{decimals}f}{unit}".replace("-", "−")


def percent(share: float | None) -> str:
    return "–" if share is None else number(share * 100, " %")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The first column is text, all others are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    lines += [[row[0], *map(number, row[1:])] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *[part for part in parts if part]])
