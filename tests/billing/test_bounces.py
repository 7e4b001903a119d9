"""Reading messages that came back: real shapes, broken ones, hostile ones."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.billing.mails.bounces import Report, parse
from tests.billing.test_mails import bounce

ID = UUID("01990000-0000-7000-8000-00000000000a")
VERP = f"bounce+{ID.hex}@bounces.example.com"
WORDS = "5.1.1 550 5.1.1 no such user"


EXCHANGE = f"""\
From: postmaster@outlook.example
To: {VERP}
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns;mail.example
Received-From-MTA: dns;ours.example

Final-Recipient: rfc822;Books@Customer.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp;550 5.7.1 blocked
 by policy

Final-Recipient: rfc822;boss@customer.example
Action: delayed
Status: 4.4.1

--x
Content-Type: text/rfc822-headers

Message-ID: <{ID}@example.com>

--x--
""".encode()
NOTE = f"From: a@b.example\nTo: {VERP}\nSubject: I am away\n\nBack on Monday.\n".encode()
CASES: list[tuple[str, bytes, list[UUID], list[Report]]] = [
    ("Postfix", bounce("books@customer.example", VERP), [ID], [Report("books@customer.example", "failed", WORDS)]),
    ("by the original", bounce("a@b.example", "x@y.example", original=f"<{ID}@example.com>"), [ID],
     [Report("a@b.example", "failed", WORDS)]),
    ("Exchange", EXCHANGE, [ID], [
        Report("books@customer.example", "failed", "5.7.1 550 5.7.1 blocked by policy"),
        Report("boss@customer.example", "delayed", "4.4.1"),
    ]),
    ("a note of absence", NOTE, [ID], []),
    ("nothing", b"", [], []),
    ("no message", b"\xff\xfe\x00", [], []),
    ("unknown letters", b"Content-Type: message/delivery-status; charset=none\n\nAction: failed\n", [], []),
    ("cut off", EXCHANGE[:400], [ID], [Report("books@customer.example", "failed", "5.7.1 550 5.7.1 blocked b")]),
    ("a report about nobody", EXCHANGE.replace(b"Final-Recipient", b"Other"), [ID], []),
    ("a wrong id", bounce("a@b.example", "bounce+zz@x.example"), [], [Report("a@b.example", "failed", WORDS)]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "ids", "reports"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_parse(raw: bytes, ids: list[UUID], reports: list[Report]) -> None:
    found = parse(raw)
    assert (found.mail_ids, found.reports) == (ids, reports)


def test_many_parts_end() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert parse(b"To: x\n" + deep).reports == []
    wide = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: message/delivery-status\n\nx: y\n" * 20_000
    assert parse(wide).reports == []


@given(st.binary(max_size=300))
def test_nothing_raises(raw: bytes) -> None:
    parse(raw)
    parse(EXCHANGE[: len(raw)] + raw + EXCHANGE[len(raw) :])
