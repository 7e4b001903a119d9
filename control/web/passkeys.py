"""What pages ask of browsers that have passkeys."""

from __future__ import annotations

from control.accounts.passkeys import parties, proof
from control.accounts.passkeys.ceremonies import For
from control.accounts.passkeys.models import Begun
from control.core import origins
from control.web.ui import Ui


def for_login(ui: Ui) -> Begun | None:
    """Whichever passkey the person chooses, to log in with; None where passkeys do not work."""
    party = parties.at(ui.request)
    return None if party is None else proof.ask(ui.runtime, "login", party, For(browser=ui.browser()))


def for_confirming(ui: Ui) -> Begun | None:
    """A passkey of the person, in place of the password once more; None for who has none."""
    party, principal = parties.at(ui.request), ui.principal
    # Who is stopped by the guard has no `me` yet.
    has_any = ui.me.passkeys > 0 if ui.me is not None else bool(ui.request.scope.get("has_passkeys"))
    if party is None or principal is None or not has_any:
        return None
    whom = For(user_id=principal.user_id, session_id=principal.session_id, browser=ui.browser())
    return proof.ask(ui.runtime, "confirm", party, whom)


def elsewhere(ui: Ui) -> str:
    """Where the panel must be opened for passkeys to work; empty when that is here, or nowhere."""
    known = origins.of_panel(ui.runtime.settings)
    return known[0] if known and parties.at(ui.request) is None else ""
