"""All routes of this domain."""

from control.monitoring.agents.routes import ROUTES as AGENTS
from control.monitoring.query.prometheus import ROUTES as PROMETHEUS
from control.monitoring.query.routes import ROUTES as QUERY

ROUTES = [*AGENTS, *QUERY, *PROMETHEUS]
