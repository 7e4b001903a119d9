"""Documents as they are asked for and kept."""

from __future__ import annotations

from typing import Literal

import msgspec

Format = Literal["pdf", "facturx", "ubl", "xrechnung"]
Kept = Literal["pdf", "ubl", "xrechnung"]
"""`facturx` is the PDF again, where a structured invoice is inside."""
KEPT: dict[Format, Kept] = {"pdf": "pdf", "facturx": "pdf", "ubl": "ubl", "xrechnung": "xrechnung"}
MEDIA_TYPES: dict[Kept, str] = {"pdf": "application/pdf", "ubl": "application/xml", "xrechnung": "application/xml"}
ENDINGS: dict[Format, str] = {"pdf": ".pdf", "facturx": ".pdf", "ubl": ".ubl.xml", "xrechnung": ".xrechnung.xml"}


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was made; it never changes."""

    media_type: str
    is_hybrid: bool
    content: bytes
    sha256: bytes


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A document under the name that it is saved by."""

    name: str
    media_type: str
    content: bytes
    sha256: str
