"""The authorisation matrix: who gets what from every operation of the API."""

from tests.accounts.matrix import (
    api_keys,
    auth,
    automation,
    billing,
    monitoring,
    organizations,
    payments,
    security,
    sites,
    subscriptions,
    users,
)

ROWS = [
    *users.ROWS, *organizations.ROWS, *api_keys.ROWS, *automation.ROWS, *billing.ROWS, *monitoring.ROWS, *security.ROWS,
    *sites.ROWS, *subscriptions.ROWS, *payments.ROWS,
]  # fmt: skip
OWN = auth.OWN
PUBLIC = [*auth.PUBLIC, *monitoring.PUBLIC, *payments.PUBLIC]
