"""The pages of accounts."""

from __future__ import annotations

from control.accounts.api_keys import pages as api_keys
from control.accounts.auth import pages as auth
from control.accounts.organizations import about_pages as about
from control.accounts.organizations import pages as organizations
from control.accounts.passkeys import pages as passkeys
from control.accounts.profile import api_pages, notices, second_factor
from control.accounts.profile import pages as profile
from control.accounts.roles import pages as roles
from control.accounts.users import account_pages as accounts
from control.accounts.users import pages as users
from control.web.language import N_
from control.web.searching import Source

PAGES = [
    *auth.PAGES, *profile.PAGES, *second_factor.PAGES, *passkeys.PAGES, *api_pages.PAGES, *notices.PAGES,
    *organizations.PAGES, *about.PAGES,
    *users.PAGES, *accounts.PAGES, *roles.PAGES, *api_keys.PAGES,
]  # fmt: skip
MENU = (*organizations.MENU, *users.MENU, *api_keys.MENU)
TABLES = (organizations.ORGANIZATIONS, about.SITES, users.USERS, api_keys.API_KEYS, notices.NOTICES)
SEARCH = (
    Source(table=organizations.ORGANIZATIONS, label=N_("Organizations"), permission="organizations:read", icon="building",
           about=lambda row: row.slug),
    Source(table=users.USERS, label=N_("People"), permission="users:read", icon="people",
           name=lambda row: row.full_name or row.username, about=lambda row: row.email),
)  # fmt: skip
