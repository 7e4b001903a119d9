"""Which pictures may be a logo. Types are told by content; what is kept is written anew, so nothing else hides in it."""

from __future__ import annotations

import re
from io import BytesIO

from lxml import etree
from PIL import Image, ImageOps

from control.billing.documents.paper import Logo
from control.core.errors import FieldError, ValidationFailed
from control.core.words import N_, said

MOST_BYTES = 512 * 1024
MOST_PIXELS = 4_000 * 4_000
"""A picture of 4,000 x 4,000 takes 64 MB when unpacked."""
SIDE = 1200
"""Pixels of the longer side that are kept: 600 dpi at 5 cm."""
MOST_ELEMENTS = 2_000
MOST_DEPTH = 32
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = "circle ellipse line path polygon polyline rect text tspan"
_STRUCTURE = "clipPath defs desc g linearGradient radialGradient stop svg title"
_ELEMENTS = frozenset(f"{_SHAPES} {_STRUCTURE}".split())
"""Shapes and letters: nothing that loads, runs, repeats or moves."""
_INNER = re.compile(r"^\s*url\(\s*['\"]?#[\w.:-]+['\"]?\s*\)", re.IGNORECASE)
_BAD = re.compile(r"url\s*\(|@import|javascript:|expression\s*\(|\\|&#", re.IGNORECASE)
_NAMESPACED = re.compile(r"^\{[^}]*\}")
_MOST_STEPS = 8
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def logo(content: bytes) -> Logo:
    """A PNG, JPEG or SVG as it is kept. Raises ValidationFailed for anything else, and for a picture that loads something."""
    if len(content) > MOST_BYTES:
        raise _refused(said("must have at most %(most)s KiB", most=MOST_BYTES // 1024))
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _picture(content)
    if b"<svg" in content[:4096]:
        return Logo(content=_drawing(content), media_type="image/svg+xml")
    raise _refused("must be a PNG, JPEG or SVG picture")


def _picture(content: bytes) -> Logo:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _refused("must have at most 16 million pixels")
            kind = "JPEG" if picture.format == "JPEG" else "PNG"
            clear = kind == "PNG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
            # CMYK and palettes would break the colour profile of the archive format.
            shown = ImageOps.exif_transpose(picture).convert("RGBA" if clear else "RGB")
            shown.thumbnail((SIDE, SIDE))
            written = BytesIO()
            Image.frombytes(shown.mode, shown.size, shown.tobytes()).save(written, kind, optimize=True, quality=92)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused("cannot be read as a picture") from error
    if written.tell() > MOST_BYTES:
        raise _refused(said("must have at most %(most)s KiB at %(side)s pixels", most=MOST_BYTES // 1024, side=SIDE))
    return Logo(content=written.getvalue(), media_type=f"image/{kind.lower()}")


def _drawing(content: bytes) -> bytes:
    if b"<!ENTITY" in content.upper():
        raise _refused("must not declare entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("is not well-formed SVG") from error
    if root.tag != f"{_SVG}svg":
        raise _refused("must be an SVG drawing")
    seen = 0
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        seen += 1
        if seen > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise _refused(said("must have at most %(most)s elements, %(depth)s deep", most=MOST_ELEMENTS, depth=MOST_DEPTH))
        if not isinstance(element.tag, str):
            raise _refused("must not have entities")
        if not element.tag.startswith(_SVG):
            # What drawing programs note for themselves is left out.
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        if element.tag == f"{_SVG}metadata":
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        if element.tag.removeprefix(_SVG) not in _ELEMENTS:
            name = element.tag.removeprefix(_SVG)
            raise _refused(said("must not have <%(name)s>; save it as plain SVG with paths alone", name=name))
        _attributes(element)
        waiting += [(child, depth + 1) for child in element]
    _circles(root)
    written = etree.tostring(root, encoding="utf-8")
    if len(written) > MOST_BYTES:
        raise _refused(said("must have at most %(most)s KiB", most=MOST_BYTES // 1024))
    return bytes(written)


def _circles(root: etree._Element) -> None:
    """Refuse gradients that come from each other in a circle, and clips within clips: to draw them may never end."""
    comes_from = {
        str(element.get("id")): str(element.get(name))[1:] for element in root.iter() for name in _HREFS if element.get(name)
    }
    for begin in comes_from:
        here, steps = begin, 0
        while here in comes_from:
            here, steps = comes_from[here], steps + 1
            if steps > _MOST_STEPS:
                raise _refused("must not have gradients that come from each other")
    for clip in root.iter(f"{_SVG}clipPath"):
        if any("clip-path" in element.attrib or "clip-path" in str(element.get("style")) for element in clip.iter()):
            raise _refused("must not clip within a clip")


def _attributes(element: etree._Element) -> None:
    for raw, value in list(element.attrib.items()):
        name, text = str(raw), str(value)
        if name in _HREFS:
            if not text.startswith("#"):
                raise _refused("must not refer to anything outside")
        elif _NAMESPACED.match(name):
            del element.attrib[raw]
        elif name.lower().startswith("on"):
            raise _refused("must not have scripts")
        elif _BAD.search(_INNER.sub("", text) if name != "style" else _style(text)):
            raise _refused("must not refer to anything outside")


def _style(text: str) -> str:
    """A style without its references to the drawing itself."""
    return ";".join(f"{name}:{_INNER.sub('', value)}" for name, _, value in (rule.partition(":") for rule in text.split(";")))


def _refused(why: str) -> ValidationFailed:
    return ValidationFailed(FieldError("", why), message=N_("The logo cannot be used."))
