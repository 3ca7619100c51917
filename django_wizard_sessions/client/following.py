import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from .answers import require_stream, session_in, session_of
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
    if session and new:
        raise ValueError("A session that is named cannot be a new one.")
    run = PinnedRun(session, workflow, skill) if session else NewRun() if new else LatestRun()
    query = urlencode({"workflow_id": workflow, "skill_id": skill or "", "heartbeat": "event"})
    client = httpx.Client(
        headers=request_headers(key, headers),
        timeout=httpx.Timeout(PATIENCE, read=SILENCE),
    )
    return _Following(sessions_url(url), query, run, client, on_fault).states()


class _Following:
    def __init__(
        self,
        url: str,
        query: str,
        run: LatestRun | PinnedRun,
        client: httpx.Client,
        on_fault: Callable[[str | None], None],
    ) -> None:
        self.url = url
        self.query = query
        self.run = run
        self.client = client
        self.on_fault = on_fault
        self.delays = Delays()
        self.last_event_id = ""

    def states(self) -> Iterator[Session]:
        with self.client:
            while True:
                for session in self.states_until_lost():
                    yield session
                    if session.has_ended:
                        return
                time.sleep(self.delay)

    def states_until_lost(self) -> Iterator[Session]:
        """Leaves behind how long to wait before the next attempt."""
        try:
            yield from self.states_of_stream()
            self.delay = self.delays.after_end()
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol):
            raise  # the request itself is wrong
        except UnavailableError as error:
            self.lose(str(error), error.retry_after)
        except httpx.RequestError as error:
            self.lose(str(error) or type(error).__name__)

    def lose(self, fault: str, retry_after: float = 0.0) -> None:
        self.delay = self.delays.after_failure(at_least=retry_after)
        self.on_fault(fault)

    def states_of_stream(self) -> Iterator[Session]:
        """Ends when the server says that it ends the stream."""
        if isinstance(self.run, NewRun) and not self.run.has_begun:
            self.run.begin(self.read("latest/"))
        headers = {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
        with connect_sse(
            self.client, "GET", f"{self.url}stream/?{self.query}", headers=headers
        ) as source:
            require_stream(source.response)
            self.on_fault(None)
            if isinstance(self.run, PinnedRun):
                yield from self.run.news_when_read(self.read(self.run.path))
            for event in source.iter_sse():
                if event.event == "end":
                    return
                yield from self.news(event)
        raise UnavailableError("the server has cut the stream")

    def news(self, event: ServerSentEvent) -> Iterator[Session]:
        if event.event == "ping":
            self.delays.begin_again()
        if event.event == "message" and event.data:  # it may have told a ``retry:`` alone
            self.delays.begin_again()
            self.last_event_id = event.id
            session = session_of(event.data)
            if self.run.is_news(session):
                yield session

    def read(self, path: str) -> Session | None:
        return session_in(self.client.get(f"{self.url}{path}?{self.query}"))
