"""All routes of this domain."""

from control.monitoring.alerts.routes import ROUTES as ALERTS
from control.monitoring.muting.routes import ROUTES as MUTING
from control.monitoring.notifications.routes import ROUTES as NOTIFICATIONS
from control.monitoring.query.prometheus import ROUTES as PROMETHEUS
from control.monitoring.query.routes import ROUTES as QUERY

ROUTES = [*QUERY, *PROMETHEUS, *ALERTS, *MUTING, *NOTIFICATIONS]
