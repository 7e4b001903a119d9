"""Mails of invoices against a real SMTP server, and what comes back."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import msgspec
import psycopg
import pytest
from aiosmtpd.controller import Controller
from pypdf import PdfReader

from control.billing.mails.composing import Envelope, composed, written
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.billing.papers import made
from tests.billing.selling import PARIS, Shop
from tests.billing.working import hurry, settle
from tests.conftest import Urls, free_port
from tests.core.test_mailer import Mailbox
from tests.world import World

NOBODY = "550 5.1.1 no such user"
LATER = "451 4.7.1 greylisted"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    handler, port = Mailbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def settings(settings: Settings, mailbox: tuple[Mailbox, str]) -> Settings:
    return msgspec.structs.replace(
        settings, smtp_url=mailbox[1], mail_from="Panel <panel@example.com>", mail_bounce_domain="bounces.example.com"
    )


async def begin(world: World, **customer: Any) -> tuple[Shop, dict[str, Any]]:
    shop = Shop(world)
    await shop.open()
    return shop, await shop.customer(**customer)


def topics(urls: Urls) -> list[str]:
    with psycopg.connect(urls["hcc_owner"]) as owner:
        found = owner.execute("SELECT topic FROM hcc.outbox_events WHERE topic LIKE 'invoice.%' ORDER BY id").fetchall()
    return [topic for (topic,) in found]


async def mail_of(shop: Shop, mail_id: str) -> dict[str, Any]:
    return dict(await shop.ask("GET", f"/v1/billing/mails/{mail_id}"))


async def test_a_draft_is_finalised_and_sent(
    world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls
) -> None:
    shop, customer = await begin(world, copies_to=["boss@customer.example"], contact="Anna")
    draft = await shop.draft(customer["id"])
    path = f"/v1/invoices/{draft['id']}"
    queued = await shop.ask("POST", f"{path}/send", {"message": "Thank you <3"}, 202, Idempotency_Key="k1")
    assert (queued["status"], queued["recipients"]) == ("queued", ["books@customer.example", "boss@customer.example"])
    again = await shop.ask("POST", f"{path}/send", {"message": "Thank you <3"}, 202, Idempotency_Key="k1")
    assert again["id"] == queued["id"]
    await settle(worker_runtime)
    [(sender, recipients, message)] = mailbox[0].received
    assert sender == f"bounce+{queued['id'].replace('-', '')}@bounces.example.com"
    assert recipients == ["books@customer.example", "boss@customer.example"]
    number = queued["invoice_number"]
    assert (message["Subject"], message["From"]) == (
        f"Invoice {number} from North Hosting GmbH",
        "North Hosting GmbH <panel@example.com>",
    )
    assert (message["Reply-To"], message["Cc"]) == ("North Hosting GmbH <billing@north.example>", "boss@customer.example")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Dear Anna," in plain.get_content()
    assert "Thank you <3" in plain.get_content()
    assert "Please pay the open amount of €119.00" in plain.get_content()
    assert "Thank you &lt;3" in html.get_content()
    [attached] = list(message.iter_attachments())
    assert attached.get_filename() == f"{number}.pdf"
    document = attached.get_content()
    assert "factur-x.xml" in PdfReader(BytesIO(document)).attachments
    assert (await world.get("nora", f"{path}/download")).content == document
    mail = await mail_of(shop, queued["id"])
    assert (mail["status"], mail["accepted"], mail["refused"], mail["attempts"]) == ("sent", mail["recipients"], {}, 1)
    assert mail["message_id"] == message["Message-ID"]
    final = await shop.ask("GET", path)
    assert (final["status"], final["sent_at"] is not None) == ("sent", True)
    assert topics(urls) == ["invoice.created", "invoice.finalised", "invoice.sent"]
    # Asked for once more, it is mailed once more.
    await shop.ask("POST", f"{path}/send", {"recipients": ["other@customer.example"]}, 202)
    await settle(worker_runtime)
    assert [one[1] for one in mailbox[0].received[1:]] == [["other@customer.example"]]
    listed = await world.get("nora", f"/v1/billing/mails?invoice_id={draft['id']}")
    assert listed.json()["pagination"]["total"] == 2


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("de", "Rechnung {} von North Hosting GmbH", "Guten Tag Apple,"),
        ("fr", "Facture {} de North Hosting GmbH", "Bonjour Apple,"),
        ("ar", "فاتورة {} من North Hosting GmbH", "السادة Apple،"),
        ("he", "חשבונית {} מאת North Hosting GmbH", "שלום Apple,"),
    ],
)
async def test_in_the_customers_language(
    world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], language: str, subject: str, greeting: str
) -> None:
    shop, customer = await begin(world, language=language, address=PARIS, tax_id="FR40303265045")
    final = await shop.invoice(customer["id"])
    await shop.ask("POST", f"/v1/invoices/{final['id']}/send", {}, 202)
    await settle(worker_runtime)
    [(_, _, message)] = mailbox[0].received
    assert message["Subject"] == subject.format(final["invoice_number"])
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith(greeting)
    assert f'dir="{"rtl" if language in ("ar", "he") else "ltr"}"' in html.get_content()


REFUSALS: list[tuple[str, list[str], int, str, list[str], list[str], int]] = [
    # The server's answers, one a recipient; how often the queue runs; then status, who got it, who will not, and attempts.
    ("greylisted", [LATER, LATER], 2, "sent", ["books", "boss"], [], 2),
    ("one later", ["250 OK", LATER], 2, "sent", ["books", "boss"], [], 2),
    ("nobody there", [NOBODY, NOBODY], 2, "failed", [], ["books", "boss"], 1),
    ("one is not there", [NOBODY, "250 OK"], 2, "sent", ["boss"], ["books"], 1),
    ("one never, one later", [NOBODY, LATER], 2, "sent", ["boss"], ["books"], 2),
    ("never at home", [LATER] * 40, 12, "failed", [], ["books", "boss"], 11),
]


class Choosy(Mailbox):
    """Counts `250 OK` among its answers as a yes."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd calls it so
        if self.answers and self.answers[0] == "250 OK":
            self.answers.pop(0)
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.mark.parametrize(
    ("answers", "runs", "status", "accepted", "refused", "attempts"), [c[1:] for c in REFUSALS], ids=[c[0] for c in REFUSALS]
)
async def test_what_the_server_says(
    world: World,
    worker_runtime: Runtime,
    mailbox: tuple[Mailbox, str],
    urls: Urls,
    answers: list[str],
    runs: int,
    status: str,
    accepted: list[str],
    refused: list[str],
    attempts: int,
) -> None:
    mailbox[0].__class__ = Choosy
    mailbox[0].answers = list(answers)
    shop, customer = await begin(world, copies_to=["boss@customer.example"])
    final = await shop.invoice(customer["id"])
    queued = await shop.ask("POST", f"/v1/invoices/{final['id']}/send", {}, 202)
    for _ in range(runs):
        await settle(worker_runtime)
        hurry(urls)
    mail = await mail_of(shop, queued["id"])
    assert (mail["status"], mail["attempts"]) == (status, attempts), mail
    assert sorted(mail["accepted"]) == [f"{one}@customer.example" for one in accepted]
    assert sorted(mail["refused"]) == [f"{one}@customer.example" for one in refused]
    got = [recipient for _, recipients, _ in mailbox[0].received for recipient in recipients]
    assert sorted(got) == sorted(mail["accepted"]), "nobody gets it twice"
    found = topics(urls)
    assert (found.count("invoice.sent"), found.count("invoice.mail_failed")) == (int(bool(accepted)), int(bool(refused)))


async def test_many_at_once(world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls) -> None:
    shop, customer = await begin(world)
    draft, final = await shop.draft(customer["id"]), await shop.invoice(customer["id"])
    empty = await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"]}, 201)
    unknown = "01990000-0000-7000-8000-000000000000"
    ids = [draft["id"], final["id"], empty["id"], unknown, draft["id"]]
    operation = await shop.ask("POST", "/v1/invoices/send", {"ids": ids}, 202)
    await settle(worker_runtime)
    done = (await world.get("root", f"/v1/operations/{operation['id']}")).json()["data"]
    assert (done["status"], done["progress"]) == ("succeeded", 100)
    results = {one["invoice_id"]: one["status"] for one in done["result"]["results"]}
    assert results == {draft["id"]: "queued", final["id"]: "queued", empty["id"]: "failed", unknown: "failed"}
    assert (done["result"]["queued"], done["result"]["failed"]) == (2, 2)
    await settle(worker_runtime)
    assert len(mailbox[0].received) == 2
    # The job once more, as after a crash: nothing is mailed twice.
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.operations SET status = 'running', finished_at = NULL")
    with psycopg.connect(urls["hcc_worker"]) as worker:
        worker.execute("UPDATE jobs.procrastinate_jobs SET status = 'todo' WHERE task_name = 'billing.send_invoices'")
    await settle(worker_runtime)
    await settle(worker_runtime)
    assert len(mailbox[0].received) == 2
    assert (await world.get("root", f"/v1/operations/{operation['id']}")).json()["data"]["status"] == "succeeded"


async def test_who_may_send(world: World, worker_runtime: Runtime) -> None:
    shop, customer = await begin(world, customer_org_id=str(world.organizations["apple"]))
    final = await shop.invoice(customer["id"])
    path = f"/v1/invoices/{final['id']}/send"
    for who, status in [("anna", 403), ("bert", 403), ("saul", 404), (None, 401), ("ned", 202), ("root", 202)]:
        answer = await world.send(who, "POST", path, {})
        assert answer.status_code == status, (who, answer.text)
    operation = (await world.send("saul", "POST", "/v1/invoices/send", {"ids": [final["id"]]})).json()["data"]
    assert (await world.get("anna", "/v1/billing/mails")).json()["data"] == []
    await settle(worker_runtime)
    done = (await world.get("saul", f"/v1/operations/{operation['id']}")).json()["data"]
    assert done["result"]["results"][0]["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("{id}/send", {"recipients": []}, "/recipients"),
        ("{id}/send", {"recipients": ["nobody"]}, "/recipients/0"),
        ("{id}/send", {"recipients": ["a@b.example\r\nBcc: c@d.example"]}, "/recipients/0"),
        ("{id}/send", {"message": "a\u0000"}, "/message"),
        ("{id}/send", {"message": "x" * 2001}, "/message"),
        ("send", {"ids": []}, "/ids"),
        ("send", {"ids": ["x"]}, "/ids/0"),
    ],
)
async def test_bad_requests(world: World, path: str, body: dict[str, Any], pointer: str) -> None:
    shop, customer = await begin(world)
    draft = await shop.draft(customer["id"])
    error = await shop.ask("POST", f"/v1/invoices/{path.format(id=draft['id'])}", body, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]]
    assert (await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["status"] == "draft"


def bounce(recipient: str, to: str, action: str = "failed", original: str = "") -> bytes:
    """A report of delivery as Postfix writes it."""
    return f"""\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: {original}
Subject: Invoice

body
--b--
""".replace("\n", "\r\n").encode()


async def _sent(world: World, runtime: Runtime, **customer: Any) -> tuple[Shop, dict[str, Any]]:
    shop, buyer = await begin(world, **customer)
    final = await shop.invoice(buyer["id"])
    queued = await shop.ask("POST", f"/v1/invoices/{final['id']}/send", {}, 202)
    await settle(runtime)
    return shop, await mail_of(shop, queued["id"])


async def _take(world: World, who: str, message: bytes) -> Any:
    headers = world.headers(who) | {"Content-Type": "message/rfc822"}
    return await world.client.post("/v1/billing/bounces", content=message, headers=headers)


async def test_a_bounce_is_noted_once(world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls) -> None:
    shop, mail = await _sent(world, worker_runtime, copies_to=["boss@customer.example"])
    verp = f"bounce+{mail['id'].replace('-', '')}@bounces.example.com"
    message = bounce("books@customer.example", verp)
    assert (await _take(world, "saul", message)).json()["data"]["outcome"] == "unknown_mail"
    assert (await _take(world, "anna", message)).status_code == 403
    for noted in (1, 0):
        answer = (await _take(world, "nora", message)).json()["data"]
        assert (answer["outcome"], answer["noted"]) == ("noted", noted)
    after = await mail_of(shop, mail["id"])
    assert (after["status"], after["accepted"]) == ("sent", ["boss@customer.example"])
    assert after["refused"] == {"books@customer.example": "5.1.1 550 5.1.1 no such user"}
    # The other one too, found by the Message-ID of the original.
    other = bounce("boss@customer.example", "panel@example.com", original=mail["message_id"])
    assert (await _take(world, "nora", other)).json()["data"]["outcome"] == "noted"
    assert (await mail_of(shop, mail["id"]))["status"] == "bounced"
    assert topics(urls).count("invoice.mail_failed") == 2


@pytest.mark.parametrize(
    ("change", "outcome", "status"),
    [
        ({"action": "delayed"}, "delayed", "sent"),
        ({"action": "delivered"}, "no_report", "sent"),
        ({"recipient": "somebody-else@forwarded.example"}, "noted", "bounced"),
        ({"to": "bounce+00000000000000000000000000000000@bounces.example.com"}, "unknown_mail", "sent"),
        ({"to": "panel@example.com"}, "unknown_mail", "sent"),
    ],
)
async def test_what_a_report_means(
    world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], change: dict[str, str], outcome: str, status: str
) -> None:
    shop, mail = await _sent(world, worker_runtime)
    verp = f"bounce+{mail['id'].replace('-', '')}@bounces.example.com"
    message = bounce(**({"recipient": "books@customer.example", "to": verp} | change))
    assert (await _take(world, "nora", message)).json()["data"]["outcome"] == outcome
    assert (await mail_of(shop, mail["id"]))["status"] == status


async def test_the_mail_servers_pipe(world: World, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls) -> None:
    shop, mail = await _sent(world, worker_runtime)
    verp = f"bounce+{mail['id'].replace('-', '')}@bounces.example.com"
    environment = {"PATH": "/usr/bin:/bin", "HCC_WORKER_DATABASE_URL": urls["hcc_worker"]}

    def pipe(message: bytes, **more: str) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "control.cli", "billing", "bounce", "--json"]
        run = subprocess.run(command, input=message, capture_output=True, check=False, env=environment | more)
        return run.returncode, run.stdout

    code, said = pipe(bounce("books@customer.example", verp))
    assert (code, msgspec.json.decode(said)["outcome"]) == (0, "noted")
    assert (await mail_of(shop, mail["id"]))["status"] == "bounced"
    code, said = pipe(b"no message at all")
    assert (code, msgspec.json.decode(said)["outcome"]) == (0, "no_report")
    away = bounce("books@customer.example", verp)
    assert pipe(away, HCC_WORKER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", HCC_DB_ACQUIRE_TIMEOUT="1")[0] == 75


def test_names_are_names_in_headers() -> None:
    paper = made(seller={"legal_name": 'North "N" <x@evil.example>, y@evil.example'})
    envelope = Envelope(
        sender="Panel <panel@example.com>", message_id="<1@example.com>", recipients=["a@b.example"], file_name="x.pdf"
    )
    message = composed(paper, written(paper, "", is_hybrid=False), envelope, b"%PDF")
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert [one.addr_spec for one in read["From"].addresses] == ["panel@example.com"]
    assert [one.addr_spec for one in read["Reply-To"].addresses] == ["billing@north.example"]
