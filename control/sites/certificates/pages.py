"""Certificates: which there are and until when, and how one is brought. A key is sealed and never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError
from control.core.permissions import needs
from control.sites import words
from control.sites.certificates import service
from control.sites.certificates.models import Certificate, NewCertificate, Pem
from control.web.depends import Dependent, named
from control.web.editing import Editing, Words, without
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("gateway:read"), needs("gateway:write")
MENU = (Entry(label=N_("Certificates"), path="/certificates", icon="lock", permission="gateway:read", group=N_("Sites")),)


def _names(row: Certificate) -> str:
    return ", ".join(row.hosts) or row.subject


CERTIFICATES = Table(
    name="certificates",
    path="/certificates",
    service=service.page,
    sortable=service.SORTABLE,
    by="not_after",
    columns=(
        Column(name="hosts", label=N_("Host names"), cell="link", of=_names),
        Column(name="state", label=N_("State"), cell="badge", of=words.expiry),
        Column(name="left", label=N_("Days left"), sort="not_after", cell="number", of=words.days_left),
        Column(name="not_after", label=N_("Good until"), sort="not_after", cell="moment"),
        Column(name="issuer", label=N_("Issued by")),
        Column(name="key_type", label=N_("Key")),
        Column(name="created_at", label=N_("Added"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="expires_before", label=N_("Expires before"), kind=datetime, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/certificates/{id}",
    search=N_("Name"),
    empty=N_("There are no certificates yet."),
)


class Renewal(msgspec.Struct, kw_only=True):
    """A newer chain; the key only where it is another one."""

    chain_pem: Pem
    private_key_pem: Annotated[str, Meta(max_length=65_536)] = ""


_CHAIN = Field("chain_pem", N_("Certificate (PEM)"), kind="textarea", hint=N_("It comes first, then those that issued it."))
_KEY = Field("private_key_pem", N_("Its key (PEM)"), kind="textarea", hint=N_("It is sealed at once, and never shown again."))
NEW = Form(NewCertificate, _CHAIN, _KEY)
RENEW = Form(Renewal, _CHAIN, Field(_KEY.name, _KEY.label, kind="textarea", hint=N_("Empty keeps the key that is there.")))


@show("/certificates", _READ)
async def certificates(ui: UiOf) -> Response[str]:
    """The certificates in reach."""
    add = N_("Add a certificate") if ui.ctx.principal.may("gateway:write") else ""
    return await CERTIFICATES.page(ui, "things/list.html", title=N_("Certificates"), about="", add=add, links=(), tabs=())


@show("/certificates/{certificate_id:uuid}", _READ)
async def certificate(ui: UiOf, certificate_id: FromPath[UUID]) -> Response[str]:
    """One certificate, without its key."""
    found = await service.get(ui.ctx, certificate_id)
    may_write = ui.ctx.principal.may("gateway:write")
    return ui.page(
        "sites/certificate.html", certificate=found, name=_names(found), state=words.expiry(found),
        left=words.days_left(found), may_write=may_write,
    )  # fmt: skip


def _form(ui: Ui, form: Inputs, title: str, action: str, back: str, status: int = 200) -> Response[str]:
    # What was typed of a key is not sent back, not even where something else was wrong.
    return ui.page(
        "things/form.html", status=status, form=without(form, "private_key_pem"), title=title, about="", action=action,
        back=back, place=N_("Certificates"), path="/certificates",
    )  # fmt: skip


@show("/certificates/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A certificate to be."""
    return _form(ui, NEW.empty(), ui.words(N_("Add a certificate")), "/certificates", "/certificates")


@act("/certificates", _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add a certificate; gateways serve it for its names within seconds."""
    try:
        data = await NEW.read(ui)
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        again, title = await NEW.again(ui, error), ui.words(N_("Add a certificate"))
        return _form(ui, again, title, "/certificates", "/certificates", error.status)
    return ui.go(f"/certificates/{made['id']}", ui.words(N_("The certificate was added.")))


@show("/certificates/{certificate_id:uuid}/renew", _WRITE)
async def ask_renew(ui: UiOf, certificate_id: FromPath[UUID]) -> Response[str]:
    """Its successor."""
    found, back = await service.get(ui.ctx, certificate_id), f"/certificates/{certificate_id}"
    return _form(ui, RENEW.empty(), _names(found), f"{back}/renew", back)


@act("/certificates/{certificate_id:uuid}/renew", _WRITE)
async def renew(ui: UiOf, certificate_id: FromPath[UUID]) -> Response[Any]:
    """Put another certificate into its place."""
    found, back = await service.get(ui.ctx, certificate_id), f"/certificates/{certificate_id}"
    try:
        data = await RENEW.read(ui)
        changes = {name: text for name, text in msgspec.structs.asdict(data).items() if text}
        await service.update(ui.ctx, certificate_id, changes)
    except DomainError as error:
        return _form(ui, await RENEW.again(ui, error), _names(found), f"{back}/renew", back, error.status)
    return ui.go(back, ui.words(N_("The certificate was renewed.")))


async def _sites(ctx: Context, row: Certificate) -> list[Dependent]:
    return [named(N_("Sites"), await service.sites(ctx, row.id), "/sites")]


DELETING = Editing(
    path="/certificates",
    place=N_("Certificates"),
    writes=_WRITE,
    form=NEW,
    get=service.get,
    words=Words(
        add="",
        made="",
        gone=N_("The certificate was deleted."),
        warning=N_("Its key goes with it. Names that no other certificate has can no longer be reached by TLS."),
        delete=N_("Delete the certificate"),
    ),
    delete=service.delete,
    depends=_sites,
    typed=lambda row: row.hosts[0] if row.hosts else row.subject,
    name=_names,
    own="/certificates/{id}",
)
PAGES = [certificates, ask_new, create, certificate, ask_renew, renew, *DELETING.pages()]
