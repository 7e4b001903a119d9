"""Chunked bodies: sizes, extensions, terminators and trailers."""

from __future__ import annotations

from tests.adversarial.case import Accepted, Refused, chunks

_INNER = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

_SIZES = {
    "empty": b"",
    "hex prefix": b"0x5",
    "plus": b"+5",
    "minus": b"-5",
    "space before": b" 5",
    "space after": b"5 ",
    "tab before": b"\t5",
    "tab after": b"5\t",
    "no digit": b"g",
    "letter after": b"5g",
    "quoted": b'"5"',
    "list": b"5,5",
    "underscore": b"0_5",
    "nul after": b"5\x00",
    "vertical tab after": b"5\x0b",
    "bare cr after": b"5\r",
    "no-break space after": b"5\xa0",
    "fullwidth digit": "\uff15".encode(),
    "sixteen digits": b"0000000000000005",
    "2^64 and 5": b"10000000000000005",
    "2^32 hidden": b"ffffffffffffffff",
}
_EXTENSIONS = {
    "empty": b";",
    "empty twice": b";;",
    "without name": b";=b",
    "without value": b";a=",
    "with space": b";a b",
    "space before": b" ;a=b",
    "space after semicolon": b"; a=b",
    "quoted": b';a="b"',
    "quoted line break": b';a="\r\n"',
    "quoted semicolon": b';a=";"',
    "bare lf": b";a=b\nc",
    "bare cr": b";a=b\rc",
    "nul": b";a=\x00",
    "without semicolon": b"a=b;",
    "longer than a size line": b";a=" + b"b" * 2000,
}
_DATA = {
    "lf after size": b"5\nhello\r\n0\r\n\r\n",
    "cr after size": b"5\rhello\r\n0\r\n\r\n",
    "lf after data": b"5\r\nhello\n0\r\n\r\n",
    "cr after data": b"5\r\nhello\r0\r\n\r\n",
    "nothing after data": b"5\r\nhello0\r\n\r\n",
    "cr cr lf after data": b"5\r\nhello\r\r\n0\r\n\r\n",
    "data longer": b"5\r\nhelloX\r\n0\r\n\r\n",
    "data shorter": b"5\r\nhell\r\n0\r\n\r\n",
    "space after data": b"5\r\nhello \r\n0\r\n\r\n",
    "lf before size": b"\n5\r\nhello\r\n0\r\n\r\n",
    "empty line between": b"5\r\nhello\r\n\r\n0\r\n\r\n",
    "last with lf": b"5\r\nhello\r\n0\n\r\n",
    "last with minus": b"5\r\nhello\r\n-0\r\n\r\n",
    "last with space": b"5\r\nhello\r\n0 \r\n\r\n",
    "end with lf": b"5\r\nhello\r\n0\r\n\n",
    "end with cr cr lf": b"5\r\nhello\r\n0\r\n\r\r\n",
    "end left out": b"5\r\nhello\r\n0\r\n",
    "end left out after a trailer": b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n",
}
_TRAILERS = {
    "length": b"Content-Length: 3",
    "encoding": b"Transfer-Encoding: chunked",
    "host": b"Host: b.example",
    "connection": b"Connection: close",
    "authorization": b"Authorization: Bearer x",
    "api key": b"X-Api-Key: hcc_x_y",
    "identity": b"X-Auth-Subject: root",
    "forwarded": b"Forwarded: for=6.6.6.6",
    "x-forwarded-for": b"X-Forwarded-For: 6.6.6.6",
    "request id": b"X-Request-Id: 1",
    "expect": b"Expect: 100-continue",
    "cookie": b"Cookie: a=b",
    "content type": b"Content-Type: text/html",
    "content encoding": b"Content-Encoding: gzip",
    "content range": b"Content-Range: bytes 0-1/2",
    "range": b"Range: bytes=0-1",
    "length with underscore": b"Content_Length: 3",
    "identity with underscore": b"X_Auth_Subject: root",
    "without colon": b"X-Sum",
    "space before colon": b"X-Sum : 1",
    "without name": b": 1",
    "folded": b" X-Sum: 1",
    "continued": b"X-Sum: 1\r\n 2",
    "bare lf": b"X-Sum: 1\nX-B: 2",
    "bare cr": b"X-Sum: 1\rX-B: 2",
    "nul": b"X-Sum: \x00",
    "control": b"X-Sum: \x01",
}

REFUSED = (
    {f"chunk size {name}": Refused(chunks(size + b"\r\nhello\r\n0\r\n\r\n")) for name, size in _SIZES.items()}
    | {f"extension {name}": Refused(chunks(b"5" + text + b"\r\nhello\r\n0\r\n\r\n")) for name, text in _EXTENSIONS.items()}
    | {f"chunk {name}": Refused(chunks(body)) for name, body in _DATA.items()}
    | {f"trailer {name}": Refused(chunks(b"5\r\nhello\r\n0\r\n" + line + b"\r\n\r\n")) for name, line in _TRAILERS.items()}
    | {
        "trailers too large": Refused(chunks(b"0\r\n" + b"X-A: 1\r\n" * 2000 + b"\r\n"), (400, 431)),
        "chunks with lf only": Refused(chunks(b"5\nhello\n0\n\n")),
        "second chunk odd": Refused(chunks(b"5\r\nhello\r\n0x5\r\nhello\r\n0\r\n\r\n")),
    }
)


def _ok(body: bytes, want: bytes = b"hello") -> Accepted:
    return Accepted(chunks(body), "POST", body=want)


ACCEPTED = {
    "chunked": _ok(b"5\r\nhello\r\n0\r\n\r\n"),
    "chunked, no content": _ok(b"0\r\n\r\n", b""),
    "chunked in pieces": _ok(b"1\r\nh\r\n3\r\nell\r\n1\r\no\r\n0\r\n\r\n"),
    "chunk size in upper case": _ok(b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    "chunk size with zeros": _ok(b"0005\r\nhello\r\n0\r\n\r\n"),
    "last chunk with zeros": _ok(b"5\r\nhello\r\n000\r\n\r\n"),
    "chunk extension": _ok(b"5;a\r\nhello\r\n0\r\n\r\n"),
    "chunk extension with value": _ok(b"5;a=b;c=d\r\nhello\r\n0;e=f\r\n\r\n"),
    "chunk that holds a last chunk": _ok(b"b\r\n0\r\n\r\nGET / \r\n0\r\n\r\n", b"0\r\n\r\nGET / "),
    "chunk that is a request": _ok(b"%x\r\n%s\r\n0\r\n\r\n" % (len(_INNER), _INNER), _INNER),
    "chunk of line breaks": _ok(b"4\r\n\r\n\r\n\r\n0\r\n\r\n", b"\r\n\r\n"),
    "trailer": _ok(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"),
    "trailer announced": Accepted(chunks(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", b"Trailer: X-Sum"), "POST", body=b"hello"),
    "trailer digest": _ok(b"5\r\nhello\r\n0\r\nContent-Digest: sha-256=:x:\r\n\r\n"),
}
