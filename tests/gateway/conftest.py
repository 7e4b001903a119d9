"""Fixtures: a gateway in this process, and origins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateway.support import Handler, Origin, Running, Signer


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def gateway() -> Iterator[Running]:
    running = Running()
    running.start()
    yield running
    running.drain()


@pytest.fixture
def make_gateway() -> Iterator[Callable[..., Running]]:
    """Gateways as a test wants them."""
    made: list[Running] = []

    def make(**options: Any) -> Running:
        made.append(Running(**options))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.drain()


@pytest.fixture
def make_origin() -> Iterator[Callable[..., Origin]]:
    made: list[Origin] = []

    def make(handler: Handler | None = None, port: int = 0) -> Origin:
        made.append(Origin(handler, port))
        return made[-1]

    yield make
    for origin in made:
        origin.close()


@pytest.fixture
def origin(make_origin: Callable[..., Origin]) -> Origin:
    return make_origin()
