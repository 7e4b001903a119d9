"""Attacks in disguise in other bodies: JSON, XML, types, charsets and compression."""

from __future__ import annotations

import gzip
import zlib
from urllib.parse import quote

from tests.waf.disguise import (
    FINE_FORM,
    FINE_JSON,
    FORM,
    JSON,
    PLAIN_FORM,
    PLAIN_JSON,
    SCRIPT,
    SQL,
    XML,
    Evasion,
    every,
    post,
    request,
)

BODIES = [
    Evasion("JSON", post('{"q": "' + SQL + '"}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion(
        "JSON with escapes", post('{"q": "' + every(SQL, "\\u%04x") + '"}', JSON), PLAIN_JSON, post('{"q": "\\u00e9"}', JSON)
    ),
    Evasion("JSON, deep inside", post('{"a": [{"b": {"c": ["' + SQL + '"]}}]}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON, in a name", post('{"' + SQL + '": 1}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON, a name twice", post('{"q": 1, "q": "' + SQL + '"}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion(
        "JSON, too deep", post("[" * 500 + '"' + SQL + '"' + "]" * 500, JSON), PLAIN_JSON, post("[" * 20 + "1" + "]" * 20, JSON)
    ),
    Evasion("JSON that is none", post("{'q': '" + SQL, JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON after its end", post('{"q": 1} {"q": "' + SQL + '"}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON with a mark", post(b"\xef\xbb\xbf" + b'{"q": "' + SQL.encode() + b'"}', JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON in UTF-16", post(('{"q": "' + SQL + '"}').encode("utf-16"), JSON), PLAIN_JSON, FINE_JSON),
    Evasion("JSON by a suffix", post('{"q": "' + SQL + '"}', "application/vnd.api+json"), PLAIN_JSON, FINE_JSON),
    Evasion("JSON, oddly written", post('{"q": "' + SQL + '"}', "application/JSON ;charset=utf-8"), PLAIN_JSON, FINE_JSON),
    Evasion("JSON as text", post('{"q": "' + every(SQL, "\\u%04x") + '"}', "text/plain"), PLAIN_JSON, FINE_JSON),
    Evasion("JSON as a form", post('{"q": "' + SQL + '"}', FORM), PLAIN_JSON, FINE_FORM),
    Evasion("JSON as nothing", post('{"q": "' + SQL + '"}', None), PLAIN_JSON, FINE_JSON),
    Evasion("JSON as nonsense", post('{"q": "' + SQL + '"}', "x/json"), PLAIN_JSON, FINE_JSON),
    Evasion("a form as JSON", post("q=" + quote(SQL), JSON), PLAIN_FORM, FINE_JSON),
    Evasion("a form as text", post("q=" + quote(SQL), "text/plain"), PLAIN_FORM, FINE_FORM),
    Evasion("a form as bytes", post("q=" + quote(SQL), "application/octet-stream"), PLAIN_FORM, FINE_FORM),
    Evasion("two types", post("q=" + quote(SQL), None, f"Content-Type: {JSON}", f"Content-Type: {FORM}"), PLAIN_FORM, FINE_FORM),
    Evasion("a type with commas", post("q=" + quote(SQL), f"{JSON}, {FORM}"), PLAIN_FORM, FINE_FORM),
    Evasion(
        "a form in UTF-7",
        post("q=%2BADw-script%2BAD4-alert(1)%2BADw-/script%2BAD4-", f"{FORM}; charset=utf-7"),
        post("q=" + quote(SCRIPT)),
        post("q=1", f"{FORM}; charset=utf-8"),
    ),
    Evasion(
        "a form in IBM037",
        post(("q=" + SQL).encode("cp037"), f"{FORM}; charset=ibm037"),
        PLAIN_FORM,
        post("q=1", f"{FORM}; charset=utf-8"),
    ),
    Evasion(
        "a form in UTF-16",
        post(("q=" + SQL).encode("utf-16-le"), f"{FORM}; charset=utf-16"),
        PLAIN_FORM,
        post("q=1", f"{FORM}; charset=utf-8"),
    ),
    Evasion(
        "two charsets",
        post("q=" + quote(SQL), f"{FORM}; charset=utf-8; charset=ibm037"),
        PLAIN_FORM,
        post("q=1", f"{FORM}; charset=utf-8"),
    ),
    Evasion(
        "GraphQL",
        post('{"query": "{ user(id: \\"' + SQL + '\\") { name } }"}', JSON),
        PLAIN_JSON,
        post('{"query": "query { product(id: \\"7\\") { name } }"}', JSON),
    ),
    Evasion(
        "GraphQL, in variables",
        post('{"query": "query($i: ID) { user(id: $i) { name } }", "variables": {"i": "' + SQL + '"}}', JSON),
        PLAIN_JSON,
        post('{"query": "query($i: ID) { product(id: $i) { name } }", "variables": {"i": "7"}}', JSON),
    ),
    Evasion("XML", post(f"<a><b>{SQL}</b></a>", XML), PLAIN_FORM, post("<a><b>dinner</b></a>", XML)),
    Evasion("XML, by number", post("<a>" + every(SQL, "&#x%x;") + "</a>", XML), PLAIN_FORM, post("<a>&#233;</a>", XML)),
    Evasion("XML, CDATA", post(f"<a><![CDATA[{SQL}]]></a>", XML), PLAIN_FORM, post("<a><![CDATA[dinner]]></a>", XML)),
    Evasion(
        "XML, an outside entity",
        post('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', XML),
        post("<a>/etc/passwd</a>", XML),
        post("<a>&amp;</a>", XML),
    ),
    Evasion(
        "XML, an entity of its own",
        post('<!DOCTYPE a [<!ENTITY e "1\' UNION SELECT">]><a>&e; password FROM users-- </a>', XML),
        PLAIN_FORM,
        post("<a>&lt;</a>", XML),
    ),
    Evasion(
        "XML, many laughs",
        post('<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;&b;&b;</a>', XML),
        post(f"<a>{SQL}</a>", XML),
        post("<a>&gt;</a>", XML),
    ),
    Evasion("XML in UTF-16", post(f"<a>{SQL}</a>".encode("utf-16"), XML), post(f"<a>{SQL}</a>", XML), post("<a>b</a>", XML)),
    Evasion(
        "XML, too deep",
        post("<a>" * 5000 + SQL + "</a>" * 5000, XML),
        post(f"<a>{SQL}</a>", XML),
        post("<a>" * 20 + "</a>" * 20, XML),
    ),
]

_FORM_BODY = f"q={quote(SQL)}".encode()
COMPRESSED = [
    Evasion("gzip", post(gzip.compress(_FORM_BODY, mtime=0), FORM, "Content-Encoding: gzip"), PLAIN_FORM, FINE_FORM),
    Evasion("x-gzip", post(gzip.compress(_FORM_BODY, mtime=0), FORM, "Content-Encoding: x-gzip"), PLAIN_FORM, FINE_FORM),
    Evasion("deflate", post(zlib.compress(_FORM_BODY), FORM, "Content-Encoding: deflate"), PLAIN_FORM, FINE_FORM),
    Evasion(
        "gzip behind identity",
        post(gzip.compress(_FORM_BODY, mtime=0), FORM, "Content-Encoding: identity, gzip"),
        PLAIN_FORM,
        FINE_FORM,
    ),
    Evasion(
        "gzip in a field of its own",
        post(gzip.compress(_FORM_BODY, mtime=0), FORM, "Content-Encoding: identity", "Content-Encoding: gzip"),
        PLAIN_FORM,
        FINE_FORM,
    ),
    Evasion(
        "gzip in the framing",
        request("POST", "/form", b"0\r\n\r\n", "Transfer-Encoding: gzip, chunked", media=FORM, length=False),
        PLAIN_FORM,
        FINE_FORM,
    ),
    Evasion(
        "gzip of JSON",
        post(gzip.compress(b'{"q": "' + SQL.encode() + b'"}', mtime=0), JSON, "Content-Encoding: GZIP"),
        PLAIN_JSON,
        FINE_JSON,
    ),
]
