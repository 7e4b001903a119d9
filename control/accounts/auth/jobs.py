"""Jobs of logging in."""

from __future__ import annotations

from uuid import UUID

import msgspec

from control.accounts.auth import account
from control.accounts.auth import queries as q
from control.core import jobs, mailer
from control.core.db import NOBODY, Scope
from control.core.jobs import Work


class _Found(msgspec.Struct):
    user_id: UUID
    is_active: bool


class _Person(msgspec.Struct):
    email: str
    username: str
    full_name: str
    locale: str
    organization_id: UUID


@jobs.task("accounts.send_reset")
async def send_reset(work: Work, *, email: str) -> None:
    """Mail a reset link to a known, active person; nothing for anybody else. A second run sends a second, newer link."""
    runtime = work.runtime
    async with runtime.database.transaction(NOBODY) as tx:
        found = await tx.maybe(_Found, q.SQL.find_login, email=email)
        if found is None or not found.is_active:
            return
        await tx.switch(Scope(None, found.user_id))
        person = await tx.one(_Person, q.SQL.reset_recipient, user_id=found.user_id)
        token, digest = account.new_reset_token()
        await tx.run(q.SQL.set_reset_token, user_id=found.user_id, token_hash=digest, seconds=account.RESET_SECONDS)
        await tx.switch(Scope(person.organization_id, found.user_id))
        await mailer.send(
            tx,
            runtime.keyring,
            organization_id=person.organization_id,
            recipient=person.email,
            template="password_reset",
            locale=person.locale,
            context={
                "name": person.full_name or person.username,
                "link": f"{runtime.settings.public_url}/reset-password?token={token}",
                "minutes": account.RESET_SECONDS // 60,
            },
        )
