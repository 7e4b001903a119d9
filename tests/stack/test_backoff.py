"""Pauses between restarts."""

from __future__ import annotations

import pytest

from control.stack.backoff import Backoff


@pytest.mark.parametrize(
    ("lives", "pauses"),
    [
        ([1.0] * 8, [0.05, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]),
        ([1.0, 1.0, 30.0, 1.0], [0.05, 0.2, 0.05, 0.2]),
        ([29.9, 29.9], [0.05, 0.2]),
    ],
)
def test_pauses(lives: list[float], pauses: list[float]) -> None:
    backoff = Backoff()
    assert [backoff.after(lived) for lived in lives] == pytest.approx(pauses)


def test_never_longer_than_ten_seconds() -> None:
    backoff = Backoff()
    assert max(backoff.after(0.0) for _ in range(5000)) == 10.0
