"""What is behind the gateway dies and comes back at random, under load."""

from __future__ import annotations

import itertools
import json
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from control.stack.redis import PrivateRedis
from tests.chaos.origin import content
from tests.conftest import free_port
from tests.gateway.support import Client, Running, route, site, until, upstream

pytestmark = pytest.mark.alone

SECONDS = 10.0
CLIENTS = 4
SIZES = (0, 10, 1000, 20_000, 200_000)


class Victim:
    """An origin that is killed without warning."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        program = Path(__file__).with_name("origin.py")
        # Without `site` it starts in half the time.
        self.process = subprocess.Popen([sys.executable, "-I", "-S", str(program), str(self.port)], stderr=subprocess.DEVNULL)
        until(self.listens)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def victims() -> Iterator[list[Victim]]:
    made = [Victim(), Victim()]
    yield made
    for one in made:
        one.kill()


class Load:
    """Clients that check every byte."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.done = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]

    def _run(self, seed: int) -> None:
        draw = random.Random(seed)
        numbers = itertools.count()
        while not self.done.is_set():
            with Client(self.port) as client:
                again = True
                while again and not self.done.is_set():
                    path = b"/%d/%d/%d" % (draw.choice(SIZES), seed, next(numbers))
                    outcome, again = self._ask(client, path)
                    with self._lock:
                        self.outcomes[outcome] += 1

    @staticmethod
    def _ask(client: Client, path: bytes) -> tuple[str, bool]:
        """What became of a request, and whether the connection may be used again."""
        client.send(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
        try:
            response = client.read()
        except (EOFError, ConnectionResetError):
            # An answer that had begun when its origin died: cut, and visibly so.
            return "cut", False
        keep = response.get("connection") != "close"
        if response.status != 200:
            return str(response.status), keep
        return ("right" if response.body == content(path) else "WRONG"), keep

    def __enter__(self) -> Load:  # noqa: PYI034 - never subclassed
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self._threads:
            thread.join(20)


def test_origins_killed_and_started_again(victims: list[Victim]) -> None:
    gateway = Running(threads=2)
    gateway.start()
    health = {"kind": "tcp", "interval_ms": 100, "timeout_ms": 500, "unhealthy_after": 1, "healthy_after": 1}
    target = upstream(*(v.port for v in victims)) | {"health": health, "retry": {"attempts": 2}}
    assert gateway.apply(site(target))["refused"] == []
    draw = random.Random(7)
    kills = 0
    pause = threading.Event()
    try:
        with Load(gateway.port) as load:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                # One at a time: with both dead there is nobody to answer.
                victim = draw.choice(victims)
                victim.kill()
                kills += 1
                pause.wait(draw.uniform(0.05, 0.4))
                victim.start()
                pause.wait(draw.uniform(0.1, 0.5))
    finally:
        gateway.drain()
    total = load.outcomes.total()
    assert kills >= 8
    assert total > 1000
    assert load.outcomes["WRONG"] == 0
    assert load.outcomes["right"] >= 0.99 * total, load.outcomes
    assert set(load.outcomes) <= {"right", "cut", "502", "503"}, load.outcomes


def test_redis_killed_and_started_again(victims: list[Victim], tmp_path: Path) -> None:
    """A limit that gateways share: without Redis it is each one's own, and no request waits or fails for it."""
    tmp_path.chmod(0o755)
    redis = PrivateRedis(tmp_path / "redis", free_port(), secrets.token_hex(16))
    redis.start()
    gateway = Running(redis_url=redis.url)
    gateway.start()
    limit = {"name": "shared", "key": "client", "rate": 1_000_000, "per_s": 1, "burst": 1_000_000, "shared": True}
    slowest = 0.0
    try:
        assert gateway.apply(site(upstream(*(v.port for v in victims)), route("/", rate_limits=[limit])))["refused"] == []
        until(lambda: json.loads(gateway.native.status())["shared_limits"]["settled"])
        with Load(gateway.port) as load:
            for _ in range(3):
                for act in (redis.stop, redis.start):
                    act()
                    began = time.monotonic()
                    assert gateway.get("/10/x").status == 200
                    slowest = max(slowest, time.monotonic() - began)
    finally:
        gateway.drain()
        redis.stop()
    assert set(load.outcomes) == {"right"}
    assert slowest < 1
