"""Starting quickly: code is loaded without looking for garbage, and without what nobody here uses."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("pydantic", "rich")
"""What libraries load because it is there: Litestar its support of pydantic's models, structlog its coloured tracebacks."""


@contextmanager
def loading() -> Iterator[None]:
    """While code is loaded and routes are registered. What is there at the end stays, and is not looked through later either."""
    was = gc.isenabled()
    gc.disable()
    hidden = [name for name in UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails then
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        gc.freeze()
        if was:
            gc.enable()
