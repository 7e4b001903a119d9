"""Ambiguous requests are refused and their connection closed; the origin never sees them."""

from __future__ import annotations

import pytest

from tests.gateway.support import Origin, Running, site, upstream

_G = b"GET / HTTP/1.1\r\n"
_P = b"POST / HTTP/1.1\r\nHost: a\r\n"
_C = _P + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

REFUSED = {
    "cl+te": _P + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "te+cl": _P + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": _P + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "two equal lengths": _P + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "length list": _P + b"Content-Length: 4, 4\r\n\r\nabcd",
    "length plus": _P + b"Content-Length: +4\r\n\r\nabcd",
    "length minus": _P + b"Content-Length: -4\r\n\r\nabcd",
    "length hex": _P + b"Content-Length: 0x4\r\n\r\nabcd",
    "length empty": _P + b"Content-Length:\r\n\r\nabcd",
    "length huge": _P + b"Content-Length: 99999999999999999999\r\n\r\n",
    "length with space": _P + b"Content-Length: 4 4\r\n\r\nabcd",
    "te unknown": _P + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "te list": _P + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "te twice": _P + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "te quoted": _P + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "te vertical tab": _P + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "te in 1.0": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no host": _G + b"\r\n",
    "two hosts": _G + b"Host: a\r\nHost: b\r\n\r\n",
    "two equal hosts": _G + b"Host: a\r\nHost: a\r\n\r\n",
    "empty host": _G + b"Host:\r\n\r\n",
    "host with space": _G + b"Host: a b\r\n\r\n",
    "host with path": _G + b"Host: a/b\r\n\r\n",
    "host with user": _G + b"Host: u@a\r\n\r\n",
    "host list": _G + b"Host: a, b\r\n\r\n",
    "host bad port": _G + b"Host: a:8x\r\n\r\n",
    "bare lf head": b"GET / HTTP/1.1\nHost: a\n\n",
    "bare lf line": _G + b"Host: a\nX: b\r\n\r\n",
    "bare cr": _G + b"Host: a\rX: b\r\n\r\n",
    "bare cr in request line": b"GET /\r HTTP/1.1\r\nHost: a\r\n\r\n",
    "obs-fold": _G + b"Host: a\r\nX: b\r\n c\r\n\r\n",
    "fold first": _G + b" Host: a\r\n\r\n",
    "space before colon": _G + b"Host: a\r\nX : b\r\n\r\n",
    "space in name": _G + b"Host: a\r\nX Y: b\r\n\r\n",
    "empty name": _G + b"Host: a\r\n: b\r\n\r\n",
    "no colon": _G + b"Host: a\r\nX\r\n\r\n",
    "nul in value": _G + b"Host: a\r\nX: \x00\r\n\r\n",
    "control in value": _G + b"Host: a\r\nX: \x01\r\n\r\n",
    "nul in target": b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "high byte in target": b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    "tab in request line": b"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "version 1.2": b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "version 0.9": b"GET /\r\n\r\n",
    "version lower": b"GET / http/1.1\r\nHost: a\r\n\r\n",
    "version long": b"GET / HTTP/1.10\r\nHost: a\r\n\r\n",
    "method": b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute other host": b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute other scheme": b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute with user": b"GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n",
    "connect": b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
    "authority form": b"GET a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
    "fragment": b"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "above root": b"GET /../x HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped nul": b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken escape": b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "backslash": b"GET /a\\..\\b HTTP/1.1\r\nHost: a\r\n\r\n",
    "connection names host": _G + b"Host: a\r\nConnection: host\r\n\r\n",
    "chunk bare lf": _C + b"5\nhello\r\n0\r\n\r\n",
    "chunk data bare lf": _C + b"5\r\nhello\n0\r\n\r\n",
    "chunk 0x": _C + b"0x5\r\nhello\r\n0\r\n\r\n",
    "chunk plus": _C + b"+5\r\nhello\r\n0\r\n\r\n",
    "chunk space": _C + b"5 \r\nhello\r\n0\r\n\r\n",
    "chunk empty size": _C + b"\r\nhello\r\n0\r\n\r\n",
    "chunk overflow": _C + b"ffffffffffffffff1\r\nhello\r\n0\r\n\r\n",
    "chunk longer": _C + b"5\r\nhelloX\r\n0\r\n\r\n",
    "chunk extension lf": _C + b"5;a=\nb\r\nhello\r\n0\r\n\r\n",
    "chunk extension quoted": _C + b'5;a="\r\n"\r\nhello\r\n0\r\n\r\n',
    "trailer bare lf": _C + b"0\r\nX: y\n\r\n",
    "trailer no colon": _C + b"0\r\nX\r\n\r\n",
    "trailer length": _C + b"0\r\nContent-Length: 3\r\n\r\n",
    "trailer host": _C + b"0\r\nHost: b\r\n\r\n",
    "trailer fold": _C + b"0\r\n X: y\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_closed(gateway: Running, origin: Origin, name: str) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(REFUSED[name] + NEXT)
        response = client.read()
        assert response.status in (400, 414, 431, 501), response
        assert response.json()["success"] is False
        assert client.is_closed()
    assert not any(b"/smuggled" in head for head in origin.heads)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (_G + b"Host: a\r\nX: " + b"a" * 40000 + b"\r\n\r\n", 431),
        (_G + b"Host: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (_G + b"Host: a\r\nExpect: magic\r\n\r\n", 417),
    ],
)
def test_sizes_and_what_is_not_offered(gateway: Running, origin: Origin, request_: bytes, status: int) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(request_)
        assert client.read().status == status
        assert client.is_closed()


def test_a_head_may_come_byte_by_byte_and_pipelined(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        for byte in b"GET /one HTTP/1.1\r\nHost: a\r\n\r\n":
            client.send(bytes([byte]))
        assert client.read().body == b"hello"
        client.send(_G + b"Host: a\r\n\r\n" + _P + b"Content-Length: 3\r\n\r\nabc" + _G + b"Host: a\r\n\r\n")
        assert [client.read().status for _ in range(3)] == [200, 200, 200]
