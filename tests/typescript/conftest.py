import pytest

from tests import services
from tests.example import migrated, running

from .workspace import Workspace, install

PAUSE = 1  # second: so long that a busy machine is told from a pause


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    with migrated(f"sqlite:///{folder}/db.sqlite3") as env, running(env, folder) as example:
        yield example


@pytest.fixture(scope="session")
def workspace(example, tmp_path_factory):
    """With the client that orval makes of the running example's schema, and all of it compiled."""
    services.require_npm()
    install()
    changes = {
        "https://example.com": example.url,
        "const PAUSE = 250": f"const PAUSE = {PAUSE * 1000}",
    }
    workspace = Workspace(tmp_path_factory.mktemp("typescript"), changes)
    workspace.tool("orval")
    workspace.tool("tsc", "--project", "src")
    return workspace
