import pytest

from tests import services
from tests.example import SERVERS, migrated, running

from .memory import FRUGAL

APPLICATION = "tests.live.inspected_asgi:application"


@pytest.fixture(scope="session", params=SERVERS)
def server(request):
    return request.param


@pytest.fixture(scope="session", params=["memory", "redis"])
def redis_url(request):
    return services.require_redis() if request.param == "redis" else None


@pytest.fixture(scope="session")
def live(server, redis_url, tmp_path_factory):
    """The example on each server, in memory and with Redis."""
    folder = tmp_path_factory.mktemp(f"live-{server}")
    with (
        migrated(f"sqlite:///{folder}/db.sqlite3", redis_url) as env,
        running({**env, **FRUGAL}, folder, server, APPLICATION) as example,
    ):
        # Django's handler leaves its listener behind, if a server cancels it as the client goes.
        example.expected = r"django\.core\.exceptions\.RequestAborted"
        yield example
