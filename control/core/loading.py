"""Loading code without looking for garbage: what is loaded stays, and looking through it each time is a tenth of a start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """While code is loaded and routes are registered; what is there at the end is not looked through later either."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
