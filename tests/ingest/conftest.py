"""An ingester and a writer for the tests that do not end them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Urls
from tests.ingest.support import Ingester, Place, Writer


@pytest.fixture
def place(urls: Urls, tmp_path: Path) -> Place:
    return Place(urls, tmp_path / "logs")


@pytest.fixture
def ingester(place: Place) -> Iterator[Ingester]:
    running = Ingester(place.folder, place.urls["hcc_ingest"])
    try:
        yield running.wait()
    finally:
        running.kill()


@pytest.fixture
def writer(place: Place) -> Iterator[Writer]:
    place.folder.mkdir(parents=True, exist_ok=True)
    running = Writer(place.folder, place.urls["hcc_ingest"])
    try:
        yield running
    finally:
        running.kill()
