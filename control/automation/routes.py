"""All routes of this domain."""

from control.automation.operations.routes import ROUTES as OPERATIONS

ROUTES = [*OPERATIONS]
