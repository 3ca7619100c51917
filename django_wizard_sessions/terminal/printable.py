"""Text from elsewhere, made harmless: a terminal would obey some of what it may hold."""

import json
import unicodedata
from collections.abc import Callable

LONGEST_LINE = 300

OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""The categories of control characters, of invisible ones, which may reorder a line, and such."""

JOINERS = {"\u200c", "\u200d"}
"""Emoji and some scripts need them."""


BLANKS = str.maketrans("\t\n\r", "   ")
"""JSON has these between its values alone."""


def printable(text: str) -> str:
    """On one line of bounded length, with visible escapes."""
    line = " ".join(text[: 2 * LONGEST_LINE].split())
    if len(text) > LONGEST_LINE:
        line = line[:LONGEST_LINE] + "…"
    return _escape(line, lambda char: char.encode("unicode_escape").decode())


def printable_json(text: str) -> str:
    """The same JSON on one line, in other letters."""
    return _escape(text.translate(BLANKS), lambda char: json.dumps(char)[1:-1])


def _escape(text: str, escape: Callable[[str], str]) -> str:
    return "".join(escape(char) if _is_obeyed(char) else char for char in text)


def _is_obeyed(char: str) -> bool:
    return unicodedata.category(char) in OBEYED and char not in JOINERS
