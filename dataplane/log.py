"""What parts of the data plane tell to standard error."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Protocol

import msgspec


class Log(Protocol):
    """Where a part tells what it does: `log("configuration applied", applied=3)`."""

    def __call__(self, event: str, /, **facts: Any) -> None: ...


def logger(service: str) -> Log:
    """One line an event on standard error: JSON, or readable text when HCC_LOG_FORMAT is console."""

    def log(event: str, /, **facts: Any) -> None:
        if os.environ.get("HCC_LOG_FORMAT") == "console":
            line = " ".join([event, *(f"{k}={v}" for k, v in facts.items())])
        else:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            line = msgspec.json.encode(
                {"timestamp": stamp, "level": "info", "service": service, "event": event, **facts}
            ).decode()
        print(line, file=sys.stderr, flush=True)

    return log
