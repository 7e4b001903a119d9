"""Silences, maintenance windows and inhibitions of an organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import FieldError, ValidationFailed
from control.monitoring import kept
from control.monitoring.labels import LabelMatcher, wrong
from control.monitoring.muting import queries as q
from control.monitoring.muting.covering import Muting, zone
from control.monitoring.muting.models import (
    Inhibition,
    MaintenanceWindow,
    NewInhibition,
    NewMaintenanceWindow,
    NewSilence,
    Silence,
)

SILENCE = kept.kind("silence", "silence", q.SQL, "silence", 1000)
WINDOW = kept.kind("maintenance window", "maintenance_window", q.SQL, "window", 200)
INHIBITION = kept.kind("inhibition", "inhibition", q.SQL, "inhibition", 200)
SILENCES = kept.Rows(SILENCE, Silence)
WINDOWS = kept.Rows(WINDOW, MaintenanceWindow)
INHIBITIONS = kept.Rows(INHIBITION, Inhibition)
SORTABLE = {"created_at": "created_at", "updated_at": "updated_at"}
_LONGEST = timedelta(days=366)


async def load(tx: Transaction, organization_id: UUID) -> Muting:
    """All of one organisation that can matter from now on."""
    return Muting(
        silences=await tx.all(Silence, q.SQL.living_silences, organization_id=organization_id),
        windows=await windows(tx, organization_id),
        inhibitions=await tx.all(Inhibition, q.SQL.living_inhibitions, organization_id=organization_id),
    )


async def windows(tx: Transaction, organization_id: UUID) -> list[MaintenanceWindow]:
    """The maintenance windows of one organisation that are switched on."""
    return await tx.all(MaintenanceWindow, q.SQL.living_windows, organization_id=organization_id)


def _json(matchers: list[LabelMatcher]) -> Jsonb:
    return Jsonb(msgspec.to_builtins(matchers))


async def create_silence(ctx: Context, tx: Transaction, data: NewSilence) -> Silence:
    """A silence of the caller's. Raises ValidationFailed."""
    return await kept.create(ctx, tx, SILENCE, Silence, {**_silence(data), "created_by": ctx.principal.user_id})


async def replace_silence(ctx: Context, silence_id: UUID, data: NewSilence) -> Silence:
    """Set all fields. Raises ValidationFailed."""
    return await kept.update(ctx, SILENCE, Silence, silence_id, {**_silence(data), "created_by": ctx.principal.user_id})


def _silence(data: NewSilence) -> dict[str, Any]:
    starts = data.starts_at or now()
    errors = wrong(data.matchers, "/matchers")
    if data.ends_at <= starts:
        errors.append(FieldError("/ends_at", "must be after the start"))
    elif data.ends_at - starts > _LONGEST:
        errors.append(FieldError("/ends_at", "must be within a year; change the rule instead"))
    if all(m.op in {"!=", "!~"} or not m.value for m in data.matchers):
        errors.append(FieldError("/matchers", "must have one condition that names something, or it would silence everything"))
    if errors:
        raise ValidationFailed(errors)
    return {"matchers": _json(data.matchers), "reason": data.reason, "starts_at": starts, "ends_at": data.ends_at}


async def create_maintenance_window(ctx: Context, tx: Transaction, data: NewMaintenanceWindow) -> MaintenanceWindow:
    """A window. Raises ValidationFailed."""
    return await kept.create(ctx, tx, WINDOW, MaintenanceWindow, _window(data))


async def replace_maintenance_window(ctx: Context, window_id: UUID, data: NewMaintenanceWindow) -> MaintenanceWindow:
    """Set all fields. Raises ValidationFailed."""
    return await kept.update(ctx, WINDOW, MaintenanceWindow, window_id, _window(data))


def _window(data: NewMaintenanceWindow) -> dict[str, Any]:
    errors = wrong(data.matchers, "/matchers")
    if zone(data.timezone) is None:
        errors.append(FieldError("/timezone", "is no time zone, such as Europe/Berlin"))
    longest = {"never": 2_678_400, "daily": 86_400, "weekly": 604_800}[data.repeats]
    if data.duration_s > longest:
        errors.append(FieldError("/duration_s", "must end before it begins again"))
    if not 1971 <= data.starts_at.year <= 2200:
        errors.append(FieldError("/starts_at", "must be between 1971 and 2200"))
    if data.repeats_until is not None and not 1971 <= data.repeats_until.year <= 2200:
        errors.append(FieldError("/repeats_until", "must be between 1971 and 2200"))
    if data.repeats_until is not None and data.repeats == "never":
        errors.append(FieldError("/repeats_until", "is for windows that repeat"))
    if errors:
        raise ValidationFailed(errors)
    return {**msgspec.structs.asdict(data), "matchers": _json(data.matchers)}


async def create_inhibition(ctx: Context, tx: Transaction, data: NewInhibition) -> Inhibition:
    """An inhibition. Raises ValidationFailed."""
    return await kept.create(ctx, tx, INHIBITION, Inhibition, _inhibition(data))


async def replace_inhibition(ctx: Context, inhibition_id: UUID, data: NewInhibition) -> Inhibition:
    """Set all fields. Raises ValidationFailed."""
    return await kept.update(ctx, INHIBITION, Inhibition, inhibition_id, _inhibition(data))


def _inhibition(data: NewInhibition) -> dict[str, Any]:
    errors = [*wrong(data.source, "/source"), *wrong(data.target, "/target")]
    if errors:
        raise ValidationFailed(errors)
    return {**msgspec.structs.asdict(data), "source": _json(data.source), "target": _json(data.target)}
