"""The scene of a test."""

from __future__ import annotations

import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.monitoring.watch.support import Scene
from tests.world import World


@pytest.fixture
def scene(world: World, settings: Settings, worker_runtime: Runtime) -> Scene:
    return Scene(world, settings, worker_runtime)
