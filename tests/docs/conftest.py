import subprocess

import pytest

from tests import services
from tests.example import migrated, running


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    with migrated(f"sqlite:///{folder}/db.sqlite3") as env, running(env, folder) as example:
        yield example


@pytest.fixture
def shell(example, tmp_path):
    """What a script prints that has a key, and the address of the sessions."""
    services.require_curl()
    # curl takes these from its configuration, so that the docs' lines stay as they are.
    (tmp_path / ".curlrc").write_text("silent\nshow-error\nfail\nmax-time = 1\n")
    variables = {
        "CURL_HOME": str(tmp_path),
        "KEY": example.key,
        "SESSIONS": example.sessions.rstrip("/"),
    }

    def shell(script):
        command = ["bash", "-u", "-c", script]
        env = {**example.env, **variables}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    return shell
