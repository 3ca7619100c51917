"""Header lines, one table for each answer."""

WEBSOCKET = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def unusable(key):
    """What is sent in the place of a good key: a 401."""
    return {
        "nothing": (b"Authorization:",),
        "a scheme alone": (b"Authorization: Bearer",),
        "a key alone": (b"Authorization: " + key,),
        "another scheme": (b"Authorization: Token " + key,),
        "a scheme that is none": (b"Authorization: Bearer:" + key,),
        "a tab for the space": (b"Authorization: Bearer\t" + key,),
        "quotes": (b'Authorization: Bearer "' + key + b'"',),
        "more behind it": (b"Authorization: Bearer " + key + b" x",),
        "one character less": (b"Authorization: Bearer " + key[:-1],),
        "capitals": (b"Authorization: Bearer " + key.upper(),),
        "its prefix alone": (b"Authorization: Bearer " + key[:12],),
        "its prefix and nothing": (b"Authorization: Bearer " + key[:13],),
        "percent-encoded": (b"Authorization: Bearer " + key.replace(b"_", b"%5F"),),
        "no ASCII": (b"Authorization: Bearer wzs_\xff\xfe",),
        "UTF-8": ("Authorization: Bearer wzs_é🚀".encode(),),
        "no ASCII at all": (b"Authorization: \xff \xff",),
        "10 kB": (b"Authorization: Bearer wzs_" + b"x" * 10_000,),
        "Basic of nothing": (b"Authorization: Basic",),
        "Basic that is no base64": (b"Authorization: Basic !!!",),
        "Basic of null characters": (b"Authorization: Basic AAAA",),
        "Digest": (b'Authorization: Digest username="alice"',),
        "two of them": (b"Authorization: Bearer " + key, b"Authorization: Bearer " + key),
        "a bad one before it": (b"Authorization: Bearer x", b"Authorization: Bearer " + key),
        "a bad one behind it": (b"Authorization: Bearer " + key, b"Authorization: Bearer x"),
        "another name": (b"X-Authorization: Bearer " + key,),
        "a proxy's": (b"Proxy-Authorization: Bearer " + key,),
        "an underscore": (b"HTTP_AUTHORIZATION: Bearer " + key,),
        "a cookie": (b"Cookie: Authorization=Bearer " + key,),
        "a user's name": (b"X-Remote-User: alice", b"Remote-User: alice", b"REMOTE_USER: alice"),
        "no session": (b"Cookie: sessionid=",),
        "an unknown session": (b"Cookie: sessionid=" + b"a" * 32,),
        "a session that is no ASCII": (b"Cookie: sessionid=" + b"\xff" * 32,),
        "a path": (b"Cookie: sessionid=../../../../etc/passwd",),
        "SQL": (b"Cookie: sessionid=' OR 1=1 --",),
        "a session of 6 kB": (b"Cookie: sessionid=" + b"a" * 6_000,),
        "a pickle": (b"Cookie: sessionid=gASVAAAAAAAAAC4=",),
        "cookies that are none": (b'Cookie: =;;;=; "; a',),
        "1,000 cookies": (b"Cookie: " + b"; ".join(b"a%d=b" % number for number in range(1_000)),),
        "a quoted surrogate": (b'Cookie: sessionid="\\355\\240\\200aaaaaaaa"',),
    }


NULL_COOKIES = {
    "in a session": b'Cookie: sessionid="\\000aaaaaaaaaaaa"',
    "in another cookie": b'Cookie: theme="dark\\000"',
}
"""A quoted cookie may hold a null character: a 400."""

NOT_ACCEPTABLE = {
    "XML": b"Accept: application/xml",
    "HTML": b"Accept: text/html",
    "nonsense": b"Accept: ;;;\xff,",
    "half a type": b"Accept: json",
    "a stream": b"Accept: text/event-stream",
    "500 types": b"Accept: " + b",".join(b"a/%d" % number for number in range(500)),
}
"""What REST cannot answer with: a 406. A stream is a stream whatever is accepted."""

BAD_HOSTS = {
    "nothing": b"",
    "a path": b"evil.example/..",
    "a user": b"alice@evil.example",
    "a space": b"a b",
    "a port that is none": b"localhost:evil",
    "HTML": b'"><script>alert(1)</script>',
    "no ASCII": b"\xff",
    "two of them": b"localhost\r\nHost: evil.example",
    "two in one": b"localhost, evil.example",
    "a backslash": b"localhost\\@evil.example",
    "half an IPv6 address": b"[::1",
}
"""Django itself answers: a 400."""

IGNORED = {
    "a range": (b"Range: bytes=0-1",),
    "a range that is none": (b"Range: bytes=9-1,-,99999999999999999999-",),
    "an expectation": (b"Expect: nonsense",),
    "another protocol": (
        b"Connection: Upgrade, HTTP2-Settings",
        b"Upgrade: h2c",
        b"HTTP2-Settings: ",
    ),
    "a protocol that is none": (b"Connection: Upgrade", b"Upgrade: \xff"),
    "another verb": (
        b"X-HTTP-Method-Override: DELETE",
        b"X-HTTP-Method: DELETE",
        b"X-Method-Override: DELETE",
    ),
    "another path": (
        b"X-Original-URL: /admin/",
        b"X-Rewrite-URL: /admin/",
        b"X-Script-Name: /admin",
    ),
    "another host": (
        b"X-Forwarded-Host: evil.example",
        b"X-Host: evil.example",
        b"Forwarded: host=evil.example",
    ),
    "another client": (b"X-Forwarded-For: ' OR 1=1, \xff", b"X-Real-IP: nobody"),
    "another scheme": (b"X-Forwarded-Proto: ftp", b"X-Forwarded-Port: -1"),
    "a language": (b"Accept-Language: " + b"a-" * 2_000,),
    "an encoding": (b"Accept-Encoding: bomb;q=99,\xff",),
    "a charset": (b"Accept-Charset: \xff",),
    "a date that is none": (
        b"If-Modified-Since: yesterday",
        b"If-Unmodified-Since: never",
        b"Date: \xff",
    ),
    "an origin": (b"Origin: null", b"Referer: javascript:alert(1)"),
    "a cookie's CSRF token": (b"Cookie: csrftoken=\xff", b"X-CSRFToken: \xff"),
    "a quality that is none": (b"Accept: application/json;q=\xff, */*;q=x",),
    "100 headers": tuple(b"X-%d: a" % number for number in range(100)),
    "10 kB": (b"X-A: " + b"a" * 10_000,),
    "an empty value": (b"X-A:",),
    "a trace": (b"traceparent: \xff", b"X-Request-ID: \xff" + b"a" * 1_000),
}
"""Accepted: they change nothing."""

NO_CURSOR = {
    "nothing": b"",
    "a word": b"x",
    "null": b"null",
    "5,000 digits": b"0" * 5_000,
    "no ASCII": b"\xff\xfe",
    "UTF-8": "é".encode(),
    "four parts": b"a.b.c.d",
    "another topic": b"0123456789.1.1.1",
    "a negative one": b"-1",
    "a huge one": b"0123456789.99999999999999999.9223372036854775808.9223372036854775808",
    "full-width digits": "0123456789.\uff11.1.1".encode(),
    "a tab": b"a\t;",
    "two of them": b"1\r\nLast-Event-ID: 2",
    "percent-encoded": b"%00%0A",
    "JSON": b'{"a": [}',
}
"""A Last-Event-ID that is none of ours counts as absent."""
