"""/v1/payments/statements, /bank-entries, /statement-profiles"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromQuery

from control.billing.payments.statements import service
from control.billing.payments.statements.lines import Format
from control.billing.payments.statements.models import (
    Acceptance,
    BankEntry,
    BankStatement,
    EntryStatus,
    NewProfile,
    Nothing,
    Profile,
    SetAside,
)
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _WRITE = ["billing"], "payments:write"
LARGEST_FILE = 8 << 20
statements = collection(BankStatement, "/v1/payments/statements", tags=_TAGS, read=_WRITE, write=_WRITE)
entries = collection(BankEntry, "/v1/payments/bank-entries", "{entry_id:uuid}", tags=_TAGS, read=_WRITE, write=_WRITE)
profiles = collection(Profile, "/v1/payments/statement-profiles", "{profile_id:uuid}", tags=_TAGS, read=_WRITE, write=_WRITE)


@post(
    "/v1/payments/statements",
    opt=needs(_WRITE),
    tags=_TAGS,
    operation_id="import_statement",
    request_max_body_size=LARGEST_FILE,
)
async def import_statement(
    ctx: Ctx,
    format: FromQuery[Format] = "camt.053",  # noqa: A002 - the parameter's name
    profile_id: FromQuery[UUID | None] = None,
    account: FromQuery[str | None] = None,
) -> Response[Envelope[list[BankStatement]]]:
    """Import a bank statement: the body is the file. An entry that was imported before is not imported again."""
    body = await ctx.request.body()
    found = await service.read_statements(ctx, body, format, profile_id, account)
    return await ctx.once(lambda tx: service.keep(ctx, tx, found))


ROUTES = [
    import_statement,
    statements.page(
        "list_statements",
        service.page,
        "Bank statements that were imported.",
        sortable=service.SORTABLE,
        tie="s.id",
        filters={"organization_id": UUID, "account": str},
    ),
    entries.page(
        "list_bank_entries",
        service.entries,
        "Entries of bank statements; `status=open` are those that wait for somebody.",
        sortable=service.ENTRIES_SORTABLE,
        by="booked_on",
        tie="e.id",
        filters={"organization_id": UUID, "status": EntryStatus, "statement_id": UUID},
    ),
    entries.get("get_bank_entry", service.get_entry, "One entry, with suggestions of what it is."),
    entries.action("accept_bank_entry", "accept", Acceptance, service.accept, "Say what an entry is; a payment comes of it."),
    entries.action("refuse_suggestions", "reject", Nothing, service.dismiss, "None of the suggestions is right."),
    entries.action("ignore_bank_entry", "ignore", SetAside, service.ignore, "It is no customer's payment."),
    profiles.page(
        "list_statement_profiles",
        service.profiles,
        "How CSV of banks is read.",
        sortable=service.PROFILES_SORTABLE,
        tie="p.id",
        filters={"organization_id": UUID},
    ),
    profiles.get("get_statement_profile", service.get_profile, "One layout."),
    profiles.create("create_statement_profile", NewProfile, service.create_profile, "Add a layout of a bank's CSV."),
    profiles.replace("replace_statement_profile", NewProfile, service.replace_profile, "Set all of a layout."),
    profiles.delete("delete_statement_profile", service.delete_profile, "Delete a layout."),
]
