import asyncio

import pytest

from django_wizard_sessions.authorisation import authorise
from django_wizard_sessions.grants import SCOPE_KEY, Admission, Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.openings import LONGEST, OPENINGS_AT_ONCE, Openings
from tests.loops import settled

REQUEST = {"type": "http.request", "body": b"", "more_body": False}
HALF_A_REQUEST = {**REQUEST, "more_body": True}
DISCONNECT = {"type": "http.disconnect"}


class TestTurns:
    @pytest.fixture
    async def openings(self, clock):
        return Openings()

    @pytest.fixture
    async def begin(self, openings):
        """A turn, and the task in which it is waited for."""

        def begin():
            turn = openings.turn()
            beginning = asyncio.create_task(turn.begin())
            all_of_them.append(beginning)
            return turn, beginning

        all_of_them = []
        yield begin
        for beginning in all_of_them:
            beginning.cancel()

    @pytest.fixture
    async def full(self, begin):
        """As many turns as are taken at once."""
        turns = [begin()[0] for _ in range(OPENINGS_AT_ONCE)]
        await settled()
        return turns

    async def test_a_few_are_taken_at_once(self, begin):
        beginnings = [begin()[1] for _ in range(2 * OPENINGS_AT_ONCE)]
        await settled()
        assert sum(beginning.done() for beginning in beginnings) == OPENINGS_AT_ONCE

    async def test_it_is_known_whether_one_more_would_wait(self, openings, full):
        assert openings.are_many
        full[0].end()
        assert not openings.are_many

    async def test_the_next_is_taken_when_one_is_over(self, begin, full):
        _, beginning = begin()
        await settled()
        assert not beginning.done()
        full[0].end()
        await settled()
        assert beginning.done()

    async def test_one_that_takes_too_long_is_over_for_who_waits(self, begin, full, clock):
        _, beginning = begin()
        await settled()
        await clock.advance(LONGEST - 0.1)
        assert not beginning.done()
        await clock.advance(0.1)
        assert beginning.done()

    async def test_one_that_took_too_long_gives_nothing_back_when_it_ends(
        self, begin, full, openings, clock
    ):
        await clock.advance(LONGEST)
        for _ in range(OPENINGS_AT_ONCE):
            begin()
        await settled()
        for turn in full:
            turn.end()
        assert openings.are_many

    async def test_who_goes_while_waiting_takes_nothing(self, begin, full, openings):
        turn, beginning = begin()
        await settled()
        beginning.cancel()
        full[0].end()
        await settled()
        turn.end()
        assert not openings.are_many
        begin()
        await settled()
        assert openings.are_many

    async def test_one_is_taken_once_however_often_it_begins(self, openings):
        turn = openings.turn()
        for _ in range(2 * OPENINGS_AT_ONCE):
            await turn.begin()
        assert not openings.are_many

    async def test_one_is_given_back_once_however_often_it_ends(self, begin, full, openings):
        for _ in range(3):
            full[0].end()
        begin()
        await settled()
        assert openings.are_many

    async def test_one_that_never_began_gives_nothing_back(self, full, openings):
        openings.turn().end()
        assert openings.are_many


class Django:
    """Reads a request's body, and then answers it."""

    def __init__(self):
        self.asked = 0
        self.fault = None
        self.refuses = False
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self, scope, receive, send):
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        self.asked += 1
        await self.goes_on.wait()
        if self.fault is not None:
            raise self.fault
        scope[SCOPE_KEY].admit(Grant(1, "w", "", "comment"))
        status, kind = (403, b"text/plain") if self.refuses else (200, b"text/event-stream")
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b""})


class Client:
    """Asks for a stream. Where it does not read, what is sent to it waits."""

    def __init__(self, django, *, reads):
        self._reads = asyncio.Event()
        if reads:
            self._reads.set()
        self._heard = asyncio.Queue()
        answering = authorise(django, {}, self._heard.get, self._send, Admission())
        self.answering = asyncio.create_task(answering)

    async def _send(self, message):
        await self._reads.wait()

    def say(self, message):
        self._heard.put_nowait(message)


class TestRequests:
    @pytest.fixture
    async def django(self, clock):
        return Django()

    @pytest.fixture
    async def ask(self, django):
        """Clients that ask for streams, with this as their first message."""

        async def ask(first=REQUEST, *, count=1, reads=True):
            clients = [Client(django, reads=reads) for _ in range(count)]
            everybody.extend(clients)
            for client in clients:
                client.say(first)
            await settled()
            return clients

        everybody = []
        yield ask
        for client in everybody:
            client.answering.cancel()
        await asyncio.gather(*(one.answering for one in everybody), return_exceptions=True)
        assert not get_hub().openings.are_many

    async def test_only_a_few_ask_django_at_once(self, ask, django):
        django.goes_on.clear()
        clients = await ask(count=20)
        assert django.asked == OPENINGS_AT_ONCE
        django.goes_on.set()
        await settled()
        assert django.asked == 20
        assert all(client.answering.done() for client in clients)

    async def test_one_whose_body_is_not_complete_holds_nobody_up(self, ask, django):
        await ask(HALF_A_REQUEST, count=OPENINGS_AT_ONCE)
        await ask()
        assert django.asked == 1

    async def test_it_takes_its_turn_when_its_body_is_complete(self, ask, django):
        django.goes_on.clear()
        halves = await ask(HALF_A_REQUEST, count=20)
        for client in halves:
            client.say(REQUEST)
        await settled()
        assert django.asked == OPENINGS_AT_ONCE

    async def test_a_refusal_that_its_client_does_not_read_holds_nobody_up(self, ask, django):
        django.refuses = True
        slow = await ask(count=OPENINGS_AT_ONCE, reads=False)
        await ask()
        assert django.asked == OPENINGS_AT_ONCE + 1
        assert not any(client.answering.done() for client in slow)

    async def test_a_django_that_hangs_for_some_is_asked_by_others_all_the_same(
        self, ask, django, clock
    ):
        django.goes_on.clear()
        await ask(count=OPENINGS_AT_ONCE + 1)
        await clock.advance(LONGEST - 0.1)
        assert django.asked == OPENINGS_AT_ONCE
        await clock.advance(0.1)
        assert django.asked == OPENINGS_AT_ONCE + 1

    @pytest.mark.parametrize("end", ["granted", "refused", "at fault", "cancelled", "gone"])
    async def test_a_turn_is_given_back_however_the_request_ends(self, ask, django, end):
        django.refuses = end == "refused"
        django.fault = KeyError("unforeseen") if end == "at fault" else None
        if end == "cancelled":
            django.goes_on.clear()
        ended = await ask(DISCONNECT if end == "gone" else REQUEST, count=OPENINGS_AT_ONCE)
        if end == "cancelled":
            assert get_hub().openings.are_many
            for client in ended:
                client.answering.cancel()
            await settled()
        assert all(client.answering.done() for client in ended)
        assert not get_hub().openings.are_many
        django.asked = 0
        django.goes_on.clear()
        await ask(count=OPENINGS_AT_ONCE)
        assert django.asked == OPENINGS_AT_ONCE
