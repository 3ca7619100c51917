"""Reads what is stored: the latest run of a workflow, and the list of all."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from urllib.parse import urlencode

import httpx

from .answers import reaching_server, require_ok, session_in
from .errors import WizardSessionsError
from .requests import request_headers, sessions_url
from .sessions import Session

PATIENCE = 10.0  # seconds


def latest(
    url: str,
    *,
    workflow: str,
    skill: str | None = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Session | None:
    """The run that started last; ``None`` where nothing has run yet.

    Raises :class:`WizardSessionsError` where the server gives none, and ``ValueError`` for what
    cannot be asked.
    """
    asked = _latest_url(url, workflow, skill)
    with httpx.Client(headers=request_headers(key, headers), timeout=PATIENCE) as client:
        with reaching_server():
            response = client.get(asked)
        return session_in(response)


async def alatest(
    url: str,
    *,
    workflow: str,
    skill: str | None = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Session | None:
    """What :func:`latest` gives."""
    asked = _latest_url(url, workflow, skill)
    async with httpx.AsyncClient(headers=request_headers(key, headers), timeout=PATIENCE) as client:
        with reaching_server():
            response = await client.get(asked)
        return session_in(response)


def list_sessions(
    url: str,
    *,
    workflow: str | None = None,
    skill: str | None = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Session]:
    """The project's runs, from the newest to the oldest. Asks for each page when it is needed.

    Raises what :func:`latest` does.
    """
    pages = _Pages(url, workflow, skill)
    client = httpx.Client(headers=request_headers(key, headers), timeout=PATIENCE)
    return _sessions(pages, client)


def alist_sessions(
    url: str,
    *,
    workflow: str | None = None,
    skill: str | None = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncGenerator[Session, None]:
    """What :func:`list_sessions` gives, for ``async for``."""
    pages = _Pages(url, workflow, skill)
    client = httpx.AsyncClient(headers=request_headers(key, headers), timeout=PATIENCE)
    return _asessions(pages, client)


def _latest_url(url: str, workflow: str, skill: str | None) -> str:
    query = urlencode({"workflow_id": workflow, "skill_id": skill or ""})
    return f"{sessions_url(url)}latest/?{query}"


class _Pages:
    """Counts for itself how far it has come: a link in an answer may lead the key elsewhere."""

    def __init__(self, url: str, workflow: str | None, skill: str | None) -> None:
        query = urlencode({"workflow_id": workflow or "", "skill_id": skill or ""})
        self._url = f"{sessions_url(url)}?{query}"
        self._offset = 0
        self._seen: set[str] = set()
        self.is_over = False

    @property
    def next_url(self) -> str:
        return f"{self._url}&offset={self._offset}"

    def sessions_in(self, response: httpx.Response) -> Iterator[Session]:
        """A run that has begun since the last page moves all others on: none is given twice."""
        require_ok(response)
        try:
            page = response.json()
            sessions = [Session.parse(_json_of(item)) for item in page["results"]]
            self.is_over = not sessions or page["next"] is None
        except (KeyError, TypeError, ValueError) as error:
            raise WizardSessionsError(
                "this is no list of sessions", response.status_code
            ) from error
        self._offset += len(sessions)
        for session in sessions:
            if session.session_id not in self._seen:
                self._seen.add(session.session_id)
                yield session


def _json_of(item: object) -> str:
    """As the server writes a session that is asked for alone."""
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def _sessions(pages: _Pages, client: httpx.Client) -> Iterator[Session]:
    with client:
        while not pages.is_over:
            with reaching_server():
                response = client.get(pages.next_url)
            yield from pages.sessions_in(response)


async def _asessions(pages: _Pages, client: httpx.AsyncClient) -> AsyncGenerator[Session, None]:
    async with client:
        while not pages.is_over:
            with reaching_server():
                response = await client.get(pages.next_url)
            for session in pages.sessions_in(response):
                yield session
