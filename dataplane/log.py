"""What parts of the data plane tell to standard error."""

from __future__ import annotations

from typing import Any, Protocol


class Log(Protocol):
    """Where a part tells what it does: `log("configuration applied", applied=3)`."""

    def __call__(self, event: str, /, **facts: Any) -> None: ...
