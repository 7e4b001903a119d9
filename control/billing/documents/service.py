"""Making documents, keeping them, giving them out."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Literal
from uuid import UUID

import msgspec

from control.billing.documents import queries as q
from control.billing.documents.logo import logo
from control.billing.documents.models import ENDINGS, KEPT, MEDIA_TYPES, Document, File, Format, Kept
from control.billing.documents.paper import Collected, Corrected, Logo, Look, Paper, paper
from control.billing.documents.structured.cii import cii
from control.billing.documents.structured.mapping import missing, structured
from control.billing.documents.structured.terms import Profile
from control.billing.documents.structured.ubl import ubl
from control.billing.invoices import service as invoices
from control.billing.invoices.models import Invoice
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.core import events, operations
from control.core.context import Context
from control.core.db import Scope, Transaction
from control.core.errors import Conflict
from control.core.operations import Operation
from control.core.runtime import Runtime
from control.core.words import listed, said

_PROFILES: dict[Format, Profile] = {"facturx": "en16931", "ubl": "en16931", "xrechnung": "xrechnung"}
LONG = 200
"""Lines above which a document is long: it takes more than a second and more memory than a worker should keep."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class _Corrected(msgspec.Struct, frozen=True):
    number: str
    issued_on: date


class _Look(msgspec.Struct, frozen=True):
    page_size: Literal["A4", "Letter"]
    colour: str
    logo: bytes | None
    logo_type: str | None


async def fetch(ctx: Context, invoice_id: UUID, wanted: Format) -> File | Operation:
    """A document, or the operation that makes it. Raises NotFound; Conflict for a draft, and for a format that it cannot have."""
    invoice = await invoices.get(ctx, invoice_id)
    if invoice.invoice_number is None:
        raise Conflict("A draft has no document; finalise it first.", details={"status": invoice.status})
    _possible(paper(invoice, None, Look()), wanted)
    async with ctx.transaction() as tx:
        found = await find(tx, invoice.organization_id, invoice_id, KEPT[wanted])
        if found is None:
            return await _begin(ctx, tx, invoice, KEPT[wanted])
    if wanted == "facturx" and not found.is_hybrid:
        raise Conflict("No structured invoice is inside of this document.")
    return File(
        name=file_name(invoice.invoice_number, wanted),
        media_type=found.media_type,
        content=found.content,
        sha256=found.sha256.hex(),
    )


async def find(tx: Transaction, organization_id: UUID, invoice_id: UUID, kept: Kept) -> Document | None:
    """A document that was made."""
    return await tx.maybe(Document, q.SQL.get, organization_id=organization_id, invoice_id=invoice_id, format=kept)


async def keep(runtime: Runtime, organization_id: UUID, invoice_id: UUID, kept: Kept) -> None:
    """Make a document unless it is there. The work is done aside, and no transaction is open meanwhile.

    Raises NotFound, and Conflict for what the format cannot say.
    """
    scope = Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        if await tx.value(q.SQL.exists, organization_id=organization_id, invoice_id=invoice_id, format=kept):
            return
        made = await paper_of(tx, await invoices.find(tx, invoice_id))
    content, is_hybrid = await _made(made, kept)
    async with runtime.database.transaction(scope) as tx:
        await tx.run(
            q.SQL.keep,
            organization_id=organization_id,
            customer_org_id=made.invoice.customer_org_id,
            invoice_id=invoice_id,
            format=kept,
            is_hybrid=is_hybrid,
            media_type=MEDIA_TYPES[kept],
            content=content,
        )


async def paper_of(tx: Transaction, invoice: Invoice) -> Paper:
    """A finalised invoice as it goes to paper. Raises Conflict for a draft."""
    if invoice.invoice_number is None:
        raise Conflict("A draft has no document; finalise it first.", details={"status": invoice.status})
    corrected = None
    if invoice.corrects_id is not None:
        found = await tx.one(_Corrected, q.SQL.corrected, id=invoice.corrects_id)
        corrected = Corrected(number=found.number, issued_on=found.issued_on)
    look = await tx.one(_Look, q.SQL.look, organization_id=invoice.organization_id)
    picture = Logo(content=look.logo, media_type=look.logo_type) if look.logo is not None and look.logo_type else None
    collected = await tx.maybe(Collected, q.SQL.collected_from, invoice_id=invoice.id)
    return paper(invoice, corrected, Look(page_size=look.page_size, colour=look.colour, logo=picture), collected)


def write(made: Paper, kept: Kept) -> tuple[bytes, bool]:
    """A document, and whether a structured invoice is inside. Takes CPU time. Raises Conflict for what the format cannot say."""
    if kept == "pdf":
        # WeasyPrint takes most of a second to import: only those who write documents do.
        from control.billing.documents.pdf import pdf

        is_hybrid = not missing(made, "en16931")
        return pdf(made, cii(structured(made)) if is_hybrid else None), is_hybrid
    _possible(made, kept)
    profile = _PROFILES[kept]
    return ubl(structured(made, profile), profile), False


async def _made(made: Paper, kept: Kept) -> tuple[bytes, bool]:
    """`write` in a thread; of a long document in a process of its own, which gives its memory back and holds up nobody."""
    if len(made.invoice.items) <= LONG:
        return await asyncio.to_thread(write, made, kept)
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, write, made, kept)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def file_name(number: str, wanted: Format) -> str:
    """The name that a document is saved by; numbers may have characters that names of files may not."""
    return f"{_UNSAFE.sub('-', number).strip('-.') or 'document'}{ENDINGS[wanted]}"


async def set_logo(ctx: Context, content: bytes | None) -> BillingSettings:
    """Set or remove the caller's logo; documents that were made keep theirs. Raises ValidationFailed, Conflict."""
    picture = None if content is None else await asyncio.to_thread(logo, content)
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        before = await settings.find(tx, organization_id)
        ctx.if_match(before.version)
        await tx.run(
            q.SQL.set_logo,
            organization_id=organization_id,
            logo=None if picture is None else picture.content,
            logo_type=None if picture is None else picture.media_type,
        )
        after = await settings.find(tx, organization_id)
        await ctx.audit(
            tx,
            "billing_settings.updated",
            "billing_settings",
            organization_id,
            organization_id=organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "billing_settings.updated", organization_id, after)
    return after


def _possible(made: Paper, wanted: Format) -> None:
    """Raise Conflict for a format that a document cannot have."""
    profile = _PROFILES.get(wanted)
    if profile and (lacks := missing(made, profile)):
        raise Conflict(
            said("This document cannot be written as %(format)s: it lacks %(what)s.", format=wanted, what=listed(lacks)),
            details={"missing": [str(one) for one in lacks]},
        )


async def _begin(ctx: Context, tx: Transaction, invoice: Invoice, kept: Kept) -> Operation:
    """The operation that makes a document: one at a time for whoever asks, however often they look."""
    organization_id = ctx.principal.organization_id
    subject = f"{invoice.id}/{kept}"
    found = await tx.maybe(Operation, q.SQL.waiting, organization_id=organization_id, subject_id=subject)
    if found is not None:
        return found
    return await operations.start(
        tx,
        ctx.principal,
        organization_id=organization_id,
        kind="invoice.document",
        subject_type="invoice_document",
        subject_id=subject,
        task="billing.make_document",
        seller_id=str(invoice.organization_id),
        invoice_id=str(invoice.id),
        kept=kept,
    )
