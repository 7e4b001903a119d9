"""All routes of this domain."""

from control.monitoring.alerts.routes import ROUTES as ALERTS
from control.monitoring.query.prometheus import ROUTES as PROMETHEUS
from control.monitoring.query.routes import ROUTES as QUERY

ROUTES = [*QUERY, *PROMETHEUS, *ALERTS]
