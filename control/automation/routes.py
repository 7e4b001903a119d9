"""All routes of this domain."""

from control.automation.operations.routes import ROUTES as OPERATIONS
from control.automation.webhooks.routes import ROUTES as WEBHOOKS

ROUTES = [*WEBHOOKS, *OPERATIONS]
