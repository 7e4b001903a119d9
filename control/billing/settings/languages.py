"""The languages of documents by name, which are more than the panel's."""

from __future__ import annotations

from typing import get_args

from control.billing.settings.models import Language
from control.web.view import tongue


def languages() -> dict[str, str]:
    """Codes and names, in the language of the page that is being rendered."""
    return {code: str(tongue().locale.languages.get(code, code)) for code in get_args(Language)}
