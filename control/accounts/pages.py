"""The pages of accounts."""

from __future__ import annotations

from control.accounts.auth import pages as auth
from control.accounts.profile import pages as profile

PAGES = [*auth.PAGES, *profile.PAGES]
