"""All routes of this domain."""

from control.accounts.api_keys.routes import ROUTES as API_KEYS
from control.accounts.auth.routes import ROUTES as AUTH
from control.accounts.organizations.routes import ROUTES as ORGANIZATIONS
from control.accounts.passkeys.routes import ROUTES as PASSKEYS
from control.accounts.roles.routes import ROUTES as ROLES
from control.accounts.users.routes import ROUTES as USERS

ROUTES = [*AUTH, *PASSKEYS, *USERS, *ROLES, *ORGANIZATIONS, *API_KEYS]
