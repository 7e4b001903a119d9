"""All routes of this domain."""

from control.security.audit_log.routes import ROUTES as AUDIT_LOG

ROUTES = [*AUDIT_LOG]
