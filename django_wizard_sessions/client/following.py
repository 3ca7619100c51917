"""Follows runs: what there is to it whether one waits or awaits, and how one waits."""

import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from .answers import reaching_server, require_stream, session_in, session_of
from .delays import Delays
from .errors import UnavailableError
from .requests import request_headers, sessions_url
from .runs import LatestRun, NewRun, PinnedRun
from .sessions import Session

SILENCE = 45.0  # seconds; the contract has a heartbeat every 15
PATIENCE = 10.0  # to be connected


def follow(  # noqa: PLR0913
    url: str,
    *,
    workflow: str,
    skill: str | None = None,
    session: str | None = None,
    new: bool = False,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    on_fault: Callable[[str | None], None] = lambda _fault: None,
) -> Iterator[Session]:
    """Each state of a project's latest run, as the server sends it, until the run has ended.

    A run that had ended before is given once; if it is to be ``new``, it is passed over, and the
    next is waited for. A later run that starts meanwhile takes the place of the earlier; with the
    id of a ``session``, that run alone is followed.

    A connection that is lost is opened again, and the newest state is never missed: ``on_fault`` is
    told why it was lost, and ``None`` whenever it is open. Raises :class:`WizardSessionsError`
    where the server says no, and ``ValueError`` for what cannot be asked.
    """
    following = Following(url, workflow, skill, session, new=new, on_fault=on_fault)
    client = httpx.Client(headers=request_headers(key, headers), timeout=following.timeout)
    return _states(following, client)


class Following:
    """What is asked of the server, and which of its answers are news."""

    def __init__(  # noqa: PLR0913
        self,
        url: str,
        workflow: str,
        skill: str | None,
        session: str | None,
        *,
        new: bool,
        on_fault: Callable[[str | None], None],
    ) -> None:
        if session and new:
            raise ValueError("A session that is named cannot be a new one.")
        self.timeout: httpx.Timeout = httpx.Timeout(PATIENCE, read=SILENCE)
        self.run: LatestRun | PinnedRun = (
            PinnedRun(session, workflow, skill) if session else NewRun() if new else LatestRun()
        )
        self._url = sessions_url(url)
        self._query = urlencode(
            {"workflow_id": workflow, "skill_id": skill or "", "heartbeat": "event"}
        )
        self._on_fault = on_fault
        self._delays = Delays()
        self._last_event_id = ""

    def url(self, path: str) -> str:
        return f"{self._url}{path}?{self._query}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Last-Event-ID": self._last_event_id} if self._last_event_id else {}

    def begin(self, response: httpx.Response) -> None:
        """With the answer to a request for a stream."""
        require_stream(response)
        self._on_fault(None)

    def news(self, event: ServerSentEvent) -> Iterator[Session]:
        if event.event == "ping":
            self._delays.begin_again()
        if event.event == "message" and event.data:  # it may have told a ``retry:`` alone
            self._delays.begin_again()
            self._last_event_id = event.id
            session = session_of(event.data)
            if self.run.is_news(session):
                yield session

    def delay_after_end(self) -> float:
        return self._delays.after_end()

    def delay_after(self, fault: UnavailableError) -> float:
        delay = self._delays.after_failure(at_least=fault.retry_after)
        self._on_fault(str(fault))
        return delay


def _states(following: Following, client: httpx.Client) -> Iterator[Session]:
    with client:
        while True:
            try:
                with reaching_server():
                    for session in _states_of_stream(following, client):
                        yield session
                        if session.has_ended:
                            return
                delay = following.delay_after_end()
            except UnavailableError as fault:
                delay = following.delay_after(fault)
            time.sleep(delay)


def _states_of_stream(following: Following, client: httpx.Client) -> Iterator[Session]:
    """Ends when the server says that it ends the stream."""
    run = following.run
    if isinstance(run, NewRun) and not run.has_begun:
        run.begin(session_in(client.get(following.url("latest/"))))
    url = following.url("stream/")
    with connect_sse(client, "GET", url, headers=following.headers) as source:
        if source.response.status_code != httpx.codes.OK:
            source.response.read()
        following.begin(source.response)
        if isinstance(run, PinnedRun):
            yield from run.news_when_read(session_in(client.get(following.url(run.path))))
        for event in source.iter_sse():
            if event.event == "end":
                return
            yield from following.news(event)
    raise UnavailableError("the server has cut the stream")
