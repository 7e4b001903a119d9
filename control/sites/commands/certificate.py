"""`hcc certificate list|add|replace|remove`"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

from control.core.pagination import PageRequest
from control.sites.certificates import service
from control.sites.certificates.models import Certificate, NewCertificate
from control.sites.commands.operator import CommandError, operating, show


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        if args.action == "list":
            organization_id = operator.principal.organization_id if args.org else None
            filters = {"organization_id": organization_id, "expires_before": None}
            rows, _ = await service.page(operator, PageRequest(1, 100_000, "not_after, id"), filters)
            lines = [_line(row) for row in rows] or ["There are no certificates; `hcc certificate add` makes one."]
            return show(rows, lines, as_json=args.json)
        if args.action == "add":
            data = NewCertificate(_text(args.chain), _text(args.key), args.default)
            async with operator.transaction() as tx:
                made = await service.create(operator, tx, data)
            return show(made, [_line(made)], as_json=args.json)
        certificate_id = _id(args.id)
        found = await service.get(operator, certificate_id)
        inside = operator.inside(found.organization_id)
        if args.action == "remove":
            await service.delete(inside, certificate_id)
            return show({"id": certificate_id, "deleted": True}, [f"{' '.join(found.hosts)}: deleted"], as_json=args.json)
        changes: dict[str, Any] = {"chain_pem": _text(args.chain)}
        if args.key is not None:
            changes["private_key_pem"] = _text(args.key)
        changed = await service.update(inside, certificate_id, changes)
        return show(changed, [_line(changed)], as_json=args.json)


def _text(name: str) -> str:
    """A PEM file. Raises CommandError when it is no text."""
    try:
        return Path(name).read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise CommandError(f"{name}: is not PEM; `openssl x509 -inform der` and `openssl pkey -inform der` convert it.") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id; `hcc certificate list` shows them.") from None


def _line(certificate: Certificate) -> str:
    default = "  default" if certificate.is_default else ""
    what = f"until {certificate.not_after:%Y-%m-%d}  {certificate.key_type}{default}  by {certificate.issuer}"
    return f"{certificate.id}  {' '.join(certificate.hosts)}  {what}"
