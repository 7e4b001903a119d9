"""/v1/monitoring/silences, /v1/monitoring/maintenance-windows and /v1/monitoring/inhibitions"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.monitoring.muting import service
from control.monitoring.muting.models import (
    Inhibition,
    MaintenanceWindow,
    NewInhibition,
    NewMaintenanceWindow,
    NewSilence,
    Silence,
)

_TAGS, _READ, _WRITE = ["alerts"], "monitoring:read", "monitoring:write"

silences = collection(Silence, "/v1/monitoring/silences", "{silence_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
windows = collection(
    MaintenanceWindow, "/v1/monitoring/maintenance-windows", "{window_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE
)
inhibitions = collection(Inhibition, "/v1/monitoring/inhibitions", "{inhibition_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)

ROUTES = [
    silences.page(
        "list_silences",
        service.SILENCES.page,
        "The silences in reach, ended ones too.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    silences.get("get_silence", service.SILENCES.get, "One silence."),
    silences.create(
        "create_silence", NewSilence, service.create_silence, "Keep alerts with these labels from being told until it ends."
    ),
    silences.replace("replace_silence", NewSilence, service.replace_silence, "Set all fields of a silence."),
    silences.delete("delete_silence", service.SILENCES.delete, "End a silence now; it stays in the list."),
    windows.page(
        "list_maintenance_windows",
        service.WINDOWS.page,
        "The maintenance windows in reach.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    windows.get("get_maintenance_window", service.WINDOWS.get, "One window."),
    windows.create(
        "create_maintenance_window",
        NewMaintenanceWindow,
        service.create_maintenance_window,
        "Plan a time in which trouble is expected.",
    ),
    windows.replace(
        "replace_maintenance_window", NewMaintenanceWindow, service.replace_maintenance_window, "Set all fields of a window."
    ),
    windows.delete("delete_maintenance_window", service.WINDOWS.delete, "Delete a window."),
    inhibitions.page(
        "list_inhibitions",
        service.INHIBITIONS.page,
        "The inhibitions in reach.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    inhibitions.get("get_inhibition", service.INHIBITIONS.get, "One inhibition."),
    inhibitions.create(
        "create_inhibition", NewInhibition, service.create_inhibition, "Let one kind of alert keep others from being told."
    ),
    inhibitions.replace("replace_inhibition", NewInhibition, service.replace_inhibition, "Set all fields of an inhibition."),
    inhibitions.delete("delete_inhibition", service.INHIBITIONS.delete, "Delete an inhibition."),
]
