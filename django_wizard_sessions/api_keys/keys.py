"""The text of a key: ``wzs_<prefix>_<secret>``."""

import hashlib
import re
import secrets
import string

from django.utils.crypto import get_random_string

LABEL = "wzs_"
"""What every key begins with: tells it from another issuer's token, and a scanner finds a leak."""

PREFIX_LENGTH = 8

# Lower case only: MariaDB's default collations would take "A" for "a" when a prefix is looked up.
_PREFIX_ALPHABET = string.ascii_lowercase + string.digits

_SECRET_BYTES = 32

_KEY = re.compile(rf"{LABEL}([a-z0-9]{{{PREFIX_LENGTH}}})_[A-Za-z0-9_-]{{43}}")
_KEY_OR_PREFIX = re.compile(rf"{_KEY.pattern}|(?:{LABEL})?([a-z0-9]{{{PREFIX_LENGTH}}})")


def new_prefix() -> str:
    return get_random_string(PREFIX_LENGTH, _PREFIX_ALPHABET)


def new_key(prefix: str) -> str:
    return f"{LABEL}{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def digest(key: str) -> str:
    """What is stored of a key.

    A fast hash is the right one: there is no dictionary of 256 random bits to try, so a slow hash
    would protect nothing and cost every request.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def prefix_of_key(text: str) -> str | None:
    """The prefix of a whole key; ``None`` for a text that cannot be one, whatever it holds."""
    match = _KEY.fullmatch(text)
    return match[1] if match else None


def prefix_of(text: str) -> str | None:
    """The prefix of a whole key, of ``wzs_<prefix>`` or of the bare prefix."""
    match = _KEY_OR_PREFIX.fullmatch(text)
    return match[1] or match[2] if match else None
