"""HTTP byte by byte: clients of the hostile kind are not held to what a library lets them say."""

import socket
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from urllib.parse import urlsplit

PATIENCE = 10  # seconds
HOST = b"Host: localhost"
OPERATIONS = {"a list": b"", "a stream": b"stream/?workflow_id=none"}


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes  # none of a stream's


def request(example, path=b"", *headers, method=b"GET", key=True, body=b""):
    """A request to a path below ``sessions/``, or to a whole target, with these header lines."""
    below = urlsplit(example.sessions).path.encode()
    target = path if path.startswith((b"/", b"http", b"*")) else below + path
    key = [b"Authorization: Bearer " + example.key.encode()] if key else []
    return b"\r\n".join([method + b" " + target + b" HTTP/1.1", HOST, *key, *headers, b"", body])


def push(example, body, *headers):
    return request(
        example, b"", b"Content-Type: application/json", *headers, method=b"POST", body=body
    )


def exchange(example, message, *, and_go=False):
    """The answer to this message; ``None`` if the server hangs up instead.

    To ``and_go`` is to send no more, as a client does that has crashed in mid-sentence.
    """
    address = urlsplit(example.url)
    with socket.create_connection((address.hostname, address.port), PATIENCE) as client:
        client.sendall(message)
        if and_go:
            client.shutdown(socket.SHUT_WR)
        response = HTTPResponse(client)
        try:
            response.begin()
        except (HTTPException, ConnectionError):
            return None
        streams = response.headers.get_content_type() == "text/event-stream"
        return Answer(response.status, response.headers, b"" if streams else response.read())
