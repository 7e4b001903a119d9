"""Handing a message to the mail server, and what it says to each recipient."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

import aiosmtplib
import msgspec

from control.core import mailer


class Outcome(msgspec.Struct, frozen=True):
    """Who took it, who never will, and who may later; each with the server's words."""

    accepted: list[str]
    refused: dict[str, str]
    deferred: dict[str, str]


async def transmit(url: str, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Outcome:
    """Send to these recipients; what a server or the network does is an outcome, never raised (RFC 5321 section 4.2.1)."""
    client = mailer.connection(url)
    try:
        async with client:
            answers, _ = await client.send_message(message, sender=sender, recipients=list(recipients))
    except aiosmtplib.SMTPAuthenticationError as error:
        # The platform's mistake, which can be mended; no recipient refused anything.
        return _deferred(recipients, f"the mail server refused our login ({error.code})")
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _sorted([], {one.recipient: (one.code, one.message) for one in error.recipients})
    except aiosmtplib.SMTPResponseException as error:
        return _sorted([], dict.fromkeys(recipients, (error.code, error.message)))
    except (aiosmtplib.SMTPException, OSError) as error:
        return _deferred(recipients, f"{type(error).__name__}: {error}")
    said = {recipient: (answer.code, answer.message) for recipient, answer in answers.items()}
    return _sorted([one for one in recipients if one not in said], said)


def _sorted(accepted: list[str], said: dict[str, tuple[int, str]]) -> Outcome:
    refused: dict[str, str] = {}
    deferred: dict[str, str] = {}
    for recipient, (code, words) in said.items():
        text = f"{code} {words}".replace("\r", "").replace("\n", " ")[:300]
        (refused if 500 <= code <= 599 else deferred)[recipient] = text
    return Outcome(accepted, refused, deferred)


def _deferred(recipients: Sequence[str], words: str) -> Outcome:
    return Outcome([], {}, dict.fromkeys(recipients, words.replace("\n", " ")[:300]))
