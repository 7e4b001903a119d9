"""Where browsers open the panel: origins (RFC 6454) with a name, which passkeys are bound to."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from control.core.settings import Settings

_PORTS = {"http": 80, "https": 443}


def normal(text: str) -> str:
    """An origin as browsers write it: `https://panel.example`, with its port when that is not the scheme's own.

    Raises ValueError for what is no address of a web server, and for more than an origin.
    """
    parts = urlsplit(text.strip())
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{text.strip()!r} is not an origin, such as https://panel.example")
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def has_name(origin: str) -> bool:
    """Whether an origin's host is a name. Browsers allow no passkeys at addresses of numbers (WebAuthn section 5.1.2)."""
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def is_safe(origin: str) -> bool:
    """Whether browsers let an origin use passkeys: by TLS, or on the machine itself."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    return has_name(origin) and (parts.scheme == "https" or host == "localhost" or host.endswith(".localhost"))


def problems(settings: Settings) -> list[str]:
    """What is wrong with HCC_PANEL_ORIGINS, in words."""
    found = []
    for text in filter(None, (one.strip() for one in settings.panel_origins.split(","))):
        try:
            if not is_safe(normal(text)):
                found.append(f"HCC_PANEL_ORIGINS: {text} must have a name and https://")
        except ValueError as error:
            found.append(f"HCC_PANEL_ORIGINS: {error}")
    return found


def of_panel(settings: Settings) -> tuple[str, ...]:
    """The origins where passkeys work, the main one first. Empty when the panel is known by an address of numbers alone."""
    return _parsed(settings.panel_origins or settings.public_url, strict=bool(settings.panel_origins))


@lru_cache(maxsize=16)
def _parsed(text: str, *, strict: bool) -> tuple[str, ...]:
    found: list[str] = []
    for one in text.split(","):
        # The public address may have a path, on which nothing here depends.
        parts = urlsplit(one.strip())
        try:
            origin = normal(one if strict else f"{parts.scheme}://{parts.netloc}")
        except ValueError:
            continue
        if is_safe(origin) and origin not in found:
            found.append(origin)
    return tuple(found)
