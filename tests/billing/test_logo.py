"""Logos: what is taken, what is refused, what is kept of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from control.billing.documents.logo import MOST_BYTES, logo
from control.billing.documents.paper import Look
from control.billing.documents.pdf import pdf
from control.core.errors import ValidationFailed
from tests.billing.papers import made
from tests.billing.selling import Shop
from tests.world import World


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 1 if mode in ("1", "P", "L") else (9,) * len(mode)).save(written, kind, **options)
    return written.getvalue()


def drawing(inside: str, attributes: str = "") -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
        f" {attributes}>{inside}</svg>"
    ).encode()


TAKEN = [
    ("png", picture("PNG"), "image/png"),
    ("png with holes", picture("PNG", "RGBA"), "image/png"),
    ("png with a palette", picture("PNG", "P"), "image/png"),
    ("grey", picture("PNG", "L"), "image/png"),
    ("jpeg", picture("JPEG"), "image/jpeg"),
    ("jpeg of a printer", picture("JPEG", "CMYK"), "image/jpeg"),
    ("drawing", drawing('<rect width="9" height="9" fill="#f00"/>'), "image/svg+xml"),
    (
        "gradient",
        drawing('<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect style="fill:url(#a)" width="9"/>'),
        "image/svg+xml",
    ),
    ("attribute with a gradient", drawing('<rect fill="url(#a)" width="9" height="9"/>'), "image/svg+xml"),
    ("notes of a drawing program", drawing('<x:y xmlns:x="urn:x" x:z="1"/><metadata>n</metadata><g/>'), "image/svg+xml"),
]


@pytest.mark.parametrize(("content", "media_type"), [case[1:] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_taken(content: bytes, media_type: str) -> None:
    found = logo(content)
    assert found.media_type == media_type
    assert b"metadata" not in found.content
    assert pdf(made(look=Look(logo=found))).startswith(b"%PDF")


BOMB = (
    b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>'
)
REFUSED = [
    ("nothing", b""),
    ("a page", b"<html></html>"),
    ("gif", picture("GIF", "P")),
    ("half a picture", picture("PNG")[:40]),
    ("a huge picture", picture("PNG", "1", (20_000, 20_000))),
    ("too many bytes", b"\x89PNG\r\n\x1a\n" + b"\0" * MOST_BYTES),
    ("script", drawing("<script>1</script>")),
    ("event", drawing("<g/>", 'onload="1"')),
    ("image", drawing('<image href="http://example.com/x.png"/>')),
    ("use", drawing('<g id="a"/><use href="#a"/>')),
    ("page inside", drawing("<foreignObject/>")),
    ("style sheet", drawing("<style>@import url(http://example.com)</style>")),
    ("fill from outside", drawing('<rect fill="url(http://example.com/#a)"/>')),
    ("style from outside", drawing('<rect style="fill:url(#a);background:url(http://example.com)"/>')),
    ("escaped style", drawing('<rect style="fill:u\\72l(http://example.com)"/>')),
    ("reference from outside", drawing('<linearGradient xlink:href="http://example.com/#a"/>')),
    ("gradients in a circle", drawing('<radialGradient id="a" href="#b"/><radialGradient id="b" xlink:href="#a"/>')),
    ("a clip in itself", drawing('<clipPath id="a"><path clip-path="url(#a)"/></clipPath>')),
    ("a clip in itself by style", drawing('<clipPath id="a"><path style="clip-path:url(#a)"/></clipPath>')),
    ("entities", BOMB),
    ("outside entity", b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>'),
    ("not XML", b"<svg"),
    ("another root", b'<a><svg xmlns="http://www.w3.org/2000/svg"/></a>'),
    ("too many elements", drawing("<g/>" * 2001)),
    ("too deep", drawing("<g>" * 40 + "</g>" * 40)),
]  # fmt: skip


@pytest.mark.parametrize("content", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(content: bytes) -> None:
    with pytest.raises(ValidationFailed):
        logo(content)


def test_what_is_kept_is_small_and_clean() -> None:
    content = picture("PNG", size=(3000, 1000)) + b"<script>hidden behind</script>"
    found = logo(content)
    assert Image.open(BytesIO(found.content)).size == (1200, 400)
    assert b"script" not in found.content


async def test_through_the_api(world: World) -> None:
    shop = Shop(world)

    async def put(who: str, content: bytes) -> int:
        headers = world.headers(who) | {"Content-Type": "image/png"}
        return (await world.client.put("/v1/billing/settings/logo", content=content, headers=headers)).status_code

    assert await put("nora", picture("PNG")) == 409
    await shop.open()
    assert await put("nora", picture("PNG")) == 200
    assert (await shop.ask("GET", "/v1/billing/settings"))["has_logo"] is True
    assert [await put(who, picture("PNG")) for who in ("ned", "anna", "bert")] == [403] * 3
    assert await put("nora", b"words") == 422
    assert (await shop.ask("GET", "/v1/billing/settings"))["has_logo"] is True
    await shop.ask("DELETE", "/v1/billing/settings/logo", status=204)
    assert (await shop.ask("GET", "/v1/billing/settings"))["has_logo"] is False
