"""Fields that say who asks, what belongs to the hop, and what is wished for."""

from __future__ import annotations

from tests.adversarial.case import Accepted, Refused, bare, get, post

_CONNECTION = {
    "host": b"Connection: host",
    "length": b"Connection: close, content-length",
    "authorization": b"Connection: Authorization",
    "request id": b"Connection: x-request-id",
    "with nul": b"Connection: close\x00",
}
_EXPECT = {
    "unknown": (b"Expect: magic",),
    "empty": (b"Expect:",),
    "list": (b"Expect: 100-continue, magic",),
    "twice, second unknown": (b"Expect: 100-continue", b"Expect: 200-ok"),
    "misspelt": (b"Expect: 100-continued",),
    "padded": (b"Expect: 100-continue x",),
}

REFUSED = {f"connection names {name}": Refused(get(line, b"Authorization: x")) for name, line in _CONNECTION.items()} | {
    f"expect {name}": Refused(post(*lines, b"Content-Length: 5", body=b"hello"), (417,)) for name, lines in _EXPECT.items()
}


def _dropped(line: bytes, *never: bytes) -> Accepted:
    return Accepted(get(line), never=never or (line.lower(),))


ACCEPTED = {
    "identity": _dropped(b"X-Auth-Subject: root"),
    "identity in lower case": _dropped(b"x-auth-subject: root"),
    "identity with underscores": _dropped(b"X_Auth_Subject: root"),
    "identity with one underscore": _dropped(b"X-Auth_Subject: root"),
    "identity of any name": _dropped(b"X-Auth-Whatever: root"),
    "forwarded": _dropped(b"Forwarded: for=6.6.6.6", b"6.6.6.6"),
    "x-forwarded-for": _dropped(b"X-Forwarded-For: 6.6.6.6", b"6.6.6.6"),
    "x-forwarded-for with underscores": _dropped(b"X_Forwarded_For: 6.6.6.6", b"6.6.6.6"),
    "x-forwarded-for twice": Accepted(
        get(b"X-Forwarded-For: 6.6.6.6", b"X-Forwarded-For: 7.7.7.7"), never=(b"6.6.6.6", b"7.7.7.7")
    ),
    "x-forwarded-host": _dropped(b"X-Forwarded-Host: evil.example", b"evil"),
    "x-forwarded-proto": _dropped(b"X-Forwarded-Proto: https", b"proto: https", b"proto=https"),
    "x-forwarded-port": _dropped(b"X-Forwarded-Port: 6666", b"6666"),
    "x-forwarded-prefix": _dropped(b"X-Forwarded-Prefix: /evil", b"/evil"),
    "x-forwarded-server": _dropped(b"X_Forwarded-Server: evil.example", b"evil"),
    "x-real-ip": _dropped(b"X-Real-IP: 6.6.6.6", b"6.6.6.6"),
    "x-real-ip with underscores": _dropped(b"X_Real_IP: 6.6.6.6", b"6.6.6.6"),
    "request id that is none": _dropped(b"X-Request-Id: a b<script>", b"script"),
    "proxy authorization": _dropped(b"Proxy-Authorization: Basic eDp5", b"edp5", b"proxy-"),
    "proxy connection": _dropped(b"Proxy-Connection: keep-alive", b"proxy-"),
    "keep-alive": _dropped(b"Keep-Alive: timeout=600", b"keep-alive"),
    "connection names a field": Accepted(get(b"Connection: x-drop", b"X-Drop: 1"), never=(b"x-drop", b"connection")),
    "connection names itself": Accepted(get(b"Connection: connection"), never=(b"connection",)),
    "connection names forwarded fields": Accepted(
        get(b"Connection: x-forwarded-for, forwarded", b"X-Forwarded-For: 6.6.6.6"), never=(b"6.6.6.6", b"connection")
    ),
    "connection twice": Accepted(get(b"Connection: x-a", b"Connection: x-b", b"X-A: 1", b"X-B: 1"), never=(b"x-a", b"x-b")),
    "connection with empty elements": Accepted(get(b"Connection: ,, keep-alive ,"), never=(b"connection",)),
    "h2c": Accepted(
        get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
        never=(b"upgrade", b"h2c", b"http2-settings"),
    ),
    "h2c in upper case": Accepted(get(b"connection: UPGRADE", b"upgrade: H2C"), never=(b"upgrade", b"h2c")),
    "h2c without connection": Accepted(get(b"Upgrade: h2c"), never=(b"upgrade", b"h2c")),
    "h2c on a post": Accepted(
        post(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello", never=(b"h2c",)
    ),
    "upgrade without connection": Accepted(get(b"Upgrade: websocket"), never=(b"upgrade",)),
    "http2-settings alone": _dropped(b"HTTP2-Settings: AAMAAABk", b"http2"),
    "te trailers": _dropped(b"TE: trailers", b"\nte:"),
    "trailer without chunks": _dropped(b"Trailer: X-Sum", b"trailer"),
    "expect": Accepted(
        post(b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello", never=(b"expect",)
    ),
    "expect in upper case": Accepted(
        post(b"Expect: 100-CONTINUE", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello", never=(b"expect",)
    ),
    "expect twice": Accepted(
        post(b"Expect: 100-continue", b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"),
        "POST",
        body=b"hello",
        never=(b"expect",),
    ),
    "expect without body": Accepted(get(b"Expect: 100-continue"), never=(b"expect",)),
    "expect with chunks": Accepted(
        post(b"Expect: 100-continue", b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"), "POST", body=b"hello"
    ),
    "expect in 1.0": Accepted(
        bare(b"POST /case HTTP/1.0", b"Host: a.example", b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"),
        "POST",
        body=b"hello",
        never=(b"expect",),
    ),
    "method override": Accepted(get(b"X-HTTP-Method-Override: DELETE")),
}
