"""Targets and hosts: which site and which path a request is for."""

from __future__ import annotations

from tests.adversarial.case import Accepted, Answered, Refused, bare, get, to

_LINE = b"GET /case HTTP/1.1"

_HOSTS = {
    "empty": b"",
    "blank": b"  ",
    "space inside": b"a b",
    "two names": b"a.example b.example",
    "list": b"a.example, b.example",
    "path": b"a.example/x",
    "query": b"a.example?x",
    "fragment": b"a.example#x",
    "user": b"u@a.example",
    "user and password": b"u:p@a.example",
    "scheme": b"http://a.example",
    "backslash": b"a.example\\b.example",
    "semicolon": b"a.example;x",
    "quoted": b'"a.example"',
    "angle": b"<a.example>",
    "escaped": b"a%2eexample",
    "high byte": b"\xe9.example",
    "utf-8": "\u00e9.example".encode(),
    "nul": b"a.example\x00.b",
    "tab inside": b"a\texample",
    "port empty": b"a.example:",
    "port of letters": b"a.example:8x",
    "port with sign": b"a.example:+80",
    "port too large": b"a.example:65536",
    "port too long": b"a.example:000080",
    "two ports": b"a.example:80:80",
    "ipv6 bare": b"::1",
    "ipv6 open": b"[::1",
    "ipv6 of letters": b"[x]",
    "ipv6 and more": b"[::1]x",
    "dots": b"a..example",
    "dot first": b".a.example",
    "too long": b"a" * 300,
}
_HOST_LINES = {
    "missing": (),
    "twice": (b"Host: a.example", b"Host: b.example"),
    "twice alike": (b"Host: a.example", b"Host: a.example"),
    "twice in other case": (b"Host: a.example", b"hOST: b.example"),
    "twice, one empty": (b"Host: a.example", b"Host:"),
    "three times": (b"Host: a.example", b"X-A: 1", b"Host: a.example", b"Host: a.example"),
    "folded": (b"Host:", b" a.example"),
    "continued": (b"Host: a.example", b" b.example"),
    "space before colon": (b"Host : a.example",),
    "second with space before colon": (b"Host: a.example", b"Host : b.example"),
    "indented": (b" Host: b.example", b"Host: a.example"),
    "behind a bare lf": (b"Host: a.example\nHost: b.example",),
    "behind a bare cr": (b"Host: a.example\rHost: b.example",),
    "named by connection": (b"Host: a.example", b"Connection: host"),
}
_TARGETS = {
    "empty absolute": b"http://",
    "absolute of another host": b"http://b.example/case",
    "absolute of a longer host": b"http://a.example.b/case",
    "absolute without host": b"http:///case",
    "absolute with one slash": b"http:/case",
    "absolute without slashes": b"http:case",
    "absolute of another port": b"http://a.example:81/case",
    "absolute with user": b"http://u@a.example/case",
    "absolute with host as user": b"http://a.example@b.example/case",
    "absolute with user and backslash": b"http://b.example\\@a.example/case",
    "absolute with backslash": b"http://a.example\\b.example/case",
    "absolute with backslashes": b"http:\\\\a.example\\case",
    "absolute with fragment": b"http://a.example#@b.example/case",
    "absolute with query only": b"http://a.example?@b.example/case",
    "absolute, other scheme": b"ftp://a.example/case",
    "absolute, unknown scheme": b"x://a.example/case",
    "file": b"file:///etc/passwd",
    "authority": b"a.example:80",
    "relative": b"case",
    "dot": b".",
    "query only": b"?x",
    "asterisk on a get": b"*",
    "fragment": b"/case#x",
    "fragment escaped not": b"/case?x#y",
    "high byte": b"/\xe9",
    "utf-8": "/\u00e9".encode(),
    "nul": b"/case\x00",
    "control": b"/case\x01",
    "delete": b"/case\x7f",
    "tab": b"/ca\tse",
    "space": b"/ca se",
    "bare cr": b"/case\rx",
    "escaped nul": b"/case%00",
    "escaped nul before suffix": b"/case%00.png",
    "escaped line break": b"/case%0d%0aX-A:%201",
    "escaped lf": b"/case%0a",
    "escaped delete": b"/case%7f",
    "broken escape": b"/case%zz",
    "half an escape": b"/case%2",
    "only a per cent": b"/case%",
    "unicode escape": b"/case%u002e",
    "backslash": b"/a\\case",
    "backslash dots": b"/a\\..\\case",
    "above root": b"/../case",
    "above root, escaped": b"/%2e%2e/case",
    "above root, half escaped": b"/.%2E/case",
    "above root, deeper": b"/a/../../case",
    "above root, slashes": b"//../case",
    "above root, dots only": b"/..",
    "into private": b"/x/../private",
    "into private, escaped": b"/x/%2e%2e/private",
    "into private, letter escaped": b"/%70rivate",
    "into private, slashes": b"//private",
    "into private, dot": b"/./private",
    "into private, escaped dot": b"/%2e/private",
    "into private, below": b"/x/../private/y",
    "out of private": b"/private/../case",
    "out of private, escaped": b"/private/%2e%2e/case",
}
_OBLIGING = {
    "into private, escaped slashes": b"/x%2f..%2fprivate",
    "into private, escaped slash first": b"/%2fprivate",
    "into private, escaped slash last": b"/private%2fx",
    "into private, escaped backslashes": b"/x%5c..%5cprivate",
    "into private, parameter": b"/private;x",
    "into private, parameter before": b"/private;v=1/x",
    "into private, dots with parameter": b"/x/..;a/private",
    "above root, dots with parameter": b"/..;/case",
}

REFUSED = (
    {f"host {name}": Refused(bare(_LINE, b"Host: " + value)) for name, value in _HOSTS.items()}
    | {f"host {name}": Refused(bare(_LINE, *lines)) for name, lines in _HOST_LINES.items()}
    | {f"target {name}": Refused(to(target)) for name, target in _TARGETS.items()}
    | {f"target {name}": Refused(to(target)) for name, target in _OBLIGING.items()}
    | {
        "connect": Refused(get(start=b"CONNECT a.example:80 HTTP/1.1"), (400, 405, 501)),
        "connect with a path": Refused(get(start=b"CONNECT /case HTTP/1.1"), (400, 405, 501)),
        "connect absolute": Refused(get(start=b"CONNECT http://a.example/ HTTP/1.1"), (400, 405, 501)),
        "asterisk and more": Refused(get(start=b"OPTIONS *x HTTP/1.1")),
        "two hosts in 1.0": Refused(bare(b"GET /case HTTP/1.0", b"Host: a", b"Host: b")),
        "host odd in 1.0": Refused(bare(b"GET /case HTTP/1.0", b"Host: a b")),
        "absolute in 1.0 without host": Refused(bare(b"GET http://a.example/case HTTP/1.0")),
    }
)

ANSWERED = {
    "private": Answered(to(b"/private"), 401),
    "private below": Answered(to(b"/private/x"), 401),
    "private with query": Answered(to(b"/private?x"), 401),
}


def _as_is(target: str, *refused_by: str) -> Accepted:
    return Accepted(to(target.encode()), target=target, refused_by=refused_by)


def _host(value: str) -> Accepted:
    return Accepted(bare(_LINE, b"Host: " + value.encode()), host=value)


ACCEPTED = {
    "query": _as_is("/case?a=b&c=d"),
    "query with question marks": _as_is("/case?a?b"),
    "query with path": _as_is("/case?x=/../private"),
    "query with url": _as_is("/case?http://b.example/"),
    "query with escaped line break": _as_is("/case?x=%0d%0aX-A:%201"),
    "query with escaped nul": _as_is("/case?x=%00"),
    "query with backslash": _as_is("/case?x=\\"),
    "query with braces": _as_is('/case?x={"a":"b|c^d`e"}'),
    "dots inside": _as_is("/x/../case"),
    "escaped dots inside": _as_is("/x/%2e%2e/case"),
    "dot inside": _as_is("/x/./case"),
    "dots in names": _as_is("/..x/x../...."),
    "slashes": _as_is("//b.example/case"),
    "slashes inside": _as_is("/x//case"),
    "escaped letters": _as_is("/%63ase"),
    "escaped slash": _as_is("/x%2Fcase"),
    "escaped twice": _as_is("/%252e%252e/private"),
    "escaped space": _as_is("/ca%20se"),
    "escaped question mark": _as_is("/case%3Fx"),
    "escaped number sign": _as_is("/case%23x"),
    "escaped utf-8": _as_is("/%C3%A9"),
    "at sign": _as_is("/@b.example/case"),
    "colon": _as_is("/http://b.example/"),
    "parameters": _as_is("/case;a=b"),
    "private's longer name": _as_is("/privately"),
    "asterisk": Accepted(get(start=b"OPTIONS * HTTP/1.1"), "OPTIONS", "*", refused_by=("nginx",)),
    "absolute": Accepted(to(b"http://a.example/case")),
    "absolute in upper case": Accepted(to(b"HTTP://A.EXAMPLE/case")),
    "absolute with query": Accepted(to(b"http://a.example/case?x=http://b.example/"), target="/case?x=http://b.example/"),
    "absolute with at sign in its path": Accepted(to(b"http://a.example/@b.example"), target="/@b.example"),
    "host with port": _host("a.example:8080"),
    "host with dot": _host("a.example."),
    "host with underscore": _host("my_shop.example"),
    "host of ipv4": _host("127.0.0.1"),
    "host of ipv6": _host("[::1]:8080"),
    "host in upper case": _host("A.EXAMPLE"),
}
