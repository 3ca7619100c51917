import subprocess
import sys

import pytest
from django.core.handlers.asgi import ASGIHandler

from django_wizard_sessions.consumers import WizardSessionStreamConsumer
from django_wizard_sessions.routing import mount_stream


@pytest.fixture
def reached():
    """Which of the two a path goes to."""

    async def django(scope, receive, send):
        raise LookupError("django")

    router = mount_stream(django)

    async def reached(path, **scope):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WizardSessionStreamConsumer, "__call__", _consumer)
            with pytest.raises(LookupError) as where:
                await router({"type": "http", "path": path, "method": "GET", **scope}, None, None)
        return str(where.value)

    return reached


async def _consumer(self, scope, receive, send):
    raise LookupError("consumer")


@pytest.mark.parametrize("path", ["/sessions/stream/", "/any/prefix/1/sessions/stream/"])
async def test_a_stream_below_any_prefix_goes_to_the_consumer(reached, path):
    assert await reached(path) == "consumer"


@pytest.mark.parametrize(
    "path",
    ["/", "/sessions/", "/sessions/stream", "/sessions/stream/x", "/other-sessions/stream/"],
)
async def test_everything_else_goes_to_django(reached, path):
    assert await reached(path) == "django"


@pytest.mark.parametrize(
    ("path", "where"), [("/", "django"), ("/projects/1/sessions/stream/", "consumer")]
)
async def test_a_proxy_may_have_stripped_the_root_path(reached, path, where):
    assert await reached(path, root_path="/app") == where


@pytest.mark.parametrize("scope", [{"type": "lifespan"}, {"type": "websocket", "path": "/"}])
async def test_what_is_not_http_goes_to_django_too(scope):
    async def django(scope, receive, send):
        raise LookupError(scope["type"])

    with pytest.raises(LookupError, match=scope["type"]):
        await mount_stream(django)(scope, None, None)


async def test_a_websocket_is_refused_where_django_would_fail():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/sessions/stream/"}
    await mount_stream(ASGIHandler())(scope, None, send)
    assert sent == [{"type": "websocket.close"}]


async def test_a_verb_that_cannot_stream_goes_through_to_django():
    async def django(scope, receive, send):
        raise LookupError(scope["method"])

    scope = {"type": "http", "path": "/sessions/stream/", "method": "POST"}
    with pytest.raises(LookupError, match="POST"):
        await mount_stream(django)(scope, None, None)


def test_it_can_be_imported_before_djangos_apps_are_ready():
    script = "import django_wizard_sessions.routing"
    subprocess.run([sys.executable, "-c", script], check=True)
