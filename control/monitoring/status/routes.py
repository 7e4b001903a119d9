"""/v1/monitoring/status-pages and /v1/monitoring/incidents"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.monitoring.status import pages as public
from control.monitoring.status import service
from control.monitoring.status.models import Incident, NewIncident, NewIncidentUpdate, NewStatusPage, PublicStatus, StatusPage

_TAGS, _READ, _WRITE = ["status pages"], "monitoring:read", "monitoring:write"

pages = collection(StatusPage, "/v1/monitoring/status-pages", "{page_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
incidents = collection(Incident, "/v1/monitoring/incidents", "{incident_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)

ROUTES = [
    pages.page(
        "list_status_pages",
        service.PAGES.page,
        "The status pages in reach.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    pages.get("get_status_page", service.PAGES.get, "One status page."),
    pages.create(
        "create_status_page", NewStatusPage, service.create_status_page, "Make a status page; nobody sees it until it is public."
    ),
    pages.replace("replace_status_page", NewStatusPage, service.replace_status_page, "Set all fields of a status page."),
    pages.delete("delete_status_page", service.PAGES.delete, "Delete a status page and its incidents."),
    incidents.page(
        "list_incidents",
        service.INCIDENTS.page,
        "The incidents of status pages in reach.",
        sortable=service.INCIDENTS_SORTABLE,
        tie="i.id",
        filters={"organization_id": UUID, "page_id": UUID},
    ),
    incidents.get("get_incident", service.INCIDENTS.get, "One incident."),
    incidents.create("create_incident", NewIncident, service.create_incident, "Tell the public that something is wrong."),
    incidents.delete("delete_incident", service.INCIDENTS.delete, "Delete an incident and all that was said about it."),
    pages.part("preview_status_page", "preview", PublicStatus, service.preview, "The page as the public sees it, or would."),
    incidents.action(
        "add_incident_update",
        "updates",
        NewIncidentUpdate,
        service.add_update,
        "Say more about an incident; with the status `resolved` it is over.",
    ),
    *public.ROUTES,
]
