"""The stream over HTTP/2, on the servers that have it."""

import pytest
import trustme

from tests.example import free_port, migrated, running
from tests.factories import a_push

from .conftest import APPLICATION
from .http2 import Http2Connection
from .inside import NOTHING, inside, wait_for

PATH = "/api/projects/1/wizard/sessions/stream/?workflow_id=http2"


@pytest.fixture(scope="module", params=["hypercorn", "granian", "daphne over TLS"])
def example(request, tmp_path_factory):
    """With the port where it speaks HTTP/2, and the authority that signed its certificate."""
    folder = tmp_path_factory.mktemp("http2")
    server, _, tls = request.param.partition(" over ")
    options: tuple[str, ...] = ()
    port, authority = None, None
    if tls:  # daphne has HTTP/2 over TLS only
        port, authority = free_port(), folder / "authority.pem"
        options = ("-e", _tls_endpoint(port, folder, authority))
    with (
        migrated(f"sqlite:///{folder}/db.sqlite3") as env,
        running(env, folder, server, APPLICATION, options) as example,
    ):
        example.http2 = (port or int(example.url.rpartition(":")[2]), authority)  # type: ignore[attr-defined]
        yield example


def _tls_endpoint(port, folder, authority):
    ca = trustme.CA()
    ca.cert_pem.write_to_path(authority)
    certificate = folder / "certificate.pem"
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    return f"ssl:{port}:interface=127.0.0.1:privateKey={certificate}:certKey={certificate}"


@pytest.fixture
def connection(example):
    with Http2Connection(*example.http2) as connection:
        yield connection


def test_a_push_is_seen_on_every_stream_of_one_connection(example, connection):
    streams = [connection.open(PATH, example.headers) for _ in range(3)]
    pushed = example.push(a_push("http2", workflow_id="http2")).content
    for number, headers in streams:
        assert (headers[":status"], headers["content-type"]) == ("200", "text/event-stream")
        connection.read_until(number, b"data: " + pushed + b"\n\n")


def test_a_stream_that_is_reset_is_released_while_its_connection_lives_on(example, connection):
    numbers = [connection.open(PATH, example.headers)[0] for _ in range(20)]
    wait_for(lambda: inside(example)["streams"] == 20, seconds=5)
    for number in numbers:
        connection.reset(number)
    wait_for(lambda: inside(example) == NOTHING, seconds=1)
    assert connection.open(PATH, example.headers)[1][":status"] == "200"


def test_streams_are_released_with_their_connection(example, connection):
    for _ in range(20):
        connection.open(PATH, example.headers)
    wait_for(lambda: inside(example)["streams"] == 20, seconds=5)
    connection.close()
    wait_for(lambda: inside(example) == NOTHING, seconds=1)
