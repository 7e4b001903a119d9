"""Requests of the firewall's bench, as scripts for wrk.

What a client sends with every request is the same in each; what it types differs, and so do clients' cookies. A firewall that
remembers what it has seen gains by the first and not by the second, as it would in life.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlencode

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Referer": "https://shop.example/catalogue/garden?page=2",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}
_TEXT = """garden tool rake spade hose bench light chair table summer winter delivery order parcel street house green
small large wooden metal blue heavy simple quiet early late thanks team question answer colour price return week"""
WORDS = _TEXT.split()


@dataclass(frozen=True)
class Request:
    """One request."""

    target: str
    headers: dict[str, str]
    body: bytes | None = None


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count))


def browser(rng: random.Random) -> dict[str, str]:
    """Headers of a browser with two cookies."""
    return BROWSER | {"Host": "shop.example", "Cookie": f"session={rng.randbytes(16).hex()}; theme=light"}


def search(rng: random.Random, extra: str = "") -> str:
    """A target with three arguments."""
    return f"/search?q={quote_plus(_words(rng, 2) + str(rng.randrange(1000)))}{extra}&page={rng.randrange(1, 20)}&sort=price"


def order(rng: random.Random) -> bytes:
    """An order with 13 line items, about 1 KB of JSON."""
    items = [
        {
            "sku": f"GT-{rng.randrange(10_000):04}",
            "name": _words(rng, 2).capitalize(),
            "quantity": rng.randrange(1, 20),
            "price": f"{rng.randrange(1, 300)}.50",
        }
        for _ in range(13)
    ]
    return json.dumps({"customer": _words(rng, 2).title(), "city": "Cluj-Napoca", "items": items}).encode()


def form(rng: random.Random, size: int) -> bytes:
    """An urlencoded form of about `size` bytes in 12 fields of plain text."""
    return urlencode([(f"field{n}", _words(rng, size // 12)[: size // 12 - 20]) for n in range(12)]).encode()[:size]


UPLOAD_TYPE = "multipart/form-data; boundary=----formboundary7MA4YWxkTrZu0gW"


def upload(rng: random.Random, size: int) -> bytes:
    """The body of a form with two fields and a file of about `size` bytes."""
    parts = [
        f'Content-Disposition: form-data; name="title"\r\n\r\n{_words(rng, 4)}'.encode(),
        f'Content-Disposition: form-data; name="album"\r\n\r\n{rng.randrange(2000, 2027)}'.encode(),
        f'Content-Disposition: form-data; name="file"; filename="{rng.choice(WORDS)}.jpg"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + bytes(range(256)) * (size // 256),
    ]
    mark = b"--" + UPLOAD_TYPE.partition("boundary=")[2].encode()
    return b"".join(mark + b"\r\n" + p + b"\r\n" for p in parts) + mark + b"--\r\n"


def _lua(text: bytes) -> str:
    """A Lua string of these bytes."""
    plain = {*range(32, 127)} - {ord('"'), ord("\\")}
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03d}" for b in text) + '"'


def script(folder: str, name: str, requests: list[Request]) -> str:
    """Write a script for wrk that sends these requests in turn; gives its path."""
    lines = ["local made, next = {}, 0", "local function add(target, headers, body)"]
    lines += ["  made[#made + 1] = wrk.format(body and 'POST' or 'GET', target, headers, body)", "end", "function init(args)"]
    for one in requests:
        headers = ", ".join(f"[{_lua(k.encode())}] = {_lua(v.encode())}" for k, v in one.headers.items())
        body = "nil" if one.body is None else _lua(one.body)
        lines.append(f"  add({_lua(one.target.encode())}, {{{headers}}}, {body})")
    lines += ["end", "function request()", "  next = next % #made + 1", "  return made[next]", "end"]
    path = Path(folder) / f"{name}.lua"
    path.write_text("\n".join(lines) + "\n")
    return str(path)
