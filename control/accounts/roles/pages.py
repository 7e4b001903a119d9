"""Roles: what each opens, and making one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service as organizations
from control.accounts.roles import service
from control.accounts.roles.models import NewRole, Role
from control.accounts.roles.words import ROLES
from control.accounts.users.pages import READ, WRITE, place_of
from control.accounts.users.roles import USER_TYPES, covers
from control.core.context import Context
from control.core.errors import DomainError, NotFound
from control.core.permissions import PERMISSIONS, allows
from control.web.asking import Asking
from control.web.depends import Dependent, named
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf


@show("/roles", READ)
async def roles(ui: UiOf) -> Response[str]:
    """The roles of an organisation, with what each opens."""
    place = place_of(ui, ui.request.query_params.get("organization"))
    offered = await service.offered(ui.ctx, place)
    principal = ui.ctx.principal
    may_write = principal.may("users:write")
    return ui.page(
        "accounts/roles.html",
        roles=offered,
        opened={one.name: _opened(one) for one in offered},
        words=ROLES,
        place=await organizations.get(ui.ctx, place),
        may_write=may_write,
        mine={one.id for one in offered if may_write and one.organization_id is not None and covers(principal, one.permissions)},
    )


def _opened(role: Role) -> list[str]:
    return [words for name, words in PERMISSIONS.items() if allows(role.permissions, name)]


async def _fields(ui: Ui, user_type: str) -> tuple[Field, ...]:
    """What can be allowed is what the person may do."""
    offered = {name: PERMISSIONS[name] for name in await service.grantable(ui.ctx, user_type)}
    return (
        Field("name", N_("Name"), hint=N_("Lower case letters, digits and -, as in billing-clerk."), is_half=True),
        Field("description", N_("What it is for"), is_half=True),
        Field("permissions", N_("What it allows"), kind="choices", choices=offered),
    )


async def _shown(ui: Ui, form: Inputs, place: UUID, role: Role | None = None, status: int = 200) -> Response[str]:
    about = await organizations.get(ui.ctx, place)
    return ui.page("accounts/role_form.html", status=status, role=role, place=about, form=form)


@show("/roles/new", WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A role to be; it begins with what another one opens, where that is named."""
    place = place_of(ui, ui.request.query_params.get("organization"))
    offered = await service.offered(ui.ctx, place)
    copied = next((one for one in offered if str(one.id) == ui.request.query_params.get("from")), None)
    form = Form(NewRole, *await _fields(ui, offered[0].user_type))
    start: dict[str, Any] = {}
    if copied is not None:
        start["permissions"] = [name for name in PERMISSIONS if allows(copied.permissions, name)]
    return await _shown(ui, form.empty(start), place)


@act("/roles", WRITE, dangerous=True)
async def create(ui: UiOf) -> Response[Any]:
    """Make it."""
    place = place_of(ui, (await ui.texts()).get("organization"))
    kind = (await organizations.get(ui.ctx, place)).kind
    form = Form(NewRole, *await _fields(ui, USER_TYPES[kind]))
    try:
        data = await form.read(ui, organization_id=str(place))
        await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return await _shown(ui, await form.again(ui, error), place, status=error.status)
    return ui.go(_list(ui, place), ui.words(N_("The role was made.")))


def _list(ui: Ui, place: UUID) -> str:
    return "/roles" if place == ui.ctx.principal.organization_id else f"/roles?organization={place}"


async def _own(ui: Ui, role_id: UUID) -> Role:
    """A role that an organisation made. Raises NotFound."""
    found = await service.get(ui.ctx, role_id)
    if found.organization_id is None:
        raise NotFound("role")
    return found


@show("/roles/{role_id:uuid}/edit", WRITE)
async def ask_edit(ui: UiOf, role_id: FromPath[UUID]) -> Response[str]:
    """A role to be changed."""
    found = await _own(ui, role_id)
    form = Form(NewRole, *await _fields(ui, found.user_type))
    assert found.organization_id is not None
    return await _shown(ui, form.empty(found, version=found.version), found.organization_id, found)


@act("/roles/{role_id:uuid}/edit", WRITE, dangerous=True)
async def edit(ui: UiOf, role_id: FromPath[UUID]) -> Response[Any]:
    """Change it; it counts from the next request of those who hold it."""
    found = await _own(ui, role_id)
    assert found.organization_id is not None
    form = Form(NewRole, *await _fields(ui, found.user_type))
    try:
        data = await form.read(ui)
        typed = {"name": data.name, "description": data.description, "permissions": data.permissions}
        await service.update(ui.ctx, role_id, typed)
    except DomainError as error:
        again = await form.again(ui, error, found)
        return await _shown(ui, again, found.organization_id, found, error.status)
    return ui.go(_list(ui, found.organization_id), ui.words(N_("The role was changed.")))


async def _held(ctx: Context, role: Role) -> list[Dependent]:
    path = f"/users?organization_id={role.organization_id}&role={role.name}"
    return [named(N_("People who hold it"), await service.holders(ctx, role), "/users", keeps=True, path=path)]


async def _gone(ui: Ui, role: Role, _: Any) -> Response[Any]:
    await service.delete(ui.ctx, role.id)
    assert role.organization_id is not None
    kept = {"name": role.name, "description": role.description, "permissions": role.permissions}
    undo = ui.undo("/roles", kept, organization=role.organization_id)
    return ui.go(_list(ui, role.organization_id), ui.words(N_("The role was deleted.")), undo=undo)


DELETE = Asking(
    path="/roles/{row_id:uuid}/delete", writes=WRITE, get=_own, back="/roles?organization={row.organization_id}",
    label=N_("Delete"), text=N_("Nobody can be given this role any more."), depends=_held, work=_gone, dangerous=True,
)  # fmt: skip
PAGES = [roles, ask_new, create, ask_edit, edit, *DELETE.pages()]
