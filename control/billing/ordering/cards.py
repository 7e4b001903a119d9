"""Cards of a customer's dashboard: what renews, what was used, what was written to them."""

from __future__ import annotations

from litestar import Response

from control.billing.mails import service as mails
from control.billing.ordering import upcoming
from control.billing.subscriptions import page_words
from control.core.pagination import PageRequest
from control.core.permissions import UserType, needs
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.ui import UiOf

_READ = needs("subscriptions:read")
_BUYERS: frozenset[UserType] = frozenset({"customer"})
_SUBSCRIPTIONS, _USAGE, _NOTICES = N_("Your subscriptions"), N_("Used this period"), N_("Newest notices")
CARDS = (
    Card(label=_SUBSCRIPTIONS, path="/cards/subscriptions", permission="subscriptions:read", for_types=_BUYERS),
    Card(label=_USAGE, path="/cards/usage", permission="subscriptions:read", for_types=_BUYERS),
    Card(label=_NOTICES, path="/cards/notices", permission="billing:read", for_types=_BUYERS),
)
NOTICES = {
    "invoice": N_("Invoice %(number)s"),
    "reminder": N_("Reminder of invoice %(number)s"),
    "payment_failed": N_("Invoice %(number)s could not be charged"),
    "payment_confirm": N_("Confirm the payment of invoice %(number)s"),
    "debit_announced": N_("Invoice %(number)s will be collected from your account"),
}


@show("/cards/subscriptions", _READ)
async def subscriptions(ui: UiOf) -> Response[str]:
    """What runs, when it renews, and for how much."""
    rows, _ = await upcoming.running(ui.ctx)
    may_order = ui.ctx.principal.may("subscriptions:order")
    return ui.card(_SUBSCRIPTIONS, "billing/cards/subscriptions.html", rows=rows[:5], words=page_words, may_order=may_order)


@show("/cards/usage", _READ)
async def usage(ui: UiOf) -> Response[str]:
    """What was used so far, of what is included."""
    _, used = await upcoming.running(ui.ctx)
    return ui.card(_USAGE, "billing/cards/usage.html", used=used)


@show("/cards/notices", needs("billing:read"))
async def notices(ui: UiOf) -> Response[str]:
    """What was written last."""
    newest = PageRequest(1, 5, "m.created_at DESC, m.id DESC")
    rows, _ = await mails.page(ui.ctx, newest, {"invoice_id": None, "status": None})
    return ui.card(_NOTICES, "billing/cards/notices.html", rows=rows, words=NOTICES)


PAGES = [subscriptions, usage, notices]
