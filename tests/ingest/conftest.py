"""An ingester and a writer for the tests that do not end them, once with each way of keeping values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Server, Urls
from tests.ingest.support import STORAGES, Ingester, Place, Writer, template


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest) -> str:
    """How the test's database keeps values."""
    return str(request.param)


@pytest.fixture
def database_template(server: Server, storage: str) -> str:
    return template(server, storage)


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
