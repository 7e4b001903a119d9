"""All routes of this domain."""

from control.monitoring.agents.routes import ROUTES as AGENTS
from control.monitoring.alerts.routes import ROUTES as ALERTS
from control.monitoring.builtin.routes import ROUTES as BUILTIN
from control.monitoring.checks.routes import ROUTES as CHECKS
from control.monitoring.limits.routes import ROUTES as LIMITS
from control.monitoring.muting.routes import ROUTES as MUTING
from control.monitoring.notifications.routes import ROUTES as NOTIFICATIONS
from control.monitoring.query.prometheus import ROUTES as PROMETHEUS
from control.monitoring.query.routes import ROUTES as QUERY
from control.monitoring.status.routes import ROUTES as STATUS
from control.monitoring.tokens.routes import ROUTES as TOKENS
from control.monitoring.traffic.routes import ROUTES as TRAFFIC

ROUTES = [*QUERY, *PROMETHEUS, *ALERTS, *BUILTIN, *MUTING, *NOTIFICATIONS, *CHECKS, *STATUS, *AGENTS, *TOKENS, *LIMITS, *TRAFFIC]
