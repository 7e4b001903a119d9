"""What pages load: style and scripts, built by `npm run build` in control/web/assets and kept in control/web/static."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from control.core.errors import NotFound
from control.core.permissions import public

STATIC = Path(__file__).parent / "static"
SOURCES = Path(__file__).parent / "assets"
TEMPLATES = Path(__file__).parent / "templates"
_OF_STYLE = (
    "app.css",
    "app.js",
    "build.mjs",
    "live.js",
    "package-lock.json",
    "package.json",
    "palette.js",
    "passkey.js",
    "plot.js",
)
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Manifest(msgspec.Struct, frozen=True):
    """Which file is which, and the hash of what they were made of."""

    files: dict[str, str]
    sources: str


class Asset(msgspec.Struct, frozen=True):
    """A file as it is sent."""

    media_type: str
    content: bytes
    packed: bytes
    etag: str


@cache
def manifest() -> Manifest:
    return msgspec.json.decode((STATIC / "manifest.json").read_bytes(), type=Manifest)


def url(name: str) -> str:
    """Where a page finds a file, such as `app.css`; the name carries its content's hash."""
    return f"/assets/{manifest().files[name]}"


@cache
def _asset(name: str) -> Asset | None:
    if name not in {*manifest().files.values(), "favicon.svg"}:
        return None
    content = (STATIC / name).read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(_TYPES[Path(name).suffix], content, gzip.compress(content, 9, mtime=0), etag)


def sources_hash() -> str:
    """What build.mjs calls `sources`: the hash of its inputs. Of templates, the words in quotes count, texts for
    people left out."""
    parts = [f"{name}:{hashlib.sha256((SOURCES / name).read_bytes()).hexdigest()}" for name in _OF_STYLE]
    words = {
        word
        for path in TEMPLATES.rglob("*.html")
        for inside in re.findall(r'(?<!_\()"([^"\n]*)"', path.read_text(encoding="utf-8"))
        for word in re.findall(r"""[^\s"'<>{}()]+""", inside)
    }
    parts.append(f"classes:{hashlib.sha256(chr(10).join(sorted(words)).encode()).hexdigest()}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@get("/assets/{name:str}", opt=public(), include_in_schema=False, sync_to_thread=False)
def asset(request: Request[object, object, State], name: FromPath[str]) -> Response[bytes]:
    """A file that never changes under its name."""
    found = _asset(name)
    if found is None:
        raise NotFound("file")
    lasting = "public, max-age=86400" if name == "favicon.svg" else "public, max-age=31536000, immutable"
    headers = {"Cache-Control": lasting, "ETag": found.etag, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
