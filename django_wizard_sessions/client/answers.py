"""What the server's answers come to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from .errors import UnavailableError, WizardSessionsError
from .sessions import Session

MEANINGS = {
    204: "the server has its streams switched off",
    401: "the server does not accept the key, or was sent none",
    403: "the key does not allow it",
    404: "there is nothing at this URL",
}
LONGEST_EXPLANATION = 500
LONGEST_WAIT = 3600.0  # seconds


@contextmanager
def reaching_server() -> Iterator[None]:
    """Whatever keeps a request from being answered may be over the next time."""
    try:
        yield
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol):
        raise  # the request itself is wrong
    except httpx.RequestError as error:
        raise UnavailableError(str(error) or type(error).__name__) from error


def require_ok(response: httpx.Response) -> None:
    """The response must have been read, unless it is one of a stream."""
    status = response.status_code
    if status in {httpx.codes.OK, httpx.codes.CREATED}:
        return
    explanation = f"{status} {response.reason_phrase}: {_explanation(response)}".rstrip(": ")
    if _is_passing(status):
        message = f"the server answers {explanation}"
        raise UnavailableError(message, status, retry_after=_retry_after(response))
    meaning = MEANINGS.get(status, "the server refuses it")
    raise WizardSessionsError(f"{meaning} ({explanation})", status)


def _is_passing(status: int) -> bool:
    """A 501 is of a server that was not set up for streams."""
    return status == httpx.codes.TOO_MANY_REQUESTS or (
        httpx.codes.is_server_error(status) and status != httpx.codes.NOT_IMPLEMENTED
    )


def require_stream(response: httpx.Response) -> None:
    require_ok(response)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if media_type != "text/event-stream":
        message = f"the server answers with {media_type or 'something'} in place of a stream"
        raise WizardSessionsError(message, response.status_code)


def session_in(response: httpx.Response) -> Session | None:
    """None, where the server answers that there is no latest one."""
    if response.status_code == httpx.codes.NO_CONTENT:
        return None
    require_ok(response)
    return session_of(response.text)


def session_of(text: str) -> Session:
    try:
        return Session.parse(text)
    except ValueError as error:
        raise WizardSessionsError(str(error)) from error


def _retry_after(response: httpx.Response) -> float:
    """In seconds. It may also name a date: then the usual delays must do."""
    try:
        return min(max(0.0, float(response.headers["Retry-After"])), LONGEST_WAIT)
    except (KeyError, ValueError):
        return 0.0


def _explanation(response: httpx.Response) -> str:
    """What the server's JSON says, or where a redirect leads; of a page for people, nothing."""
    if response.has_redirect_location:
        return f"to {response.headers['Location']}"[:LONGEST_EXPLANATION]
    try:
        body = response.json()
    except (RecursionError, ValueError):
        return ""
    detail = body.get("detail") if isinstance(body, dict) else None
    text = detail if isinstance(detail, str) else json.dumps(body, ensure_ascii=False)
    return text[:LONGEST_EXPLANATION]
