"""What becomes of values when the server is away, slow, or refuses."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dataplane.agent.push import Answer, Outcome
from dataplane.agent.queue import Queue
from dataplane.agent.sending import LONGEST_WAIT_S, Sending

TAKEN, LATER, REFUSED = Answer(Outcome.TAKEN), Answer(Outcome.LATER, why="503"), Answer(Outcome.REFUSED, why="400")


class Away:
    """A server that answers as the test says, and keeps what it took."""

    def __init__(self) -> None:
        self.answer: Callable[[str], Answer] = lambda _: TAKEN
        self.taken: list[str] = []
        self.asked = 0

    def push(self, text: str) -> Answer:
        self.asked += 1
        answer = self.answer(text)
        if answer.outcome is Outcome.TAKEN:
            self.taken.append(text)
        return answer


def begin(folder: Path, most: int = 1 << 20) -> tuple[Away, Queue, Sending, list[str]]:
    server, said = Away(), list[str]()
    queue = Queue(folder, most)
    return server, queue, Sending(server, queue, say=said.append), said


def test_what_waited_goes_first_in_order_with_its_own_times(tmp_path: Path) -> None:
    server, queue, sending, said = begin(tmp_path)
    server.answer = lambda _: LATER
    for n in range(5):
        sending.send(f"a v={n} {n}\n", float(n), now=float(n))
    assert len(queue) == 5
    assert server.taken == []
    # Another process goes on with what is on disk, and what is new goes behind it.
    server, queue, sending, said = begin(tmp_path)
    sending.send("a v=5 5\n", 5.0, now=100.0)
    sending.drain(lambda: 100.0, 200.0)
    assert "".join(server.taken) == "".join(f"a v={n} {n}\n" for n in range(6))
    assert len(queue) == queue.bytes == 0
    sending.send("a v=6 6\n", 6.0, now=110.0)
    assert server.taken[-1] == "a v=6 6\n"
    assert said == []
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_goes_when_there_is_no_room(tmp_path: Path) -> None:
    _, queue, _, _ = begin(tmp_path, most=400)
    for n in range(20):
        queue.add(f"a v={n} {n}\n", float(n))
    assert queue.bytes <= 400
    assert queue.dropped == 20 - len(queue) > 0
    assert queue.oldest(1 << 20)[1].endswith("a v=19 19\n")
    again = Queue(tmp_path, 400)
    assert (again.bytes, len(again)) == (queue.bytes, len(queue))


def test_pauses_grow_and_the_server_may_ask_for_longer(tmp_path: Path) -> None:
    server, queue, sending, said = begin(tmp_path)
    server.answer = lambda _: LATER
    now, asked_at = 0.0, list[float]()
    while now < 400:
        before = server.asked
        sending.send("a v=1 1\n", now, now)
        sending.drain(lambda at=now: at, now + 1)  # type: ignore[misc]  # bound now
        if server.asked > before:
            asked_at.append(now)
        now += 1
    pauses = [b - a for a, b in pairwise(asked_at)]
    assert pauses[:6] == [1, 2, 4, 8, 16, 32]
    assert max(pauses) == LONGEST_WAIT_S
    assert len(said) == 1
    server.answer = lambda _: Answer(Outcome.LATER, wait_s=300)
    now += LONGEST_WAIT_S
    sending.drain(lambda: now, now + 1)
    asked = server.asked
    sending.drain(lambda: now + 299, now + 1000)
    assert server.asked == asked
    server.answer = lambda _: TAKEN
    sending.drain(lambda: now + 301, now + 1000)
    assert len(queue) == 0
    assert said[-1] == "the server takes values again"


@pytest.mark.parametrize("waiting", [False, True])
def test_what_is_refused_for_good_holds_nothing_up(tmp_path: Path, *, waiting: bool) -> None:
    server, queue, sending, _ = begin(tmp_path)
    if waiting:
        queue.add("bad\n", 0.0)
    server.answer = lambda text: REFUSED if "bad" in text else TAKEN
    if not waiting:
        sending.send("bad\n", 0.0, 0.0)
    sending.drain(lambda: 0.0, 1.0)
    assert (len(queue), sending.refused) == (0, 1)
    sending.send("good\n", 1.0, 1.0)
    assert server.taken == ["good\n"]


def test_too_large_is_sent_in_halves(tmp_path: Path) -> None:
    server, _, sending, said = begin(tmp_path)
    server.answer = lambda text: Answer(Outcome.TOO_LARGE, why="413") if len(text) > 20 else TAKEN
    text = "".join(f"a v={n} {n}\n" for n in range(9)) + "b" * 30 + "\n" + "a v=9 9\n"
    sending.send(text, 0.0, 0.0)
    assert "".join(server.taken) == "".join(f"a v={n} {n}\n" for n in range(10))
    assert sending.refused == 1
    assert "larger" in said[0]


def test_a_torn_file_is_left_out(tmp_path: Path) -> None:
    _, queue, _, _ = begin(tmp_path)
    for n in range(3):
        queue.add(f"a v={n} {n}\n", float(n))
    torn = sorted(tmp_path.iterdir())[1]
    torn.write_bytes(torn.read_bytes()[:10])
    (tmp_path / "00000000000000000009.lines.gz.tmp").write_bytes(b"half")
    server, queue, sending, _ = begin(tmp_path)
    sending.drain(lambda: 0.0, 1.0)
    assert "".join(server.taken) == "a v=0 0\na v=2 2\n"
    assert (queue.dropped, list(tmp_path.iterdir())) == (1, [])


def test_equal_times_are_two_batches(tmp_path: Path) -> None:
    _, queue, _, _ = begin(tmp_path)
    for n in range(3):
        queue.add(f"a v={n}\n", 7.0)
    assert queue.oldest(1 << 20) == (3, "a v=0\na v=1\na v=2\n")
    assert queue.oldest(1) == (1, "a v=0\n")
