"""Whatever id a push accepts, the session is found, listed and streamed under it."""

import itertools
import json
import unicodedata
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import example as also
from hypothesis import strategies as st

from django_wizard_sessions.api_keys.models import ApiKey
from tests.example import READ, WRITE
from tests.factories import a_push
from tests.host.asgi import application

UNRESERVED = ":@!$&'()*+,;=-._~"  # RFC 3986: may stand in a segment of a path as they are
TELLING = (
    "./%:?#&=+;,\\ ~*'\"<>|^`{}[]\0\n\r\t\x7f\x85\u00a0\u200b\u2028\u202e\ufeff\ufffd"
    "éÉeß\u017f\u212aİ\u0301\ud800🚀"
)

ids = st.one_of(
    st.text(st.sampled_from(TELLING), max_size=8),
    st.text(max_size=300),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=255),
    st.sampled_from(["latest", "stream", ".", "..", "%2e%2e", "latest ", "Latest", "stream.json"]),
)
workflows = (f"property-{number}" for number in itertools.count())
relaxed = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def is_acceptable(session_id):
    """The contract's rule, in words of its own."""
    if session_id in {"", "latest", "stream", ".", ".."} or len(session_id) > 255:
        return False
    return not any(c == "/" or unicodedata.category(c) in {"Cc", "Cs"} for c in session_id)


def addresses(sessions, session_id):
    """The URLs of a session: with everything percent-encoded, and with as little as can be."""
    return {f"{sessions}{quote(session_id, safe=safe)}/" for safe in ("", UNRESERVED)}


@pytest.fixture
def key(user, project):
    return ApiKey.objects.issue(user=user, scopes=[READ, WRITE])[1]


@pytest.fixture
async def in_process(project, key, open_wizard_stream):
    """A client of the mounted application, and of its streams' first events."""
    sessions = f"/projects/{project.pk}/sessions/"
    headers = {"Authorization": f"Bearer {key}"}

    async def first_event(workflow):
        path = f"{sessions}stream/?workflow_id={workflow}"
        async with open_wizard_stream(path, headers=headers) as stream:
            return await stream.next()

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application),
        base_url=f"http://localhost{sessions}",
        headers=headers,
    ) as client:
        client.first_event = first_event  # type: ignore[attr-defined]
        yield client


@given(session_id=ids)
@settings(relaxed, max_examples=150)
@also(session_id="posthog-integration-nextjs-app-router-2026-11-24T02:25:53Z")
@also(session_id="ok\n")
@also(session_id="x" * 255)
@also(session_id="🚀" * 255)
async def test_in_process_every_id_is_refused_or_found_again(in_process, session_id):
    workflow = next(workflows)
    body = json.dumps(a_push(session_id, workflow_id=workflow))
    pushed = await in_process.post("", content=body, headers={"Content-Type": "application/json"})
    if not is_acceptable(session_id):
        assert (pushed.status_code, list(pushed.json())) == (400, ["session_id"])
        return
    assert pushed.status_code in {200, 201}
    for address in addresses(in_process.base_url, session_id):
        assert (await in_process.get(address)).json()["session_id"] == session_id
    listed = (await in_process.get("", params={"workflow_id": workflow})).json()["results"]
    assert [session["session_id"] for session in listed] == [session_id]
    assert (await in_process.first_event(workflow)).session["session_id"] == session_id


def look_alikes(session_id):
    """Ids that are others, but not to every collation of a database."""
    decomposed = unicodedata.normalize("NFD", session_id)
    alike = {session_id, session_id.swapcase(), f"{session_id} ", decomposed}
    return sorted(filter(is_acceptable, alike))


@given(session_ids=st.tuples(ids, ids).map("".join).map(look_alikes))
@settings(relaxed, max_examples=10, phases=[Phase.explicit, Phase.generate])
@also(session_ids=look_alikes("Zoë"))
def test_on_a_server_look_alikes_are_told_apart(example, session_ids):
    workflow = next(workflows)
    with example.stream(workflow_id=workflow) as stream:
        stream.next_block()
        for session_id in session_ids:
            example.push(a_push(session_id, workflow_id=workflow)).raise_for_status()
            assert json.loads(stream.next().data)["session_id"] == session_id
    for session_id in session_ids:
        for address in addresses(example.sessions, session_id):
            assert example.get(address).json()["session_id"] == session_id
    listed = example.get(params={"workflow_id": workflow}).json()["results"]
    assert sorted(session["session_id"] for session in listed) == session_ids
