"""A file system without room is not a sender's fault, and no reason to stop."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ingest.support import Ingester, Place, Writer, until
from tests.ingest.test_log_and_writer import lines, values

SIZE = 4 << 20


@pytest.fixture
def small_disk(place: Place) -> Iterator[Path]:
    """The folder of the logs as a file system of 4 MiB in memory."""
    place.folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "hcc-test", str(place.folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place.folder
    finally:
        subprocess.run(["umount", "--lazy", str(place.folder)], check=True)


def test_a_full_disk_refuses_and_recovers(place: Place, small_disk: Path) -> None:
    ingester = Ingester(small_disk, place.urls["hcc_ingest"]).wait()
    writer = None
    token = place.tokens["shop"]
    kept: list[float] = []
    first = 0

    def push(count: int) -> httpx.Response:
        nonlocal first
        answer = ingester.push("/write?precision=u", lines(first, count), token)
        if answer.status_code == 204:
            kept.extend(float(n) for n in range(first, first + count))
        first += count
        return answer

    try:
        # Another program's file, so that the log's own bound is not what ends it.
        other = small_disk / "other"
        other.write_bytes(bytes(SIZE - (1 << 20)))
        while (answer := push(2000)).status_code == 204:
            assert first < 400_000, "the disk never was full"
        free = os.statvfs(small_disk)
        assert free.f_bavail * free.f_frsize < 128 << 10
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert push(2000).status_code == 503, "and stays refused"
        assert ingester.process.poll() is None
        other.unlink()
        until(lambda: push(10).status_code == 204, f"taken again: {ingester.said()[-2000:]}")
        writer = Writer(small_disk, place.urls["hcc_ingest"])
        until(place.drained, f"written: {writer.said()[-2000:]}")
        # What was refused may not be there, and what was acknowledged is there once.
        assert values(place) == kept
    finally:
        ingester.kill()
        if writer is not None:
            writer.kill()
