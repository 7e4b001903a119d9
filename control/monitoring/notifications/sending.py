"""One attempt to tell something through a channel."""

from __future__ import annotations

import time
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from control.automation.webhooks.sending import Outcome, post
from control.automation.webhooks.signing import sign
from control.core import mailer
from control.core.crypto import place
from control.core.db import Scope
from control.core.runtime import Runtime
from control.monitoring.notifications import messages
from control.monitoring.notifications.models import ChannelKind, Message

TELEGRAM = "https://api.telegram.org"


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What of a channel is secret, or may be: whole addresses, tokens, the key that signs."""

    url: str | None = None
    token: str | None = None
    secret: str | None = None


class Due(msgspec.Struct, frozen=True):
    """A notification with the channel that it goes through."""

    id: UUID
    organization_id: UUID
    channel_id: UUID
    message: Message
    attempts: int
    kind: ChannelKind
    recipients: list[str]
    chat_id: str | None
    sealed: bytes
    wanted: bool


def where(channel_id: UUID) -> bytes:
    """The place that a channel's secrets are sealed for."""
    return place("notification_channels", "sealed", channel_id)


async def send(runtime: Runtime, due: Due) -> Outcome:
    """Tell it once. Never raises for what the receiver or the network does."""
    opened = msgspec.json.decode(runtime.keyring.open(due.sealed, where(due.channel_id)), type=Sealed)
    link = f"{runtime.settings.public_url}/v1/monitoring/alerts"
    if due.kind == "mail":
        return await _mail(runtime, due, link)
    url, headers, body = request(due, opened, link)
    content = msgspec.json.encode(body)
    if opened.secret is not None:
        headers |= sign(opened.secret, str(due.id), int(time.time()), content)
    return await post(
        url,
        headers,
        content,
        https_only=runtime.settings.env == "production",
        allow_private=runtime.settings.webhook_allow_private,
    )


def request(due: Due, opened: Sealed, link: str) -> tuple[str, dict[str, str], dict[str, object]]:
    """Where a message is posted, with what headers and body."""
    url = opened.url or ""
    match due.kind:
        case "webhook":
            return url, {}, messages.webhook(due.message, str(due.organization_id), link)
        case "telegram":
            body = messages.BODIES["telegram"](due.message, link, {"chat_id": due.chat_id})
            return f"{(opened.url or TELEGRAM).rstrip('/')}/bot{opened.token}/sendMessage", {}, body
        case "ntfy":
            # With JSON the topic is in the body, and titles may have any character.
            parts = urlsplit(url)
            body = messages.BODIES["ntfy"](due.message, link, {"topic": parts.path.strip("/")})
            headers = {"Authorization": f"Bearer {opened.token}"} if opened.token else {}
            return f"{parts.scheme}://{parts.netloc}/", headers, body
        case _:
            return url, {}, messages.BODIES[due.kind](due.message, link, {})


async def _mail(runtime: Runtime, due: Due, link: str) -> Outcome:
    """Hand it to the mail queue, which tries for a day and knows about bounces."""
    began = time.perf_counter()
    context = {"title": messages.title(due.message), "lines": messages.lines(due.message), "link": link}
    async with runtime.database.transaction(Scope(due.organization_id)) as tx:
        for recipient in due.recipients:
            await mailer.send(
                tx, runtime.keyring, organization_id=due.organization_id, recipient=recipient, template="alert", context=context
            )
    return Outcome(None, round((time.perf_counter() - began) * 1000), None)
