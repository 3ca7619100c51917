"""A client of HTTP/2 that does as browsers do: leaves a stream while its connection lives on."""

import socket
import ssl
import time

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, ResponseReceived

from tests.sse import PATIENCE


class Http2Connection:
    def __init__(self, port, authority=None):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        if authority:
            tls = ssl.create_default_context(cafile=authority)
            tls.set_alpn_protocols(["h2"])
            self._socket = tls.wrap_socket(self._socket, server_hostname="localhost")
        self._h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._h2.initiate_connection()
        self._headers = {}
        self._received = {}

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self):
        self._socket.close()

    def open(self, path, headers):
        """A stream's number, and the headers of its response."""
        number = self._h2.get_next_available_stream_id()
        own = {":method": "GET", ":path": path, ":scheme": "https", ":authority": "localhost"}
        lower = {name.lower(): value for name, value in headers.items()}
        self._h2.send_headers(number, [*own.items(), *lower.items()], end_stream=True)
        self._exchange_until(lambda: number in self._headers)
        return number, self._headers[number]

    def read_until(self, number, wanted):
        """What came on the stream until these bytes were in it. Heartbeats come for ever."""
        self._exchange_until(lambda: wanted in self._received.get(number, b""))
        return self._received[number]

    def reset(self, number):
        self._h2.reset_stream(number, ErrorCodes.CANCEL)
        self._socket.sendall(self._h2.data_to_send())

    def _exchange_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self._received
            self._exchange()

    def _exchange(self):
        self._socket.sendall(self._h2.data_to_send())
        received = self._socket.recv(65536)
        assert received, "The server closed the connection."
        for event in self._h2.receive_data(received):
            if isinstance(event, ResponseReceived):
                self._headers[event.stream_id] = dict(event.headers)
            elif isinstance(event, DataReceived):
                before = self._received.get(event.stream_id, b"")
                self._received[event.stream_id] = before + event.data
