"""/v1/sites/{site_id}/routes"""

from __future__ import annotations

from control.core.collection import collection_below
from control.sites.routing import service
from control.sites.routing.models import NewRoute, Route, RoutePatch

routes = collection_below(
    Route, "/v1/sites/{site_id:uuid}/routes", "{route_id:uuid}", tags=["routes"], read="gateway:read", write="gateway:write"
)

ROUTES = [
    routes.page(
        "list_routes",
        service.page,
        "The routes of a site; `upstream` names one that they lead to, be it as a canary.",
        sortable=service.SORTABLE,
        tie="r.id",
        filters={"upstream": str},
    ),
    routes.get("get_route", service.get, "One route."),
    routes.create(
        "create_route",
        NewRoute,
        service.create,
        "Add a route. Higher `priority` is tried first; then exact before pattern before prefix, longer before shorter.",
    ),
    routes.set_all("replace_route", NewRoute, service.update, "Set all fields; what is left out gets its default."),
    routes.set_some("update_route", RoutePatch, service.update, "Set some fields."),
    routes.delete("delete_route", service.delete, "Delete a route."),
]
