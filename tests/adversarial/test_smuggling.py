"""Two readers must never see different requests: what is ambiguous is refused, what passes is read alike by real backends."""

from __future__ import annotations

import contextlib

import pytest

from tests.adversarial.backend import Seen
from tests.adversarial.backend_bytes import BytesBackend
from tests.adversarial.case import HOST, Accepted, Refused
from tests.adversarial.line import Line
from tests.adversarial.pace import send_in_two
from tests.adversarial.smuggling import ACCEPTED, ANSWERED, REFUSED
from tests.gateway.support import Client, Response

NEXT = f"GET /smuggled HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def _read(client: Client, *, to_head: bool = False) -> Response:
    """The final answer."""
    while (response := client.read(to_head=to_head)).status < 200:
        pass
    return response


def test_the_table_is_as_large_as_promised() -> None:
    assert len(REFUSED) + len(ANSWERED) + len(ACCEPTED) >= 150


def _expect_failure(request: pytest.FixtureRequest, case: Refused | Accepted) -> None:
    if case.bug:
        request.applymarker(pytest.mark.xfail(reason=case.bug, strict=True))


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_closed(request: pytest.FixtureRequest, line: Line, name: str) -> None:
    case = REFUSED[name]
    _expect_failure(request, case)
    line.begin()
    with line.gateway.client() as client:
        # A gateway that has refused already may reset while we still send.
        with contextlib.suppress(ConnectionError):
            client.send(case.raw + NEXT)
        response = _read(client)
        assert response.status in case.status, response
        assert client.is_closed()
    assert [seen for seen in line.until_marked() if seen.whole] == []


@pytest.mark.parametrize("name", ANSWERED)
def test_answered_here(line: Line, name: str) -> None:
    case = ANSWERED[name]
    line.begin()
    with line.gateway.client() as client:
        client.send(case.raw)
        assert _read(client).status == case.status
    assert line.until_marked() == []


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_is_one_request(request: pytest.FixtureRequest, line: Line, name: str) -> None:
    case = ACCEPTED[name]
    _expect_failure(request, case)
    line.begin()
    stricter = line.backend.name in case.refused_by
    with line.gateway.client() as client:
        client.send(case.raw)
        response = _read(client, to_head=case.method == "HEAD")
        assert stricter == (response.status != 200), response
        if response.get("connection") == "close":
            assert client.is_closed()
            rest = line.until_marked()
        else:
            # The next request of the connection begins where this one ended.
            marker = line.mark(client)
            rest = [seen for seen in line.until_marked() if seen != marker]
    want = Seen(case.method, case.target, case.host or f"127.0.0.1:{line.backend.port}", case.body)
    assert [seen for seen in rest if seen.whole] == ([] if stricter else [want])
    assert len(rest) <= 1 or (stricter and {seen.whole for seen in rest} == {False})
    if isinstance(line.backend, BytesBackend):
        head = line.backend.head().lower()
        assert not [text for text in case.never if text in head]


SPLIT: dict[str, Refused | Accepted] = {
    **{name: ACCEPTED[name] for name in ("chunk extension with value", "trailer", "absolute with query", "h2c")},
    **{name: REFUSED[name] for name in ("cl, te", "chunk cr cr lf after data", "field folded with tab", "trailer bare lf")},
}


@pytest.mark.parametrize("line", ["bytes"], indirect=True)
@pytest.mark.parametrize("name", SPLIT)
def test_split_at_every_byte(line: Line, name: str) -> None:
    case = SPLIT[name]
    line.begin()
    for at in range(1, len(case.raw)):
        with line.gateway.client() as client, contextlib.suppress(ConnectionError):
            send_in_two(client, case.raw, at)
            response = _read(client)
            assert response.status in (case.status if isinstance(case, Refused) else (200,)), at
            assert isinstance(case, Accepted) or client.is_closed()
    want = [] if isinstance(case, Refused) else [Seen(case.method, case.target, case.host or "", case.body)] * (len(case.raw) - 1)
    assert line.until_marked() == want
