"""All routes of this domain."""

from control.security.access.routes import ROUTES as ACCESS
from control.security.audit_log.routes import ROUTES as AUDIT_LOG
from control.security.bans.routes import ROUTES as BANS
from control.security.detection.routes import ROUTES as DETECTION
from control.security.events.routes import ROUTES as EVENTS
from control.security.exclusions.routes import ROUTES as EXCLUSIONS
from control.security.firewall.routes import ROUTES as FIREWALLS
from control.security.match_rules.routes import ROUTES as MATCH_RULES
from control.security.policies.routes import ROUTES as POLICIES
from control.security.settings.routes import ROUTES as SETTINGS
from control.security.waf_rules.routes import ROUTES as WAF_RULES

ROUTES = [
    *AUDIT_LOG,
    *POLICIES,
    *EXCLUSIONS,
    *WAF_RULES,
    *MATCH_RULES,
    *ACCESS,
    *BANS,
    *EVENTS,
    *SETTINGS,
    *DETECTION,
    *FIREWALLS,
]
