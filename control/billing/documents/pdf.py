"""Documents as PDF, for people and for archives: PDF/A-3b, with the structured invoice inside where there is one (Factur-X).

Nothing is loaded while a page is made: pictures come as data of the document itself, and every other address is refused.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from control.billing.documents.paper import Paper
from control.billing.documents.view import View, direction, view
from control.billing.documents.xmp import described

FILE = "factur-x.xml"
_FOLDER = Path(__file__).with_name("templates")
_PREFIX = "data:"


class OutsideError(ValueError):
    """A document wanted to load something."""


class _OnlyData(URLFetcher):  # type: ignore[misc]  # it has no types
    """Gives back what an address itself holds. A document that asks for anything else is not made at all."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not url.startswith(_PREFIX) or ";base64," not in url[:64]:
            raise OutsideError("a document loads nothing from outside")
        head, _, body = url.partition(",")
        return URLFetcherResponse(url, b64decode(body), {"Content-Type": head[len(_PREFIX) :].partition(";")[0]})


class Press:
    """Templates, style and fonts, made ready once a process. One document at a time: Pango's fonts are not for two threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outside = _OnlyData()
        self._fonts = FontConfiguration()
        self._style = CSS(string=(_FOLDER / "document.css").read_text(encoding="utf-8"), font_config=self._fonts)
        environment = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters["direction"] = direction
        self._template = environment.get_template("document.html")

    def print(self, shown: View, structured: bytes | None) -> bytes:
        """The PDF of a view, with a structured invoice inside."""
        page = f"@page {{ size: {shown.page_size} }} html {{ --colour: {shown.colour} }}"
        with self._lock:
            html = HTML(string=self._template.render(v=shown), url_fetcher=self._outside)
            look = CSS(string=page, font_config=self._fonts)
            document = html.render(stylesheets=[self._style, look], font_config=self._fonts)
            if structured is not None:
                document.metadata.attachments = [
                    Attachment(
                        string=structured,
                        base_url=FILE,
                        name=FILE,
                        description="Factur-X/ZUGFeRD",
                        relationship="Alternative",
                        url_fetcher=self._outside,
                    )
                ]
                described(document.metadata, FILE)
            identifier = hashlib.sha256(f"{shown.seller_name}\0{shown.number}".encode()).digest()[:16]
            return bytes(document.write_pdf(pdf_variant="pdf/a-3b", pdf_identifier=identifier))


@lru_cache(maxsize=1)
def press() -> Press:
    """That of this process."""
    return Press()


def pdf(paper: Paper, structured: bytes | None = None) -> bytes:
    """The document as PDF/A-3b. Takes CPU time: call it in a thread."""
    return press().print(view(paper), structured)
