"""What requests in disguise are made of."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

SQL = "1' UNION SELECT password FROM users-- "
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
XML = "text/xml"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Evasion(msgspec.Struct):
    """Three requests: `hidden` must be held back or refused, `plain` held back, `harmless` let pass."""

    name: str
    hidden: bytes
    plain: bytes
    harmless: bytes


def request(method: str, target: str, body: bytes = b"", *fields: str, media: str | None = None, length: bool = True) -> bytes:
    """A browser's request; of fields that are given too, the browser's are left out."""
    own = ["Host: shop.example", f"User-Agent: {BROWSER}", "Accept: text/html,*/*;q=0.8", "Accept-Language: en"]
    if media is not None:
        own.append(f"Content-Type: {media}")
    if length and (body or method == "POST"):
        own.append(f"Content-Length: {len(body)}")
    given = {field.partition(":")[0].lower() for field in fields}
    lines = [f"{method} {target} HTTP/1.1", *(f for f in own if f.partition(":")[0].lower() not in given), *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def get(target: str, *fields: str) -> bytes:
    return request("GET", target, b"", *fields)


def post(body: str | bytes, media: str | None = FORM, *fields: str) -> bytes:
    return request("POST", "/form", body.encode() if isinstance(body, str) else body, *fields, media=media)


def chunked(pieces: list[bytes], media: str = FORM, extension: bytes = b"") -> bytes:
    body = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + b"0\r\n\r\n"
    return request("POST", "/form", body, "Transfer-Encoding: chunked", media=media, length=False)


def part(value: str, name: str = "q", extra: str = "", end: str = "\r\n", disposition: str | None = None) -> str:
    """One part of a multipart form."""
    told = disposition or f'form-data; name="{name}"'
    return f"--b{end}Content-Disposition: {told}{extra}{end}{end}{value}{end}"


def form(*parts: str, last: str = "--b--\r\n", media: str = "multipart/form-data; boundary=b") -> bytes:
    return post("".join(parts) + last, media)


def query(value: str, encoded: str | None = None) -> bytes:
    return get("/search?q=" + (quote(value) if encoded is None else encoded))


PLAIN_QUERY = query(SQL)
PLAIN_FORM = post("q=" + quote(SQL))
PLAIN_PART = form(part(SQL))
PLAIN_JSON = post('{"q": "' + SQL + '"}', JSON)
PASSWD = "../../../../etc/passwd"
SCRIPT = "<script>alert(1)</script>"
FINE_QUERY, FINE_FORM, FINE_PART = query("union dinner"), post("q=union+dinner"), form(part("union dinner"))
FINE_JSON = post('{"q": "union dinner"}', JSON)


def every(text: str, pattern: str) -> str:
    """Each character by its code point."""
    return "".join(pattern % ord(character) for character in text)
