"""Bodies of pushes: what is refused, and what looks hostile and is not."""

import gzip
import json
import zlib
from typing import Any

from tests.factories import a_push, a_task

from .conftest import UNTOUCHED


def text(field=None, value="null", **changes):
    """A push as JSON, with this JSON verbatim as a field's value."""
    push = {**UNTOUCHED, **changes}
    if field is None:
        return json.dumps(push)
    return json.dumps({**push, field: "<verbatim>"}).replace('"<verbatim>"', value)


def nested(levels):
    return json.loads('{"a":' * levels + "0" + "}" * levels)


NO_TEXT = {
    "null": None,
    "a number": 5,
    "a fraction": 1.5,
    "a boolean": True,
    "an array": [],
    "an object": {},
    "nothing": "",
}
NO_ID = {
    **NO_TEXT,
    "null character": "nul\0",
    "lone high surrogate": "\ud800",
    "lone low surrogate": "\udfff",
    "surrogates the wrong way round": "\udc00\ud800",
}
NO_OBJECT = {
    "a number": 5,
    "a boolean": True,
    "a text": "failed",
    "an object as text": "{}",
    "nothing": "",
    "an array": [],
    "an array of objects": [{}],
}
NO_JSON_OF_OURS = {
    **NO_OBJECT,
    "null character in a key": {"nul\0": 1},
    "null character in a value": {"a": {"b": "nul\0"}},
    "lone surrogate in a key": {"\udc00": 1},
    "lone surrogate in a value": {"a": ["\ud800"]},
    "21 levels": nested(21),
    "500 levels": nested(500),
    "one text of 300 kB": {"a": "x" * 300_000},
    "300 texts": {"a": ["x" * 1000] * 300},
    "100,000 arrays": {"a": [[]] * 100_000},
    "50,000 keys": dict.fromkeys(map(str, range(50_000)), 0),
    "a key of 300 kB": {"x" * 300_000: 0},
    "numbers that PostgreSQL writes out": {"a": [1e308] * 1_000},
}

BAD_VALUES = {
    "session_id": {
        **NO_ID,
        "the route latest": "latest",
        "the route stream": "stream",
        "a dot": ".",
        "two dots": "..",
        "a slash": "a/b",
        "only a slash": "/",
        "a way out": "../../admin",
        "a line feed": "ok\n",
        "a line feed alone": "\n",
        "a carriage return": "ok\r",
        "a header": "a\r\nX-Evil: 1",
        "a tab": "tab\t",
        "delete": "\x7f",
        "next line": "\x85",
        "an escape": "\x1b[31m",
        "256 characters": "x" * 256,
        "a megabyte": "x" * 1_000_000,
    },
    "workflow_id": {**NO_ID, "129 characters": "x" * 129, "a megabyte": "x" * 1_000_000},
    "skill_id": {**NO_ID, "129 characters": "x" * 129, "a megabyte": "x" * 1_000_000},
    "run_phase": {
        **NO_ID,
        "unknown": "done",
        "in capitals": "RUNNING",
        "with a null character": "running\0",
        "with a line feed": "running\n",
        "a megabyte": "x" * 1_000_000,
        "nested": nested(30),
    },
    "tasks": {
        "null": None,
        "a number": 5,
        "nothing": "",
        "an array as text": "[]",
        "an object": {},
        "of null": [None],
        "of numbers": [5],
        "of texts": ["task"],
        "of arrays": [[]],
        "a hundred thousand of them": [0] * 100_000,
        "501 of them": [a_task()] * 501,
        "280 kB of them": [a_task(title="x" * 10_000)] * 28,
        "without a status": [{"id": "0", "title": "No status"}],
        "of empty objects": [{}],
        "an id that is null": [a_task(id=None)],
        "an id that is a number": [a_task(id=0)],
        "an empty id": [a_task(id="")],
        "an id of 256 characters": [a_task(id="x" * 256)],
        "an id with a null character": [a_task(id="\0")],
        "a title that is null": [a_task(title=None)],
        "a title that is an array": [a_task(title=[])],
        "a title with a null character": [a_task(title="nul\0")],
        "a title with a lone surrogate": [a_task(title="\ud83c")],
        "a title of 10,241 characters": [a_task(title="x" * 10_241)],
        "a status that is null": [a_task(status=None)],
        "a status that is an array": [a_task(status=[])],
        "an unknown status": [a_task(status="cancelled")],
        "a status with a lone surrogate": [a_task(status="\ud800")],
        "the last of them bad": [*[a_task()] * 400, a_task(id="")],
    },
    "event_plan": NO_JSON_OF_OURS,
    "error": NO_JSON_OF_OURS,
    "started_at": {
        "null": None,
        "a number": 5,
        "a Unix time": 1_764_000_000,
        "a boolean": True,
        "an array": [],
        "an object": {},
        "nothing": "",
        "a word": "yesterday",
        "now": "now",
        "month 13": "2026-13-01T00:00:00Z",
        "month 0": "2026-00-01T00:00:00Z",
        "29 February of no leap year": "2026-02-29T00:00:00Z",
        "31 April": "2026-04-31T00:00:00Z",
        "hour 25": "2026-11-24T25:00:00Z",
        "minute 60": "2026-11-24T02:60:00Z",
        "a leap second": "2016-12-31T23:59:60Z",
        "year 0": "0000-01-01T00:00:00Z",
        "year 1": "0001-01-01T00:00:00Z",
        "before year 1 in UTC": "0001-01-01T00:00:00+14:00",
        "the second before 1970": "1969-12-31T23:59:59Z",
        "before 1970 in UTC": "1970-01-01T00:00:00+00:01",
        "year 9999": "9999-12-31T23:59:59Z",
        "beyond year 9999 in UTC": "9999-12-31T23:59:59-14:00",
        "year 10000": "10000-01-01T00:00:00Z",
        "a year with a sign": "+2026-11-24T02:25:53Z",
        "a negative year": "-2026-11-24T02:25:53Z",
        "an offset of 24 hours": "2026-11-24T02:25:53+24:00",
        "an offset of 99 hours": "2026-11-24T02:25:53-99:99",
        "two offsets": "2026-11-24T02:25:53Z+01:00",
        "a named zone": "2026-11-24T02:25:53 Europe/Berlin",
        "RFC 1123": "Tue, 24 Nov 2026 02:25:53 GMT",
        "a null character": "\0",
        "a megabyte of digits": "1" * 1_000_000,
        "a megabyte of a fraction": f"2026-11-24T02:25:53.{'0' * 1_000_000}x",
    },
}
"""By field and name; the answer is a 400 that names the field and nothing else."""

OUT_OF_RANGE = {
    "1e999": "1e999",
    "-1e999": "-1e999",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "5,000 digits": "9" * 5_000,
    "a megabyte of digits": "9" * 1_000_000,
}
"""Numbers that no field may hold, as they stand in the JSON."""

NO_JSON_OBJECT = {
    "a space": b" ",
    "a form": b"session_id=untouched",
    "null": b"null",
    "a boolean": b"true",
    "a number": b"1",
    "a number out of range": b"1e999",
    "NaN": b"NaN",
    "a text": b'"untouched"',
    "an array": b"[]",
    "an array of a push": f"[{text()}]".encode(),
    "two objects": b"{} {}",
    "two lines of them": f"{text()}\n{text()}".encode(),
    "cut off": text().encode()[:-9],
    "cut off in a text": b'{"session_id": "run',
    "cut off in an escape": b'{"session_id": "\\u00',
    "a comma at its end": text().encode()[:-1] + b",}",
    "a comment": b"/**/" + text().encode(),
    "single quotes": text().replace('"', "'").encode(),
    "keys without quotes": b"{session_id: 1}",
    "a key that is a number": b"{1: 1}",
    "JSONP": f"call({text()})".encode(),
    "a guard": b")]}',\n" + text().encode(),
    "XML with an entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "YAML": b"session_id: !!python/object/apply:os.system [id]",
    "a pickle": b"\x80\x04N.",
    "a null byte before": b"\0" + text().encode(),
    "a null byte behind": text().encode() + b"\0",
    "a line feed in a text": b'{"session_id": "a\nb"}',
    "hexadecimal": b'{"error": {"a": 0x1}}',
    "a number with a leading zero": b'{"error": {"a": 01}}',
    "a byte order mark": b"\xef\xbb\xbf" + text().encode(),
    **{
        name: text().encode(name)
        for name in ("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE")
    },
    "no UTF-8": b'{"session_id": "\xff\xfe"}',
    "Latin-1": '{"session_id": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"session_id": "\xc0\xaf"}',
    "a surrogate as UTF-8": b'{"session_id": "\xed\xa0\x80"}',
    "UTF-8 beyond Unicode": b'{"session_id": "\xf4\x90\x80\x80"}',
    "20,000 arrays": b"[" * 20_000 + b"]" * 20_000,
    "20,000 arrays in a field": text("error", "[" * 20_000 + "]" * 20_000).encode(),
    "20,000 arrays in an unknown key": text("more", "[" * 20_000 + "]" * 20_000).encode(),
    "20,000 objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a million arrays that nobody closes": b"[" * 1_000_000,
}
"""The answer is a 400 with a ``detail``."""

COMPRESSED = {
    "gzip": gzip.compress(text().encode()),
    "deflate": zlib.compress(text().encode()),
    "x-gzip": gzip.compress(text().encode()),
    "gzip, gzip": gzip.compress(gzip.compress(text().encode())),
    "gzip-bomb": gzip.compress(b" " * 20_000_000),
    "br": b"\x8b\x00\x80\x03",
}
"""By their Content-Encoding. None is unpacked: they are no UTF-8, and so a 400."""

TOO_LARGE = {
    "one byte too many": lambda: text().encode().ljust(2 * 1024 * 1024 + 1),
    "a million tasks": lambda: text("tasks", f"[{'{},' * 1_000_000}0]").encode(),
    "a text without an end": lambda: b'{"session_id": "' + b"x" * 3_000_000,
    "a key": lambda: text("x" * 2_100_000).encode(),
    "in chunks, without its length": lambda: (b" " * 65_536 for _ in range(40)),
    "in chunks of a push": lambda: iter([text().encode(), *[b" " * 65_536] * 40]),
}
"""The answer is a 413."""

NO_JSON_TYPE = {
    "none": "",
    "text": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "a multipart form": "multipart/form-data; boundary=x",
    "a multipart form without boundary": "multipart/form-data",
    "JSON as text": "text/json",
    "JSON:API": "application/vnd.api+json",
    "a merge patch": "application/merge-patch+json",
    "two types": "application/json, text/plain",
    "half a type": "application",
    "slash": "/",
    "half of JSON": "application/",
    "a star": "*",
    "an unknown one": "application/jsonx",
    "XML": "application/xml",
    "nonsense": "?",
    "no ASCII": "\xff",
}
"""By their Content-Type. The answer is a 415."""

ACCEPTED: dict[str, tuple[str, dict[str, Any]]] = {
    "a key twice: the last counts": ('"skill_id": "a", "skill_id": "b"', {"skill_id": "b"}),
    "a bad key before a good one": ('"skill_id": 5, "skill_id": "b"', {"skill_id": "b"}),
    "a key twice within an object": ('"error": {"a": 1, "a": 2}', {"error": {"a": 2}}),
    "a key that is escaped": ('"skill\\u005fid": "b"', {"skill_id": "b"}),
    "an unknown key: it is left out": ('"pending_input": {"a": 1}', {}),
    "a null character in an unknown key": ('"nul\\u0000": "\\u0000"', {}),
    "a lone surrogate in an unknown key": ('"\\ud800": "\\ud800"', {}),
    "numbers out of range in an unknown key": ('"more": [1e999, NaN, -Infinity]', {}),
    "5,000 digits in an unknown key": (f'"more": {"9" * 5_000}', {}),
    "a megabyte of an unknown key": (f'"{"x" * 1_000_000}": 0', {}),
    "500,000 values of an unknown key": (f'"more": [{"0," * 500_000}0]', {}),
    "500 levels of an unknown key": (f'"more": {"[" * 500}{"]" * 500}', {}),
    "a null character in an unknown key of a task": (
        '"tasks": [{"id": "0", "title": "a", "status": "failed", "\\u0000": 1}]',
        {"tasks": [a_task(title="a", status="failed")]},
    ),
    "tasks of one id": (
        f'"tasks": {json.dumps([a_task(), a_task()])}',
        {"tasks": [a_task(), a_task()]},
    ),
    "an escaped pair of surrogates": ('"skill_id": "\\ud83d\\ude80"', {"skill_id": "\U0001f680"}),
    "what is no character": ('"skill_id": "\\uffff\\ufdd0"', {"skill_id": "\uffff\ufdd0"}),
    "text that runs the other way": ('"skill_id": "\\u202eevil"', {"skill_id": "\u202eevil"}),
    "a byte order mark in a text": ('"skill_id": "\\ufeffa"', {"skill_id": "\ufeffa"}),
    "a control character in a text": ('"skill_id": "\\u001b[31m"', {"skill_id": "\x1b[31m"}),
    "SQL": ('"skill_id": "\'; DROP TABLE x; --%s"', {"skill_id": "'; DROP TABLE x; --%s"}),
    "HTML": ('"skill_id": "</script><b>"', {"skill_id": "</script><b>"}),
    "a field of a stream": (
        '"error": {"a": "\\n\\nevent: end\\ndata: x\\r\\u2028"}',
        {"error": {"a": "\n\nevent: end\ndata: x\r\u2028"}},
    ),
    "keys of JavaScript's own": (
        '"error": {"__proto__": {"a": 1}, "constructor": null}',
        {"error": {"__proto__": {"a": 1}, "constructor": None}},
    ),
    "keys of our own": ('"error": {"revision": 9, "id": 1}', {"error": {"revision": 9, "id": 1}}),
    "an empty key": ('"error": {"": {"": []}}', {"error": {"": {"": []}}}),
    "an empty object": ('"error": {}', {"error": {}}),
    "a number too small": ('"error": {"a": 1e-999}', {"error": {"a": 0.0}}),
    "the smallest number": ('"error": {"a": 5e-324}', {"error": {"a": 5e-324}}),
    "minus nothing": ('"error": {"a": -0.0}', {"error": {"a": 0}}),
    "more digits than a fraction has": (
        '"error": {"a": 0.1000000000000000055}',
        {"error": {"a": 0.1}},
    ),
    "a whole number of 400 digits": (f'"error": {{"a": {10**400}}}', {"error": {"a": 10**400}}),
    "a negative one": (f'"error": {{"a": {-(10**30)}}}', {"error": {"a": -(10**30)}}),
    "ids of the greatest length": (
        f'"workflow_id": "{"🚀" * 128}", "skill_id": "{"é" * 128}"',
        {"workflow_id": "🚀" * 128, "skill_id": "é" * 128},
    ),
    "a task of the greatest length": (
        f'"tasks": {json.dumps([a_task(id="🚀" * 255, title="🚀" * 10_240)])}',
        {"tasks": [a_task(id="🚀" * 255, title="🚀" * 10_240)]},
    ),
    "20 levels": (f'"error": {json.dumps(nested(20))}', {"error": nested(20)}),
}
"""What stands at the end of a push that is accepted, and what becomes of it."""

DATES = {
    "24 November": ("2026-11-24", "2026-11-24T00:00:00Z"),
    "29 February": ("2024-02-29T00:00Z", "2024-02-29T00:00:00Z"),
    "without an offset: UTC": ("2026-11-24T02:25:53", "2026-11-24T02:25:53Z"),
    "a space for the T": ("2026-11-24 02:25:53Z", "2026-11-24T02:25:53Z"),
    "anything for the T": ("2026-11-24\ud80002:25:53Z", "2026-11-24T02:25:53Z"),
    "a null character behind it": ("2026-11-24T02:25:53Z\0", "2026-11-24T02:25:53Z"),
    "the greatest offset": ("2026-11-24T02:25:53+23:59", "2026-11-23T02:26:53Z"),
    "an unknown offset": ("2026-11-24T02:25:53-00:00", "2026-11-24T02:25:53Z"),
    "nanoseconds: cut to microseconds": (
        "2026-11-24T02:25:53.123456789Z",
        "2026-11-24T02:25:53.123456Z",
    ),
    "the first one": ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    "the last one": ("9998-12-31T23:59:59Z", "9998-12-31T23:59:59Z"),
    "the first one, elsewhere": ("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"),
}
"""What is accepted for ``started_at``, and what becomes of it."""

ANY_CHARSET = ["utf-16", "zlib", "bz2", "rot13", "undefined", "no-such", "\xff", '"']
"""Of a Content-Type; JSON is UTF-8 all the same."""

JSON_TYPES = {
    "any type": "*/*",
    "any application's": "application/*",
    "in capitals": "APPLICATION/JSON",
    "a semicolon": "application/json;",
    "half a parameter": 'application/json; a="',
}
"""As good as ``application/json``."""


def a_large_push(session_id):
    """All of it as large as it may be."""
    tasks = [a_task(id=str(number), title="x" * 440) for number in range(500)]
    large = {"text": "é" * 131_000}
    return a_push(session_id, tasks=tasks, event_plan=large, error=large)
