"""Follows runs in an event loop: step by step as ``following`` does."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

import httpx
from httpx_sse import aconnect_sse

from .answers import reaching_server, session_in
from .errors import UnavailableError
from .following import Following
from .requests import request_headers
from .runs import NewRun, PinnedRun
from .sessions import Session


def afollow(  # noqa: PLR0913
    url: str,
    *,
    workflow: str,
    skill: str | None = None,
    session: str | None = None,
    new: bool = False,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    on_fault: Callable[[str | None], None] = lambda _fault: None,
) -> AsyncGenerator[Session, None]:
    """What :func:`follow` gives, for ``async for``."""
    following = Following(url, workflow, skill, session, new=new, on_fault=on_fault)
    client = httpx.AsyncClient(headers=request_headers(key, headers), timeout=following.timeout)
    return _states(following, client)


async def _states(following: Following, client: httpx.AsyncClient) -> AsyncGenerator[Session, None]:
    async with client:
        while True:
            try:
                stream = aclosing(_states_of_stream(following, client))
                with reaching_server():
                    async with stream as states:
                        async for session in states:
                            yield session
                            if session.has_ended:
                                return
                delay = following.delay_after_end()
            except UnavailableError as fault:
                delay = following.delay_after(fault)
            await asyncio.sleep(delay)


async def _states_of_stream(
    following: Following, client: httpx.AsyncClient
) -> AsyncGenerator[Session, None]:
    """Ends when the server says that it ends the stream."""
    run = following.run
    if isinstance(run, NewRun) and not run.has_begun:
        run.begin(session_in(await client.get(following.url("latest/"))))
    url = following.url("stream/")
    async with aconnect_sse(client, "GET", url, headers=following.headers) as source:
        if source.response.status_code != httpx.codes.OK:
            await source.response.aread()
        following.begin(source.response)
        if isinstance(run, PinnedRun):
            read = session_in(await client.get(following.url(run.path)))
            for session in run.news_when_read(read):
                yield session
        async for event in source.aiter_sse():
            if event.event == "end":
                return
            for session in following.news(event):
                yield session
    raise UnavailableError("the server has cut the stream")
