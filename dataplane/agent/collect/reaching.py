"""Where a service of a URL listens: over TCP, or on a socket in a folder."""

from __future__ import annotations

import socket
from urllib.parse import SplitResult

PATIENCE_S = 3.0


def connect(url: SplitResult, port: int, unix: str | None = None) -> socket.socket:
    """A connection. Raises OSError."""
    if unix is not None:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(PATIENCE_S)
        try:
            found.connect(unix)
        except OSError:
            found.close()
            raise
        return found
    return socket.create_connection((url.hostname or "127.0.0.1", url.port or port), PATIENCE_S)
