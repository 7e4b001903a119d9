"""All routes of this domain."""

from control.monitoring.agents.routes import ROUTES as AGENTS
from control.monitoring.limits.routes import ROUTES as LIMITS
from control.monitoring.query.prometheus import ROUTES as PROMETHEUS
from control.monitoring.query.routes import ROUTES as QUERY
from control.monitoring.tokens.routes import ROUTES as TOKENS
from control.monitoring.traffic.routes import ROUTES as TRAFFIC

ROUTES = [*AGENTS, *TOKENS, *LIMITS, *QUERY, *PROMETHEUS, *TRAFFIC]
