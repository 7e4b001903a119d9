"""Requests of the firewall's bench, as scripts for wrk."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Referer": "https://shop.example/catalogue/garden?page=2",
    "Cookie": "session=5f2b7c1e9a0d4e6f8b3c; theme=light",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}


def order() -> bytes:
    """An order with 13 line items, about 1 KB of JSON."""
    items = [{"sku": f"GT-{n:04}", "name": f"Garden tool {n}", "quantity": n, "price": "12.50"} for n in range(1, 14)]
    return json.dumps({"customer": "Ana Popescu", "city": "Cluj-Napoca", "items": items}).encode()


def form(size: int) -> bytes:
    """An urlencoded form of about `size` bytes in 12 fields of plain text."""
    sentence = "The delivery came on Tuesday and all of it was in good order, many thanks to your team. "
    text = (sentence * (size // len(sentence) + 1))[: size // 12 - 20]
    return urlencode([(f"field{n}", text) for n in range(12)]).encode()[:size]


def upload(size: int) -> tuple[str, bytes]:
    """Content type and body of a form with two fields and a file of about `size` bytes."""
    boundary = "----formboundary7MA4YWxkTrZu0gW"
    parts = [
        b'Content-Disposition: form-data; name="title"\r\n\r\nHolidays',
        b'Content-Disposition: form-data; name="album"\r\n\r\n2026',
        b'Content-Disposition: form-data; name="file"; filename="beach.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        + bytes(range(256)) * (size // 256),
    ]
    mark = b"--" + boundary.encode()
    return f"multipart/form-data; boundary={boundary}", b"".join(mark + b"\r\n" + p + b"\r\n" for p in parts) + mark + b"--\r\n"


def _lua(text: bytes) -> str:
    """A Lua string of these bytes."""
    return '"' + "".join(f"\\{b:03d}" for b in text) + '"'


def script(folder: str, name: str, *, headers: dict[str, str], body: bytes | None = None, content_type: str = "") -> str:
    """Write a script for wrk that sends this request; gives its path."""
    lines = [f"wrk.headers[{_lua(k.encode())}] = {_lua(v.encode())}" for k, v in headers.items()]
    if body is not None:
        lines += [
            'wrk.method = "POST"',
            f"wrk.body = {_lua(body)}",
            f'wrk.headers["Content-Type"] = {_lua(content_type.encode())}',
        ]
    path = Path(folder) / f"{name}.lua"
    path.write_text("\n".join(lines) + "\n")
    return str(path)
