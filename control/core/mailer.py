"""Outgoing mail: written with the transaction that causes it, sent by the worker, forgotten once sent.

The context of a mail may hold a reset link, so it is sealed at rest and wiped as soon as the mail is out or given up.
A mail is sent at least once; only a crash between the server's 250 and our commit sends it twice (RFC 5321 section 4.5.3.2.6
describes the same gap).
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import msgspec
import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape
from procrastinate import RetryStrategy

from control.core import jobs, metrics
from control.core.crypto import Keyring, KeyringError, place
from control.core.db import Scope, Transaction
from control.core.ids import new_id
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings

log = structlog.get_logger("hcc.mail")

RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
"""Again after 3, 9, 27 … 59 049 seconds: about a day in all."""
TIMEOUT = 30.0
_FOLDER = Path(__file__).resolve().parents[1] / "web" / "templates" / "mail"
_LOCALE = re.compile(r"^[a-z]{2,3}")
_BOUNCE = re.compile(r"^bounce\+([0-9a-f]{32})@", re.IGNORECASE)
_EMPTY = b"{}"

_INSERT = """
INSERT INTO hcc.outgoing_mail (id, organization_id, recipient, template, locale, context, message_id)
VALUES (%(id)s, %(organization_id)s, %(recipient)s, %(template)s, %(locale)s, %(context)s, %(message_id)s)
"""
_TAKE = """
SELECT id, recipient, template, locale, context, created_at FROM hcc.outgoing_mail
 WHERE id = %(id)s AND status IN ('pending', 'retrying')
   FOR UPDATE SKIP LOCKED
"""
_SETTLE = """
UPDATE hcc.outgoing_mail
   SET status = %(status)s, attempts = attempts + 1, error = %(error)s, message_id = %(message_id)s,
       context = coalesce(%(context)s, context), sent_at = CASE WHEN %(status)s = 'sent' THEN now() END
 WHERE id = %(id)s
"""
_BOUNCED = "SELECT hcc.note_bounce(%(mail)s, %(reason)s)"


class MailDeferredError(Exception):
    """The mail could not be sent now; the queue tries again."""


class _RefusedError(Exception):
    """The mail cannot be sent at all."""


class _Mail(msgspec.Struct, frozen=True):
    id: UUID
    recipient: str
    template: str
    locale: str
    context: bytes
    created_at: datetime


class Rendered(msgspec.Struct, frozen=True):
    """One mail's words."""

    subject: str
    text: str
    html: str


_templates = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=select_autoescape(("html",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(template: str, locale: str, context: dict[str, Any]) -> Rendered:
    """Subject, text and HTML of `NAME.subject.txt`, `NAME.txt` and `NAME.html`; a folder named by the language goes first.

    Raises ValueError for an unknown template, jinja2.UndefinedError when the context lacks a name.
    """
    language = match[0] if (match := _LOCALE.match(locale)) else "en"

    def part(suffix: str) -> str:
        try:
            found = _templates.select_template([f"{language}/{template}.{suffix}", f"{template}.{suffix}"])
        except TemplateNotFound:
            raise ValueError(f"there is no mail template {template!r}") from None
        return found.render(context)

    return Rendered(subject=" ".join(part("subject.txt").split()), text=part("txt"), html=part("html"))


async def send(
    tx: Transaction,
    keyring: Keyring,
    *,
    organization_id: UUID,
    recipient: str,
    template: str,
    locale: str = "en",
    context: dict[str, Any],
) -> UUID:
    """Write a mail that goes out once this transaction commits; its id. Raises as `render` does, before anything is written."""
    render(template, locale, context)
    mail_id = new_id()
    await tx.run(
        _INSERT,
        id=mail_id,
        organization_id=organization_id,
        recipient=recipient,
        template=template,
        locale=locale,
        context=keyring.seal(msgspec.json.encode(context), _where(mail_id)),
        message_id=str(mail_id),
    )
    await jobs.defer(tx, "mail.send", mail_id=str(mail_id), organization_id=str(organization_id))
    return mail_id


@jobs.task("mail.send", retry=RETRY)
async def deliver(work: Work, *, mail_id: str, organization_id: str) -> None:
    """Send one mail. The row stays locked meanwhile, so that a second run of the job finds nothing to do."""
    runtime = work.runtime
    outcome: _RefusedError | MailDeferredError | None = None
    async with runtime.database.transaction(Scope(UUID(organization_id))) as tx:
        mail = await tx.maybe(_Mail, _TAKE, id=UUID(mail_id))
        if mail is None:
            raise jobs.Skip(f"mail {mail_id} is sent or being sent")
        message_id = f"<{mail.id}@{_domain(runtime.settings)}>"
        try:
            message = _compose(runtime, mail, message_id)
            await _transmit(runtime.settings, mail, message)
        except (_RefusedError, MailDeferredError) as error:
            outcome = error
        final = outcome is None or isinstance(outcome, _RefusedError) or work.last_attempt
        status = "sent" if outcome is None else "failed" if final else "retrying"
        await tx.run(
            _SETTLE,
            id=mail.id,
            status=status,
            error=None if outcome is None else str(outcome)[:500],
            message_id=message_id,
            context=runtime.keyring.seal(_EMPTY, _where(mail.id)) if final else None,
        )
    metrics.MAIL.labels(status).inc()
    log.info("mail", mail_id=mail_id, template=mail.template, status=status, error=None if outcome is None else str(outcome))
    if isinstance(outcome, MailDeferredError):
        raise outcome


async def note_bounce(tx: Transaction, envelope_recipient: str, reason: str) -> bool:
    """Mark the mail that a bounce came back for; False when the address names no mail that was sent."""
    match = _BOUNCE.match(envelope_recipient.strip().strip("<>"))
    if match is None:
        return False
    return bool(await tx.value(_BOUNCED, mail=UUID(match[1]), reason=reason))


def compose(settings: Settings, recipient: str, message_id: str, words: Rendered, reply_to: str = "") -> EmailMessage:
    """The message; answers go to `reply_to` where it is given.

    Raises ValueError when an address is none: a line break cannot enter a header.
    """
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = MailAddress(display_name=name, addr_spec=address)
    if reply_to:
        message["Reply-To"] = MailAddress(addr_spec=reply_to)
    message["To"] = MailAddress(addr_spec=recipient)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices back
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(words.text)
    message.add_alternative(words.html, subtype="html")
    return message


def envelope_sender(settings: Settings, mail_id: UUID) -> str:
    """Where a bounce goes: an address that names the mail when HCC_MAIL_BOUNCE_DOMAIN is set, else the From address."""
    if settings.mail_bounce_domain:
        return f"bounce+{mail_id.hex}@{settings.mail_bounce_domain}"
    return parseaddr(settings.mail_from)[1]


def connection(url: str) -> aiosmtplib.SMTP:
    """A client for HCC_SMTP_URL. `smtps` is TLS from the first byte; `smtp` uses STARTTLS where it is offered.

    A password only travels over TLS with a verified certificate, except to this very machine.
    Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("HCC_SMTP_URL must look like smtp[s]://user:password@host:port")
    tls = parts.scheme == "smtps"
    needs_tls = parts.username is not None and not _is_local(parts.hostname)
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if tls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") if parts.username else None,
        use_tls=tls,
        start_tls=None if tls or not needs_tls else True,
        validate_certs=tls or needs_tls,
        timeout=TIMEOUT,
    )


async def _transmit(settings: Settings, mail: _Mail, message: EmailMessage) -> None:
    client = connection(settings.smtp_url)
    try:
        async with client:
            await client.send_message(message, sender=envelope_sender(settings, mail.id), recipients=[mail.recipient])
    except aiosmtplib.SMTPAuthenticationError as error:
        raise MailDeferredError(f"the mail server refused our login ({error.code})") from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        worst = error.recipients[0]
        raise _verdict(worst.code, worst.message) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _verdict(error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailDeferredError(f"{type(error).__name__}: {error}") from None


def _verdict(code: int, words: str) -> _RefusedError | MailDeferredError:
    """RFC 5321 section 4.2.1: 5yz is final, all else may pass later."""
    text = f"{code} {words}".replace("\r", "").replace("\n", " ")
    return _RefusedError(text) if 500 <= code <= 599 else MailDeferredError(text)


def _compose(runtime: Runtime, mail: _Mail, message_id: str) -> EmailMessage:
    try:
        context = msgspec.json.decode(runtime.keyring.open(mail.context, _where(mail.id)), type=dict[str, Any])
    except KeyringError as error:  # the operator can put the key back
        raise MailDeferredError(str(error)) from None
    try:
        words = render(mail.template, mail.locale, context)
        return compose(runtime.settings, mail.recipient, message_id, words, str(context.get("reply_to", "")))
    except (ValueError, IndexError, MessageError, TemplateError) as error:
        raise _RefusedError(f"the mail cannot be written: {type(error).__name__}") from None


def _where(mail_id: UUID) -> bytes:
    return place("outgoing_mail", "context", mail_id)


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
