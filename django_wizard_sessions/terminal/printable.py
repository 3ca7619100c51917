"""Text from elsewhere, made harmless: a terminal would obey some of what it may hold."""

import json
import unicodedata
from collections.abc import Callable

OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""The categories of control characters, of invisible ones, which may reorder a line, and such."""

JOINERS = {"\u200c", "\u200d"}
"""Emoji and some scripts need them."""


BLANKS = str.maketrans("\t\n\r", "   ")


def printable(text: str, longest: int = 300) -> str:
    """On one line, of so many characters at most, with visible escapes."""
    line = text if len(text) <= longest else f"{text[:longest]}…"
    return _escape(line, lambda char: char.encode("unicode_escape").decode())


def printable_json(text: str) -> str:
    """The same JSON on one line, in other letters."""
    return _escape(text, lambda char: json.dumps(char)[1:-1])


def _escape(text: str, escape: Callable[[str], str]) -> str:
    line = text.translate(BLANKS)
    return "".join(escape(char) if _is_obeyed(char) else char for char in line)


def _is_obeyed(char: str) -> bool:
    return unicodedata.category(char) in OBEYED and char not in JOINERS
