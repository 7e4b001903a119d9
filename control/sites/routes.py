"""All routes of this domain."""

from control.sites.certificates.routes import ROUTES as CERTIFICATES
from control.sites.gateway.routes import ROUTES as GATEWAY
from control.sites.routing.routes import ROUTES as ROUTING
from control.sites.sites.routes import ROUTES as SITES
from control.sites.upstreams.routes import ROUTES as UPSTREAMS

ROUTES = [*SITES, *UPSTREAMS, *ROUTING, *CERTIFICATES, *GATEWAY]
