import pytest

from tests import services
from tests.example import migrated, running

from .redis_process import RedisProcess

INTERVAL = 0.6  # seconds, of the reconciliation
LAYERS = {"pub/sub": "tests.faults.pubsub_layer", "core": "tests.faults.core_layer"}


@pytest.fixture(scope="module")
def redis_process():
    process = RedisProcess()
    yield process
    process.stop()


@pytest.fixture(scope="module", params=LAYERS)
def processes(request, redis_process, tmp_path_factory):
    """Two processes of one host, over PostgreSQL and a Redis that is not to be relied on."""
    folder = tmp_path_factory.mktemp("faults")
    with (
        services.database("postgresql", folder) as url,
        migrated(url, redis_process.url, STREAM_RECONCILE_INTERVAL=INTERVAL) as env,
    ):
        env["DJANGO_SETTINGS_MODULE"] = LAYERS[request.param]
        with running(env, folder) as one, running(env, folder) as other:
            yield one, other
