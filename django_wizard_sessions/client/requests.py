"""Where a client asks, and as whom."""

from collections.abc import Mapping

import httpx

from django_wizard_sessions import __version__


def sessions_url(text: str) -> str:
    """Of the sessions of a project, with the slash that may be missing.

    Raises ``ValueError`` for a text that is none.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"{text!r} is no URL: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"{text!r} is no URL that begins with http:// or https://.")
    if url.query or url.fragment:
        raise ValueError(f"{text!r} must end with its path, as in .../wizard/sessions/")
    return str(url).rstrip("/") + "/"


def request_headers(key: str | None, headers: Mapping[str, str] | None) -> dict[str, str]:
    """A key that names its scheme, as in ``Token 1234``, is sent as it is."""
    given = {"User-Agent": f"django-wizard-sessions/{__version__}", **(headers or {})}
    if not key:
        return given
    if not (key.isascii() and key.isprintable()):
        raise ValueError("The key holds characters that no key may hold.")
    return given | {"Authorization": key if " " in key else f"Bearer {key}"}
