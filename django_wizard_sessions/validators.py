"""What of a push is refused although it is well-formed: what could not be stored or found again."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework.exceptions import ValidationError

MAX_JSON_BYTES = 256 * 1024
MAX_JSON_DEPTH = 20  # MariaDB's own limit is 32, and the row's column adds none
FIRST_START = datetime(1970, 1, 1, tzinfo=UTC)
LAST_START = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)  # a day's offset later still has a date

_SLASH_OR_CONTROL = re.compile("[/\0-\x1f\x7f-\x9f]")  # the latter are Unicode's category Cc
NULL_OR_SURROGATE: re.Pattern[str] = re.compile("[\0\ud800-\udfff]")

# The routes below sessions/, and what HTTP clients resolve away before they send the request.
RESERVED_SESSION_IDS = frozenset({"latest", "stream", ".", ".."})


def validate_session_id(value: str) -> None:
    """Refuses what could be stored but never be retrieved by its URL."""
    if value in RESERVED_SESSION_IDS:
        raise ValidationError(
            f'"{value}" is reserved: a session of this id could not be retrieved.'
        )
    if _SLASH_OR_CONTROL.search(value):
        raise ValidationError(
            "Slashes and control characters are not allowed: "
            "a session of this id could not be retrieved."
        )


def validate_started_at(value: datetime) -> None:
    if not FIRST_START <= value <= LAST_START:
        raise ValidationError(
            f"Must be between the years {FIRST_START.year} and {LAST_START.year}."
        )


def validate_json(value: Any) -> None:
    """Refuses what some database could not store, or could not give back as valid JSON."""
    size = 0
    for depth, part in _walk(value):
        size += _size(part)
        if size > MAX_JSON_BYTES:
            raise ValidationError(f"Larger than {MAX_JSON_BYTES // 1024} KiB as JSON.")
        if depth > MAX_JSON_DEPTH:
            raise ValidationError(f"Nested deeper than {MAX_JSON_DEPTH} levels.")
        if isinstance(part, float) and not math.isfinite(part):
            raise ValidationError("Holds a number that is out of range.")
        if isinstance(part, str) and NULL_OR_SURROGATE.search(part):
            raise ValidationError("Holds a null character or a lone surrogate.")


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Every value and key within, with its depth. Not recursive, so that no input exhausts it."""
    pending = [(0, value)]
    while pending:
        depth, part = pending.pop()
        yield depth, part
        if isinstance(part, dict):
            pending += [(depth + 1, inner) for item in part.items() for inner in item]
        elif isinstance(part, list):
            pending += [(depth + 1, inner) for inner in part]


def _size(part: Any) -> int:
    """The bytes of a value without what it contains, with the comma or colon behind it."""
    if isinstance(part, str):
        return len(part.encode(errors="surrogatepass")) + len('"",')
    if isinstance(part, dict | list):
        return len("{},")
    if isinstance(part, float):  # PostgreSQL gives back 1e308 with all of its digits
        return len(f"{Decimal(repr(part)):f},")
    return len(f"{part},")
