"""PostgreSQL and Redis looked at for real, and what stands in their place."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import pytest

from dataplane.agent.collect import postgres, redis
from dataplane.agent.points import Point
from dataplane.agent.settings import Server
from tests.cluster import Urls
from tests.ports import free_port


def fields(points: list[Point]) -> dict[str, float]:
    return {f"{p.measurement}_{name}": value for p in points for name, value in p.fields.items()}


def test_postgres(urls: Urls) -> None:
    url = urlsplit(urls["hcc_app"])
    # What it answers to somebody it does not know is an answer too, and no password is needed.
    for text in (
        urls["hcc_app"],
        f"postgresql://nobody@{url.hostname}:{url.port}/no_such_database",
        f"postgresql://{url.hostname}:{url.port}",
    ):
        found = fields(list(postgres.collect([Server("main", text)])))
        assert found["host_postgres_up"] == 1, text
        assert 0 < found["host_postgres_answer_seconds"] < 3
    down = [f"postgresql://127.0.0.1:{free_port()}/x", "postgresql:///x?host=/nowhere", "postgresql://127.0.0.1:99999/x"]
    for text in down:
        assert fields(list(postgres.collect([Server("main", text)]))) == {"host_postgres_up": 0}, text


STARTING = b"E" + (len(body := b"SFATAL\0C57P03\0Mthe database system is starting up\0\0") + 4).to_bytes(4, "big") + body


ANSWERS = [(STARTING, 0), (b"N", 0), (b"", 0), (b"HTTP/1.1 400 X\r\n\r\n", 0), (b"R\0\0\0\x08\0\0\0\0", 1)]


@pytest.mark.parametrize(("answer", "up"), ANSWERS)
def test_what_answers_in_its_place(answer: bytes, up: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection = listener.accept()[0]
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        found = fields(list(postgres.collect([Server("x", f"postgresql://u@127.0.0.1:{listener.getsockname()[1]}/d")])))
        thread.join()
    assert found["host_postgres_up"] == up


def test_redis(redis_url: str) -> None:
    found = fields(list(redis.collect([Server("cache", redis_url)])))
    assert found["host_redis_up"] == 1
    assert found["host_redis_memory_bytes"] > 100_000
    names = {
        "clients",
        "memory_limit_bytes",
        "connections_refused_total",
        "hits_total",
        "misses_total",
        "commands_total",
        "answer_seconds",
    }
    assert {f"host_redis_{name}" for name in names} <= found.keys()
    url = urlsplit(redis_url)
    for text in (
        f"redis://:wrong@{url.hostname}:{url.port}",
        f"redis://{url.hostname}:{url.port}",
        f"redis://127.0.0.1:{free_port()}",
    ):
        assert fields(list(redis.collect([Server("cache", text)]))) == {"host_redis_up": 0}
