"""Content-Length and Transfer-Encoding: who says where the body ends."""

from __future__ import annotations

from tests.adversarial.case import Accepted, Refused, bare, get, post

_TE = b"Transfer-Encoding: chunked"
_END = b"0\r\n\r\n"
_ODD = (400, 501)
_INNER = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

_BOTH = {
    "cl, te": (b"Content-Length: 4", _TE),
    "te, cl": (_TE, b"Content-Length: 4"),
    "cl, te of zero length": (b"Content-Length: 0", _TE),
    "cl, te in other case": (b"content-length: 4", b"TRANSFER-ENCODING: CHUNKED"),
    "cl, te without spaces": (b"Content-Length:4", b"Transfer-Encoding:chunked"),
    "cl, te behind tabs": (b"Content-Length:\t4", b"Transfer-Encoding:\tchunked\t"),
    "cl, te far apart": (b"Content-Length: 4", b"X-A: 1", b"X-B: 2", _TE),
    "cl, te identity": (b"Content-Length: 4", b"Transfer-Encoding: identity"),
    "cl, te empty": (b"Content-Length: 4", b"Transfer-Encoding:"),
    "cl, te unknown": (b"Content-Length: 4", b"Transfer-Encoding: xchunked"),
    "cl empty, te": (b"Content-Length:", _TE),
    "cl odd, te": (b"Content-Length: x", _TE),
    "cl twice, te": (b"Content-Length: 4", b"Content-Length: 4", _TE),
    "cl, te twice": (b"Content-Length: 4", _TE, _TE),
    "cl, te named by connection": (b"Content-Length: 4", _TE, b"Connection: transfer-encoding"),
}
_LENGTHS = {
    "empty": b"",
    "blank": b"   ",
    "plus": b"+4",
    "minus": b"-4",
    "minus zero": b"-0",
    "hex": b"0x4",
    "hex digits": b"a",
    "octal": b"0o4",
    "exponent": b"4e0",
    "fraction": b"4.0",
    "two numbers": b"4 4",
    "list": b"4, 4",
    "list of two": b"4, 5",
    "comma after": b"4,",
    "comma before": b",4",
    "semicolon": b"4;",
    "quoted": b'"4"',
    "underscore": b"1_0",
    "no-break space": b"4\xa0",
    "fullwidth digit": "\uff14".encode(),
    "vertical tab before": b"\x0b4",
    "form feed after": b"4\x0c",
    "nul after": b"4\x00",
    "infinity": b"Infinity",
    "2^63": b"9223372036854775808",
    "2^64 and 4": b"18446744073709551620",
    "thirty digits": b"9" * 30,
    "many zeros": b"0" * 40 + b"4",
}
_ENCODINGS = {
    "unknown": b"cow",
    "xchunked": b"xchunked",
    "chunkedx": b"chunkedx",
    "chunk": b"chunk",
    "identity": b"identity",
    "empty": b"",
    "gzip, chunked": b"gzip, chunked",
    "chunked, gzip": b"chunked, gzip",
    "chunked, chunked": b"chunked, chunked",
    "identity, chunked": b"identity, chunked",
    "chunked, identity": b"chunked, identity",
    "comma before": b", chunked",
    "comma after": b"chunked,",
    "parameter": b"chunked;q=1",
    "semicolon": b"chunked;",
    "quoted": b'"chunked"',
    "single quotes": b"'chunked'",
    "brackets": b"[chunked]",
    "tab inside": b"chun\tked",
    "space inside": b"chun ked",
    "vertical tab before": b"\x0bchunked",
    "vertical tab after": b"chunked\x0b",
    "form feed before": b"\x0cchunked",
    "nul after": b"chunked\x00",
    "bare cr after": b"chunked\r",
    "bare cr before": b"\rchunked",
    "no-break space": b"\xa0chunked",
    "byte order mark": b"\xef\xbb\xbfchunked",
    "soft hyphen": b"chunked\xad",
    "dotless": "chun\u212aed".encode(),
}
_LINES = {
    "two encodings": (_TE, _TE),
    "encodings, unknown second": (_TE, b"Transfer-encoding: cow"),
    "encodings, unknown first": (b"Transfer-Encoding: cow", _TE),
    "encodings, identity second": (_TE, b"Transfer-Encoding: identity"),
    "encoding folded": (b"Transfer-Encoding:", b" chunked"),
    "encoding folded with tab": (b"Transfer-Encoding:", b"\tchunked"),
    "encoding continued": (_TE, b" , identity"),
    "encoding, space before colon": (b"Transfer-Encoding : chunked",),
    "encoding, tab before colon": (b"Transfer-Encoding\t: chunked",),
    "encoding, nul before colon": (b"Transfer-Encoding\x00: chunked",),
    "encoding, space in name": (b"Transfer Encoding: chunked",),
    "encoding, vertical tab in name": (b"\x0bTransfer-Encoding: chunked",),
    "encoding, indented": (b"X-A: 1", b" Transfer-Encoding: chunked"),
    "encoding behind a bare cr": (b"X-A: 1\rTransfer-Encoding: chunked",),
    "encoding behind a bare lf": (b"X-A: 1\nTransfer-Encoding: chunked",),
    "encoding behind lf cr": (b"X-A: 1\n\rTransfer-Encoding: chunked",),
    "encoding, high byte in name": (b"Transfer\xadEncoding: chunked",),
    "encoding without colon": (b"Transfer-Encoding chunked",),
    "two lengths": (b"Content-Length: 5", b"Content-Length: 4"),
    "two equal lengths": (b"Content-Length: 5", b"Content-Length: 5"),
    "two lengths, one empty": (b"Content-Length: 5", b"Content-Length:"),
    "two lengths in other case": (b"Content-Length: 5", b"content-length: 0"),
    "length folded": (b"Content-Length:", b" 5"),
    "length continued": (b"Content-Length: 5", b" 0"),
    "length, space before colon": (b"Content-Length : 5",),
    "length, bare lf before": (b"X-A: 1\nContent-Length: 5",),
    "length, bare cr before": (b"X-A: 1\rContent-Length: 5",),
}

REFUSED = (
    {name: Refused(post(*lines, body=_END)) for name, lines in _BOTH.items()}
    | {f"length {name}": Refused(post(b"Content-Length: " + value, body=b"abcd")) for name, value in _LENGTHS.items()}
    | {f"encoding {name}": Refused(post(b"Transfer-Encoding: " + value, body=_END), _ODD) for name, value in _ENCODINGS.items()}
    | {name: Refused(post(*lines, body=_END), _ODD) for name, lines in _LINES.items()}
    | {
        "length beyond the limit": Refused(post(b"Content-Length: 99999999999", body=b"abcd"), (413,)),
        "encoding in 1.0": Refused(bare(b"POST /case HTTP/1.0", b"Host: a.example", _TE, body=_END)),
        "encoding in 1.0, kept alive": Refused(
            bare(b"POST /case HTTP/1.0", b"Host: a.example", b"Connection: keep-alive", _TE, body=_END)
        ),
        "cl, te on a get": Refused(get(b"Content-Length: 4", _TE, body=_END)),
        "encoding unknown on a get": Refused(get(b"Transfer-Encoding: cow"), _ODD),
    }
)

ACCEPTED = {
    "length": Accepted(post(b"Content-Length: 5", body=b"hello"), "POST", body=b"hello"),
    "length zero": Accepted(post(b"Content-Length: 0"), "POST"),
    "length behind tabs": Accepted(post(b"Content-Length:\t5\t ", body=b"hello"), "POST", body=b"hello"),
    "length with leading zeros": Accepted(post(b"Content-Length: 005", body=b"hello"), "POST", body=b"hello"),
    "no length on a post": Accepted(post(), "POST"),
    "body that is a request": Accepted(post(b"Content-Length: %d" % len(_INNER), body=_INNER), "POST", body=_INNER),
    "body on a get": Accepted(get(b"Content-Length: %d" % len(_INNER), body=_INNER), body=_INNER),
    "body on a delete": Accepted(
        get(b"Content-Length: 5", start=b"DELETE /case HTTP/1.1", body=b"hello"), "DELETE", body=b"hello"
    ),
    "body on options": Accepted(
        get(b"Content-Length: 5", start=b"OPTIONS /case HTTP/1.1", body=b"hello"), "OPTIONS", body=b"hello"
    ),
    "body on a head": Accepted(get(b"Content-Length: 5", start=b"HEAD /case HTTP/1.1", body=b"hello"), "HEAD", body=b"hello"),
    "chunked body on a get": Accepted(get(_TE, body=b"5\r\nhello\r\n0\r\n\r\n"), body=b"hello"),
    "encoding in upper case": Accepted(
        post(b"TRANSFER-ENCODING: CHUNKED", body=b"5\r\nhello\r\n0\r\n\r\n"), "POST", body=b"hello"
    ),
    "encoding behind a tab": Accepted(
        post(b"Transfer-Encoding:\tchunked ", body=b"5\r\nhello\r\n0\r\n\r\n"), "POST", body=b"hello"
    ),
    "encoding named by connection": Accepted(
        post(_TE, b"Connection: transfer-encoding", body=b"5\r\nhello\r\n0\r\n\r\n"), "POST", body=b"hello"
    ),
    "encoding with an underscore": Accepted(
        post(b"Content-Length: 5", b"Transfer_Encoding: chunked", body=b"0\r\n\r\n"),
        "POST",
        body=b"0\r\n\r\n",
        never=(b"transfer_encoding",),
    ),
    "length with an underscore": Accepted(
        post(b"Content_Length: 0", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello", never=(b"content_length",)
    ),
    "te field": Accepted(post(b"TE: chunked", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello", never=(b"\nte:",)),
    "content encoding chunked": Accepted(
        post(b"Content-Encoding: chunked", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello"
    ),
    "length in 1.0": Accepted(
        bare(b"POST /case HTTP/1.0", b"Host: a.example", b"Content-Length: 5", body=b"hello"), "POST", body=b"hello"
    ),
}
