"""Giving roles: nobody gives more than they have, and nobody changes the account of somebody who may do more."""

from __future__ import annotations

from uuid import UUID

import msgspec

from control.accounts.roles import queries as held
from control.accounts.roles.models import Role
from control.accounts.users import queries as q
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from control.core.permissions import PERMISSIONS, Principal, allows
from control.core.words import said

USER_TYPES = {"platform": "admin", "reseller": "reseller", "customer": "customer"}
LEAST = {"admin": "support", "reseller": "staff", "customer": "member"}
HIGHEST = ("superadmin", "owner")


async def user_type_of(tx: Transaction, organization_id: UUID) -> str:
    kind = await tx.value(q.SQL.organization_kind, id=organization_id)
    if kind is None:
        raise ValidationFailed(FieldError("/organization_id", "is not an organization in your reach"))
    return USER_TYPES[kind]


def covers(principal: Principal, permissions: list[str]) -> bool:
    """Whether the principal holds everything that a list of permissions opens."""
    return all(principal.may(p) for p in PERMISSIONS if allows(permissions, p))


async def choose(ctx: Context, tx: Transaction, organization_id: UUID, user_type: str, names: list[str] | None) -> list[Role]:
    """The roles by name. Raises ValidationFailed for one that does not exist there, Forbidden for more than one's own."""
    offered = {r.name: r for r in await tx.all(Role, held.SQL.offered, organization_id=organization_id, user_type=user_type)}
    wanted = list(dict.fromkeys(names if names is not None else [LEAST[user_type]]))
    unknown = [
        FieldError(f"/roles/{number}", said("must be one of %(choices)s", choices=", ".join(offered)))
        for number, name in enumerate(wanted)
        if name not in offered
    ]
    if unknown:
        raise ValidationFailed(unknown)
    chosen = [offered[name] for name in wanted]
    for role in chosen:
        if not covers(ctx.principal, role.permissions):
            raise Forbidden(said("The role %(role)s may do more than you; somebody who holds it must give it.", role=role.name))
    return chosen


class _Permission(msgspec.Struct):
    permission: str


async def must_outrank(ctx: Context, tx: Transaction, user_id: UUID) -> None:
    """Raises Forbidden when the person may do more than the caller: whoever sets an address could take the account."""
    if user_id == ctx.principal.user_id:
        return
    held = [row.permission for row in await tx.all(_Permission, q.SQL.permissions_held, id=user_id)]
    if not covers(ctx.principal, held):
        raise Forbidden("This person may do more than you; somebody with their role must do it.")


async def must_not_be_last(tx: Transaction, organization_id: UUID, user_id: UUID, roles: list[str]) -> None:
    """Raises Conflict when nobody else could manage the organisation."""
    if not any(name in HIGHEST for name in roles):
        return
    await tx.value(q.SQL.lock_organization, organization_id=organization_id)
    if not await tx.value(q.SQL.other_owners, organization_id=organization_id, id=user_id):
        raise Conflict("This is the last person who can manage the organization; give somebody else the role first.")
