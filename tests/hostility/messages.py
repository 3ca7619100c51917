"""Whole messages that are no HTTP, or HTTP that lies: made for an example, byte by byte."""

import json

from .conftest import UNTOUCHED
from .wire import push, request

PUSH = json.dumps({**UNTOUCHED, "run_phase": "error"}).encode()
LENGTH = b"Content-Length: %d" % len(PUSH)
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PUSH), PUSH)

MALFORMED = {
    "a version that is none": lambda it: request(it).replace(b"HTTP/1.1", b"HTTP/9.9"),
    "HTTP/2 at once": lambda it: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a space in the path": lambda it: request(it, b"a b/"),
    "no ASCII in the path": lambda it: request(it, b"\xff/"),
    "no ASCII in the query": lambda it: request(it, b"?workflow_id=\xff"),
    "a null character in the path": lambda it: request(it, b"a\0/"),
    "a path of 200 kB": lambda it: request(it, b"x" * 200_000),
    "a query of 200 kB": lambda it: request(it, b"?workflow_id=" + b"x" * 200_000),
    "a header without a colon": lambda it: request(it, b"", b"nonsense"),
    "a header without a name": lambda it: request(it, b"", b": a"),
    "a space in a header's name": lambda it: request(it, b"", b"X A: a"),
    "a space before the colon": lambda it: push(it, PUSH, b"Content-Length : %d" % len(PUSH)),
    "a null character in a header": lambda it: request(it, b"", b"X-A: a\0"),
    "a carriage return in a header": lambda it: request(it, b"", b"X-A: a\rX-B: b"),
    "a negative length": lambda it: push(it, PUSH, b"Content-Length: -1"),
    "a length that is no number": lambda it: push(it, PUSH, b"Content-Length: two"),
    "a length with a sign": lambda it: push(it, PUSH, b"Content-Length: +%d" % len(PUSH)),
    "a hexadecimal length": lambda it: push(it, PUSH, b"Content-Length: 0x10"),
    "two lengths": lambda it: push(it, PUSH, LENGTH, b"Content-Length: 2"),
    "two lengths in one": lambda it: push(it, PUSH, LENGTH + b", 2"),
    "a length and chunks": lambda it: push(it, CHUNKS, LENGTH, CHUNKED),
    "an encoding that is none": lambda it: push(it, CHUNKS, b"Transfer-Encoding: nonsense"),
    "chunks inside of chunks": lambda it: push(it, CHUNKS, CHUNKED, CHUNKED),
    "a chunk without a size": lambda it: push(it, b"\r\n" + PUSH + b"\r\n0\r\n\r\n", CHUNKED),
    "a chunk of a size that is none": lambda it: push(it, b"xyz\r\n" + PUSH, CHUNKED),
    "a chunk of a negative size": lambda it: push(it, b"-2\r\n" + PUSH, CHUNKED),
    "a chunk longer than its size": lambda it: push(
        it, b"2\r\n" + PUSH + b"\r\n0\r\n\r\n", CHUNKED
    ),
    "a length that cuts the body off": lambda it: push(it, PUSH, b"Content-Length: 20"),
    "a body without a length": lambda it: push(it, PUSH),
}
"""The answer is a 4xx, or the server hangs up."""

UNFINISHED = {
    "nothing at all": lambda it: b"",
    "half a first line": lambda it: b"POST /api/pro",
    "a first line without headers": lambda it: request(it).partition(b"\r\n")[0] + b"\r\n",
    "half a header": lambda it: request(it)[:-10],
    "HTTP/0.9": lambda it: b"GET /\r\n",
    "the first bytes of TLS": lambda it: (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 99
    ),
    "no body": lambda it: push(it, b"", LENGTH),
    "half a body": lambda it: push(it, PUSH[:99], LENGTH),
    "a body with one byte missing": lambda it: push(
        it, PUSH, b"Content-Length: %d" % (len(PUSH) + 1)
    ),
    "3 GB that do not come": lambda it: push(it, PUSH, b"Content-Length: 3000000000"),
    "more bytes than there are": lambda it: push(it, PUSH, b"Content-Length: " + b"9" * 30),
    "no last chunk": lambda it: push(it, CHUNKS[: -len(b"0\r\n\r\n")], CHUNKED),
    "half a chunk": lambda it: push(it, CHUNKS[:99], CHUNKED),
    "a chunk of 2^68 bytes": lambda it: push(it, b"f" * 17 + b"\r\n" + PUSH, CHUNKED),
    "an expectation that is met by nothing": lambda it: push(
        it, b"", LENGTH, b"Expect: 100-continue"
    ),
}
"""What is sent before the client goes: there may be a 4xx, or no answer."""
