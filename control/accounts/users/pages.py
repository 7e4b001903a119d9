"""People: the list, inviting and changing, closing an account, and what their roles let them do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service as organizations
from control.accounts.organizations.pages import ACCOUNTS
from control.accounts.profile.pages import zones
from control.accounts.roles import service as roles
from control.accounts.roles.words import ROLES
from control.accounts.users import service
from control.accounts.users.models import NewUser, User, UserPut
from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import PERMISSIONS, allows, needs
from control.web.bulk import Many
from control.web.forms import Field, Form
from control.web.language import LANGUAGES, N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

READ, WRITE = needs("users:read"), needs("users:write")
MENU = (
    Entry(
        label=N_("Users"), path="/users", icon="people", permission="users:read", group=ACCOUNTS,
        for_types=frozenset({"admin", "reseller"}),
    ),
    Entry(
        label=N_("Team"), path="/users", icon="people", permission="users:read", group=ACCOUNTS,
        for_types=frozenset({"customer"}),
    ),
)  # fmt: skip


class Person(User, kw_only=True):
    """A person, and what their organisation is called."""

    organization: str

    @property
    def name(self) -> str:
        return self.full_name or self.username


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Person], int]:
    rows, total = await service.page(ctx, wanted, filters)
    names = await organizations.names(ctx, (row.organization_id for row in rows))
    return [Person(organization=names.get(row.organization_id, ""), **msgspec.structs.asdict(row)) for row in rows], total


def state(row: User) -> Badge:
    return Badge(N_("Active"), "success") if row.is_active else Badge(N_("Closed"), "warning")


async def _name(ctx: Context, user_id: UUID) -> str:
    found = await service.get(ctx, user_id)
    return found.full_name or found.username


CLOSE = Many(
    path="/users/close", back="/users", writes=WRITE, label=N_("Close"), icon="lock", look="danger", name=_name,
    text=N_("They cannot log in any more, and their sessions and keys end. It can be taken back."),
    work=lambda ctx, user_id: service.update(ctx, user_id, {"is_active": False}),
)  # fmt: skip
OPEN = Many(
    path="/users/open", back="/users", writes=WRITE, label=N_("Open"), icon="undo", name=_name,
    text=N_("They can log in again."), work=lambda ctx, user_id: service.update(ctx, user_id, {"is_active": True}),
)  # fmt: skip

USERS = Table(
    name="users",
    path="/users",
    service=_page,
    sortable=service.SORTABLE,
    tie="u.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="full_name", cell="link"),
        Column(name="email", label=N_("E-mail"), sort="email"),
        Column(name="roles", label=N_("Roles"), of=lambda row: ", ".join(map(tongue().gettext, row.roles)) or None),
        Column(name="organization", label=N_("Organization")),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="last_login_at", label=N_("Last login"), sort="last_login_at", cell="moment"),
        Column(name="username", label=N_("User name"), sort="username", cell="code", is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(
            name="is_active", label=N_("State"), kind=bool, words={"true": N_("Active"), "false": N_("Closed")},
        ),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
        Filter(name="role", label=N_("Role"), input="hidden"),
    ),
    link="/users/{id}",
    search=N_("Name, user name or e-mail"),
    empty=N_("There is nobody here yet."),
    live="user",
    bulk=(CLOSE.choice, OPEN.choice,),
)  # fmt: skip


async def _roles(ui: Ui, organization_id: UUID) -> Mapping[str, str]:
    return {one.name: ROLES.get(one.name, one.description) for one in await roles.offered(ui.ctx, organization_id)}


def _fields(offered: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field("email", N_("E-mail"), kind="email", is_half=True),
        Field("full_name", N_("Name"), is_half=True),
        Field("username", N_("User name"), hint=N_("Lower case letters, digits and . _ -"), is_half=True),
        Field("locale", N_("Language"), choices=LANGUAGES, is_half=True),
        Field("timezone", N_("Time zone"), choices=zones, is_half=True),
        Field("roles", N_("Roles"), kind="choices", choices=offered),
    )


_PASSWORD = Field(
    "password", N_("Password"), kind="password", autocomplete="new-password",
    hint=N_("Leave it empty, and the person is invited by mail and chooses one."),
)  # fmt: skip


@show("/users", READ)
async def users(ui: UiOf) -> Response[str]:
    """The people in reach."""
    return await USERS.page(ui, "accounts/users.html", may_write=ui.ctx.principal.may("users:write"))


async def _asked(ui: Ui, organization_id: UUID, form: Any, status: int = 200) -> Response[str]:
    place = await organizations.get(ui.ctx, organization_id)
    return ui.page("accounts/user_form.html", status=status, user=None, place=place, form=form)


def place_of(ui: Ui, text: str | None) -> UUID:
    try:
        return UUID(text) if text else ui.ctx.principal.organization_id
    except ValueError:
        raise ValidationFailed(FieldError("organization", "is not an organization in your reach")) from None


@show("/users/new", WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """Somebody to be invited."""
    place = place_of(ui, ui.request.query_params.get("organization"))
    form = Form(NewUser, *_fields(await _roles(ui, place)), _PASSWORD)
    return await _asked(ui, place, form.empty({"locale": ui.view.tongue.code, "timezone": ui.view.tongue.zone_name}))


@act("/users", WRITE, dangerous=True)
async def create(ui: UiOf) -> Response[Any]:
    """Invite somebody, or add them with a password."""
    place = place_of(ui, (await ui.texts()).get("organization"))
    form = Form(NewUser, *_fields(await _roles(ui, place)), _PASSWORD)
    try:
        data = await form.read(ui, organization_id=str(place))
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return await _asked(ui, place, await form.again(ui, error), error.status)
    words = N_("The person was added.") if data.password else N_("The invitation is on its way.")
    return ui.go(f"/users/{made['id']}", ui.words(words))


@show("/users/{user_id:uuid}", READ)
async def user(ui: UiOf, user_id: FromPath[UUID]) -> Response[str]:
    """One person: who it is, what they may do, and what can be done about the account."""
    found = await service.get(ui.ctx, user_id)
    principal = ui.ctx.principal
    held = {one.name: one for one in await roles.offered(ui.ctx, found.organization_id) if one.name in found.roles}
    opened = [words for name, words in PERMISSIONS.items() if any(allows(one.permissions, name) for one in held.values())]
    return ui.page(
        "accounts/user.html",
        user=found,
        place=await organizations.get(ui.ctx, found.organization_id),
        state=state(found),
        roles={name: ROLES.get(name, one.description) for name, one in held.items()},
        opened=opened,
        language=LANGUAGES.get(found.locale, found.locale),
        may_write=principal.may("users:write"),
        may_audit=principal.may("audit:read"),
        is_self=user_id == principal.user_id,
    )


async def _form_of(ui: Ui, found: User) -> Form[UserPut]:
    fields = _fields(await _roles(ui, found.organization_id))
    return Form(UserPut, *(fields if found.id != ui.ctx.principal.user_id else fields[:-1]))


@show("/users/{user_id:uuid}/edit", WRITE)
async def ask_edit(ui: UiOf, user_id: FromPath[UUID]) -> Response[str]:
    """Somebody to be changed."""
    found = await service.get(ui.ctx, user_id)
    return ui.page("accounts/user_form.html", user=found, place=None, form=(await _form_of(ui, found)).empty(found))


@act("/users/{user_id:uuid}/edit", WRITE, dangerous=True)
async def edit(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Change them; roles count from the next request on."""
    found = await service.get(ui.ctx, user_id)
    form = await _form_of(ui, found)
    kept: dict[str, Any] = {"is_active": found.is_active}
    if user_id == ui.ctx.principal.user_id:
        kept["roles"] = found.roles
    try:
        await service.update(ui.ctx, user_id, msgspec.structs.asdict(await form.read(ui, **kept)))
    except DomainError as error:
        again = await form.again(ui, error, found)
        return ui.page("accounts/user_form.html", status=error.status, user=found, place=None, form=again)
    return ui.go(f"/users/{user_id}", ui.words(N_("The person was changed.")))


PAGES = [CLOSE.page(), OPEN.page(), users, ask_new, create, user, ask_edit, edit]
