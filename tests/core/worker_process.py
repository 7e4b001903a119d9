"""A worker as its own process, with a job that tells what becomes of it through a file."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from control.core import jobs
from control.core.jobs import Work
from control.worker import command


def note(file: str, line: str) -> None:
    with Path(file).open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")


@jobs.task("test.work")
async def work(run: Work, *, file: str, name: str, seconds: float) -> None:
    """Take `seconds`, on the first attempt only."""
    note(file, f"began {name} {run.attempt}")
    if run.attempt == 0:
        await asyncio.sleep(seconds)
    note(file, f"ended {name} {run.attempt}")


if __name__ == "__main__":
    sys.exit(command(argparse.Namespace()))
