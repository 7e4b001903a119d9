"""API keys: the list, a new one that is shown once, renaming and narrowing, and taking one back."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.accounts.api_keys import service
from control.accounts.api_keys.models import ApiKey, Name, NewApiKey, Scopes
from control.accounts.organizations.pages import ACCOUNTS
from control.accounts.users import service as users
from control.core.context import Context
from control.core.envelope import now
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import PERMISSIONS, needs
from control.web.asking import Asking
from control.web.bulk import Many
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("api-keys:read"), needs("api-keys:write")
MENU = (Entry(label=N_("API keys"), path="/api-keys", icon="key", permission="api-keys:read", group=ACCOUNTS),)
SAID_BELOW = (N_("is more than your own permissions"), N_("is not a permission"), N_("is in the past"))


class _Key(msgspec.Struct, kw_only=True):
    """What a person says of a key; it ends with the day, in their time zone."""

    name: Name
    scopes: Scopes
    expires_on: Annotated[date | None, Meta(description="Last day")] = None


class Kept(ApiKey, kw_only=True):
    """A key, and whose it is."""

    owner: str | None


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Kept], int]:
    rows, total = await service.page(ctx, wanted, filters)
    names = await users.names(ctx, (row.user_id for row in rows))
    return [Kept(owner=names.get(row.user_id), **msgspec.structs.asdict(row)) for row in rows], total


def state(row: ApiKey) -> Badge:
    if row.expires_at is not None and row.expires_at <= now():
        return Badge(N_("Expired"), "warning")
    return Badge(N_("Active"), "success")


async def _name(ctx: Context, key_id: UUID) -> str:
    return (await service.get(ctx, key_id)).name


REVOKE = Many(
    path="/api-keys/revoke", back="/api-keys", writes=_WRITE, label=N_("Take back"), icon="close", look="danger", name=_name,
    text=N_("Programs that use these keys are refused from now on. There is no way back; make new keys instead."),
    work=service.delete,
)  # fmt: skip

API_KEYS = Table(
    name="api-keys",
    path="/api-keys",
    service=_page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="prefix", label=N_("Begins with"), cell="code", of=lambda row: f"hcc_{row.prefix}…"),
        Column(name="owner", label=N_("Owner")),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="last_used_at", label=N_("Last used"), sort="last_used_at", cell="moment"),
        Column(name="expires_at", label=N_("Ends"), sort="expires_at", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="user_id", label=N_("Owner"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/api-keys/{id}",
    search=N_("Name"),
    empty=N_("There are no API keys yet."),
    live="api_key",
    bulk=(REVOKE.choice,),
)


def _form(ui: Ui) -> Form[_Key]:
    """The scopes are what the person may do; a key never opens more."""
    mine = {name: words for name, words in PERMISSIONS.items() if ui.ctx.principal.may(name)}
    return Form(
        _Key,
        Field("name", N_("Name"), hint=N_("What it is for, so that you know it later."), is_half=True),
        Field("expires_on", N_("Last day"), kind="date", hint=N_("Without one, it is good until taken back."), is_half=True),
        Field(
            "scopes", N_("What it opens"), kind="choices",
            choices={"*": N_("Everything that you may do, now and later")} | mine,
        ),
    )  # fmt: skip


def _end(ui: Ui, data: _Key) -> datetime | None:
    return datetime.combine(data.expires_on, time.max, ui.view.tongue.zone) if data.expires_on else None


def _here(error: DomainError) -> DomainError:
    """What the service says of fields, in the words of this form."""
    if not isinstance(error, ValidationFailed):
        return error
    return ValidationFailed([FieldError(each.pointer.replace("expires_at", "expires_on"), each.message) for each in error.errors])


@show("/api-keys", _READ)
async def api_keys(ui: UiOf) -> Response[str]:
    """The keys in reach."""
    principal = ui.ctx.principal
    is_home = principal.organization_id == principal.home_organization_id
    return await API_KEYS.page(ui, "accounts/api_keys.html", may_write=principal.may("api-keys:write") and is_home)


@show("/api-keys/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A key to be."""
    return ui.page("accounts/api_key_form.html", key=None, form=_form(ui).empty())


@act("/api-keys", _WRITE, dangerous=True)
async def create(ui: UiOf) -> Response[Any]:
    """Make a key, and show it this one time."""
    form = _form(ui)
    try:
        data = await form.read(ui)
        wanted = NewApiKey(name=data.name, scopes=data.scopes, expires_at=_end(ui, data))
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, wanted))
    except DomainError as error:
        return ui.page("accounts/api_key_form.html", status=error.status, key=None, form=await form.again(ui, _here(error)))
    return ui.page(
        "accounts/secret.html",
        title=made["name"],
        text=ui.words(N_("This is the key. It is shown now and never again: keep it where only your program finds it.")),
        secret=made["key"],
        back=(f"/api-keys/{made['id']}", ui.words(N_("To the key"))),
    )


@show("/api-keys/{key_id:uuid}", _READ)
async def api_key(ui: UiOf, key_id: FromPath[UUID]) -> Response[str]:
    """One key: what it opens, and when it was used."""
    found = await service.get(ui.ctx, key_id)
    owner = await users.names(ui.ctx, [found.user_id])
    return ui.page(
        "accounts/api_key.html",
        key=found,
        state=state(found),
        owner=owner.get(found.user_id),
        words=PERMISSIONS | {"*": N_("Everything that its owner may do")},
        may_write=ui.ctx.principal.may("api-keys:write"),
    )


@show("/api-keys/{key_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, key_id: FromPath[UUID]) -> Response[str]:
    """A key to be changed."""
    found = await service.get(ui.ctx, key_id)
    return ui.page("accounts/api_key_form.html", key=found, form=_form(ui).empty(_typed(ui, found), version=found.version))


def _typed(ui: Ui, found: ApiKey) -> _Key:
    """A key as its form has it."""
    last = found.expires_at.astimezone(ui.view.tongue.zone).date() if found.expires_at else None
    return _Key(name=found.name, scopes=found.scopes, expires_on=last)


@act("/api-keys/{key_id:uuid}/edit", _WRITE, dangerous=True)
async def edit(ui: UiOf, key_id: FromPath[UUID]) -> Response[Any]:
    """Rename a key, or change what it opens and when it ends."""
    found = await service.get(ui.ctx, key_id)
    form = _form(ui)
    try:
        data = await form.read(ui)
        await service.update(ui.ctx, key_id, {"name": data.name, "scopes": data.scopes, "expires_at": _end(ui, data)})
    except DomainError as error:
        return ui.page(
            "accounts/api_key_form.html",
            status=error.status,
            key=found,
            form=await form.again(ui, _here(error), _typed(ui, found)),
        )
    return ui.go(f"/api-keys/{key_id}", ui.words(N_("The key was changed.")))


async def _owned(ui: Ui, key_id: UUID) -> Kept:
    """A key, and whose it is. Raises NotFound."""
    found = await service.get(ui.ctx, key_id)
    return Kept(owner=(await users.names(ui.ctx, [found.user_id])).get(found.user_id), **msgspec.structs.asdict(found))


def _used(ui: Ui, row: Kept) -> str:
    """What taking it back does, and whether somebody uses it."""
    end = ui.words(N_("Programs that use this key are refused from now on. There is no way back; make a new key instead."))
    if row.last_used_at is None:
        return " ".join((end, ui.words(N_("It was never used."))))
    last = ui.words(N_("It was last used on %(moment)s."), moment=ui.view.tongue.moment(row.last_used_at))
    return " ".join((end, last, ui.words(N_("It acts for %(owner)s."), owner=row.owner or row.user_id)))


REVOKING = Asking(
    path="/api-keys/{row_id:uuid}/revoke", writes=_WRITE, get=_owned, back="/api-keys/{row.id}", after="/api-keys",
    label=N_("Take back"), text=_used, work=lambda ui, row, _: service.delete(ui.ctx, row.id),
    said=N_("The key was taken back."), typed=lambda row: row.name,
)  # fmt: skip
PAGES = [REVOKE.page(), api_keys, ask_new, create, api_key, ask_edit, edit, *REVOKING.pages()]
