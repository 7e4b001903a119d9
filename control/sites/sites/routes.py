"""/v1/sites"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.sites.sites import service
from control.sites.sites.models import NewSite, Site, SitePatch

sites = collection(Site, "/v1/sites", "{site_id:uuid}", tags=["sites"], read="gateway:read", write="gateway:write")

ROUTES = [
    sites.page(
        "list_sites",
        service.page,
        "The sites in reach; `search` looks at names and hosts, `host` is one whole host name.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "host": str, "is_active": bool},
    ),
    sites.get("get_site", service.get, "One site; its upstreams and routes are below it."),
    sites.create(
        "create_site",
        NewSite,
        service.create,
        "Add a site; without a route it answers 404. 409 when a host, or one above or below it, is somebody else's.",
    ),
    sites.set_all("replace_site", NewSite, service.update, "Set all fields; what is left out gets its default."),
    sites.set_some("update_site", SitePatch, service.update, "Set some fields."),
    sites.delete(
        "delete_site", service.delete, "Delete a site with its upstreams and routes; its host names are free for others at once."
    ),
]
