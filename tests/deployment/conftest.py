import os
import signal
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import trustme

from tests.example import free_port, migrated, running
from tests.live.conftest import APPLICATION
from tests.live.inside import wait_for

from . import proxies
from .proxies import Place

HEARTBEAT = 0.4  # seconds
SETTINGS = "tests.deployment.settings"


@pytest.fixture(scope="session")
def django(tmp_path_factory):
    """What is behind the proxies; its heartbeats are as much shorter as their timeouts here."""
    folder = tmp_path_factory.mktemp("django")
    with (
        migrated(f"sqlite:///{folder}/db.sqlite3", STREAM_HEARTBEAT_INTERVAL=HEARTBEAT) as env,
        running(
            {**env, "DJANGO_SETTINGS_MODULE": SETTINGS}, folder, "daphne", APPLICATION
        ) as example,
    ):
        # Django's handler leaves its listener behind, if a server cancels it as the client goes.
        example.expected = r"django\.core\.exceptions\.RequestAborted"
        yield example


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Who signed the proxies' certificate: a file; and the certificate's, with its key."""
    folder = tmp_path_factory.mktemp("authority")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "authority.pem")
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "site.pem")
    return folder / "authority.pem", folder / "site.pem"


@pytest.fixture(scope="session")
def behind(django, authority, tmp_path_factory):
    """The example as it is reached through a proxy."""

    @contextmanager
    def behind(name, changes, example=django, prefix=""):
        trusted, certificate = authority
        folder = tmp_path_factory.mktemp(name)
        upstream = example.url.removeprefix("http://")
        place = Place(folder, upstream, free_port(), certificate)
        proxied = replace(
            example,
            url=f"https://localhost:{place.port}{prefix}",
            tls=ssl.create_default_context(cafile=trusted),
        )
        proxied.name, proxied.place, proxied.authority = name, place, trusted
        command = getattr(proxies, name)(place, changes)
        with started(command, folder) as proxied.process, proxied.client:
            wait_for(lambda: answers(proxied), seconds=10)
            yield proxied

    return behind


@contextmanager
def started(command, folder):
    env = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(example):
    try:
        return example.get("?limit=1").is_success
    except httpx.TransportError:
        return False
