"""Mail against a real SMTP server on a port of its own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import jinja2
import msgspec
import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from control.core import jobs, mailer
from control.core.crypto import place
from control.core.db import NOBODY, Scope
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.conftest import Urls, free_port
from tests.working import work_off

LINK = "https://panel.example.com/reset?token=s3cr3t-t0ken"
RESET = {"name": "Anna", "link": LINK, "minutes": 60}


class Mailbox:
    """Keeps what arrives; `answers` are given first, one a recipient."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], EmailMessage]] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802  # aiosmtpd calls it so
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd calls it so
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received.append((envelope.mail_from or "", envelope.rcpt_tos, message))
        return "250 OK"


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
def organization(urls: Urls) -> Any:
    with psycopg.connect(urls["hcc_owner"]) as connection:
        row = connection.execute(
            "INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'P', 'p') RETURNING id"
        ).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def settings(settings: Settings, mailbox: tuple[Mailbox, str]) -> Settings:
    return msgspec.structs.replace(
        settings, smtp_url=mailbox[1], mail_from="Panel <panel@example.com>", mail_bounce_domain="bounces.example.com"
    )


async def write(runtime: Runtime, organization: Any, recipient: str = "anna@example.org", **options: Any) -> Any:
    options = {"template": "password_reset", "context": RESET, **options}
    async with runtime.database.transaction(Scope(organization)) as tx:
        return await mailer.send(tx, runtime.keyring, organization_id=organization, recipient=recipient, **options)


def row(urls: Urls, mail_id: Any) -> dict[str, Any]:
    with psycopg.connect(urls["hcc_owner"], row_factory=psycopg.rows.dict_row) as connection:
        found = connection.execute(
            "SELECT status, attempts, error, context, message_id, sent_at FROM hcc.outgoing_mail WHERE id = %s", (mail_id,)
        ).fetchone()
    assert found is not None
    return found


def hurry(urls: Urls) -> None:
    """Make every waiting job due."""
    with psycopg.connect(urls["hcc_worker"]) as connection:
        connection.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = %s", (datetime.now(UTC) - timedelta(hours=1),))


async def test_a_mail_goes_out_once_and_its_link_is_forgotten(
    runtime: Runtime, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], organization: Any, urls: Urls
) -> None:
    mail_id = await write(runtime, organization)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        written = str(connection.execute("SELECT * FROM hcc.outgoing_mail").fetchall())
    with psycopg.connect(urls["hcc_worker"]) as connection:
        written += str(connection.execute("SELECT * FROM jobs.procrastinate_jobs").fetchall())
    assert "s3cr3t" not in written
    await work_off(worker_runtime)
    async with runtime.database.transaction(Scope(organization)) as tx:
        await jobs.defer(tx, "mail.send", mail_id=str(mail_id), organization_id=str(organization))
    await work_off(worker_runtime)

    [(sender, recipients, message)] = mailbox[0].received
    assert sender == f"bounce+{mail_id.hex}@bounces.example.com"
    assert recipients == ["anna@example.org"]
    assert message["From"] == "Panel <panel@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Choose a new password"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert LINK in text.get_content()
    assert html is not None
    assert LINK in html.get_content()
    stored = row(urls, mail_id)
    assert (stored["status"], stored["attempts"], stored["message_id"]) == ("sent", 1, message["Message-ID"])
    assert stored["sent_at"] is not None
    assert runtime.keyring.open(stored["context"], place("outgoing_mail", "context", mail_id)) == b"{}"


@pytest.mark.parametrize(
    ("answers", "runs", "status", "attempts", "received", "wiped"),
    [
        (["451 4.7.1 greylisted"], 1, "retrying", 1, 0, False),
        (["451 4.7.1 greylisted", "421 busy"], 3, "sent", 3, 1, True),
        (["550 5.1.1 no such user"], 2, "failed", 1, 0, True),
        (["450 later"] * 20, 12, "failed", 11, 0, True),
    ],
)
async def test_what_a_refusal_means(
    runtime: Runtime,
    worker_runtime: Runtime,
    mailbox: tuple[Mailbox, str],
    organization: Any,
    urls: Urls,
    answers: list[str],
    runs: int,
    status: str,
    attempts: int,
    received: int,
    wiped: bool,
) -> None:
    mailbox[0].answers = list(answers)
    mail_id = await write(runtime, organization)
    for _ in range(runs):
        await work_off(worker_runtime)
        hurry(urls)
    stored = row(urls, mail_id)
    assert (stored["status"], stored["attempts"], len(mailbox[0].received)) == (status, attempts, received)
    context = runtime.keyring.open(stored["context"], place("outgoing_mail", "context", mail_id))
    assert (context == b"{}") is wiped
    if status != "sent":
        assert answers[0][:3] in stored["error"]


async def test_without_a_server_the_mail_waits(runtime: Runtime, settings: Settings, organization: Any, urls: Urls) -> None:
    away = Runtime(msgspec.structs.replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}"), settings.worker_database_url)
    await away.start()
    try:
        mail_id = await write(runtime, organization)
        await work_off(away)
    finally:
        await away.stop()
    assert row(urls, mail_id)["status"] == "retrying"


@pytest.mark.parametrize(
    ("recipient", "name", "status", "subject"),
    [
        ("anna@example.org", "Eve\r\nBcc: all@example.org", "sent", "Choose a new password"),
        ("anna@example.org\r\nBcc: all@example.org", "Anna", "failed", None),
        ("no address", "Anna", "failed", None),
        ("", "Anna", "failed", None),
    ],
)
async def test_nobody_writes_headers(
    runtime: Runtime,
    worker_runtime: Runtime,
    mailbox: tuple[Mailbox, str],
    organization: Any,
    urls: Urls,
    recipient: str,
    name: str,
    status: str,
    subject: str | None,
) -> None:
    mail_id = await write(runtime, organization, recipient, context={**RESET, "name": name})
    await work_off(worker_runtime)
    assert row(urls, mail_id)["status"] == status
    assert all(message["Bcc"] is None for _, _, message in mailbox[0].received)
    assert [message["Subject"] for _, _, message in mailbox[0].received] == ([subject] if subject else [])


async def test_a_line_break_in_a_subject_becomes_a_space() -> None:
    words = mailer.render("invitation", "en", {"name": "A", "organization": "B\r\nBcc: c@d.e", "link": "x", "hours": 1})
    assert words.subject == "You are invited to B Bcc: c@d.e"


PASSKEY = {"name": "<b>A</b>", "at": "noon", "address": "192.0.2.1", "passkey": "Key & ring"}
CONTEXTS: dict[str, dict[str, Any]] = {
    "invitation": {"name": "<b>A</b>", "organization": "B & C", "link": "https://x.example/?a=1&b=2", "hours": 72},
    "password_reset": {"name": "<b>A</b>", "link": "https://x.example/?a=1&b=2", "minutes": 60},
    "password_changed": {"name": "<b>A</b>", "at": "noon", "address": "192.0.2.1"},
    "totp_disabled": {"name": "<b>A</b>", "at": "noon", "address": "192.0.2.1"},
    "passkey_added": {**PASSKEY},
    "passkey_removed": {**PASSKEY, "left": "There is still a second factor."},
    "passkey_counter": {**PASSKEY},
    "new_login": {"name": "<b>A</b>", "at": "noon", "address": "192.0.2.1", "device": "Firefox"},
}


@pytest.mark.parametrize("template", sorted(CONTEXTS))
@pytest.mark.parametrize("locale", ["en", "de-AT", "../../etc"])
def test_every_template_renders_and_needs_its_whole_context(template: str, locale: str) -> None:
    context = CONTEXTS[template]
    words = mailer.render(template, locale, context)
    assert words.subject
    assert "<b>A</b>" in words.text
    assert "&lt;b&gt;A&lt;/b&gt;" in words.html
    assert "<b>A</b>" not in words.html
    for missing in context:
        with pytest.raises(jinja2.UndefinedError):
            mailer.render(template, locale, {k: v for k, v in context.items() if k != missing})


@pytest.mark.parametrize("template", ["nothing", "../layout", "layout.html"])
async def test_an_unknown_template_is_refused_at_once(runtime: Runtime, organization: Any, template: str) -> None:
    with pytest.raises(ValueError, match="no mail template"):
        await write(runtime, organization, template=template)


async def test_a_bounce_finds_its_mail(runtime: Runtime, worker_runtime: Runtime, organization: Any, urls: Urls) -> None:
    mail_id = await write(runtime, organization)
    await work_off(worker_runtime)
    table = [
        ("<someone@example.com>", False),
        (f"bounce+{'0' * 32}@bounces.example.com", False),
        (f"<BOUNCE+{mail_id.hex}@bounces.example.com>", True),
        (f"bounce+{mail_id.hex}@bounces.example.com", False),
    ]
    for address, noted in table:
        async with worker_runtime.database.transaction(NOBODY) as tx:
            assert await mailer.note_bounce(tx, address, "550 no such user") is noted
    assert row(urls, mail_id)["status"] == "bounced"


@pytest.mark.parametrize(
    ("url", "port", "tls", "start_tls", "verified", "username"),
    [
        ("smtp://mail.example.com", 25, False, None, False, None),
        ("smtp://mail.example.com:587", 587, False, None, False, None),
        ("smtps://mail.example.com", 465, True, None, True, None),
        ("smtp://me:p%40ss@mail.example.com:587", 587, False, True, True, "me"),
        ("smtp://me:pass@127.0.0.1:2525", 2525, False, None, False, "me"),
    ],
)
def test_how_the_server_is_spoken_to(
    url: str, port: int, tls: bool, start_tls: bool | None, verified: bool, username: str | None
) -> None:
    client = mailer.connection(url)
    assert (client.port, client.use_tls, client._start_tls_on_connect, client.validate_certs) == (port, tls, start_tls, verified)
    assert client._login_username == username


@pytest.mark.parametrize("url", ["http://mail.example.com", "smtp://", "mail.example.com"])
def test_another_scheme_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="HCC_SMTP_URL"):
        mailer.connection(url)
