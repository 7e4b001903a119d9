"""The authorisation matrix: who gets what from every operation of the API."""

from tests.accounts.matrix import api_keys, auth, automation, monitoring, organizations, security, sites, users

ROWS = [
    *users.ROWS, *organizations.ROWS, *api_keys.ROWS, *automation.ROWS, *monitoring.ROWS, *security.ROWS, *sites.ROWS,
]  # fmt: skip
OWN = auth.OWN
PUBLIC = [*auth.PUBLIC, *monitoring.PUBLIC]
