"""How far the settings of billing are, for the page of all settings."""

from __future__ import annotations

from control.billing.parts import SELLERS
from control.billing.payments.providers import accounts
from control.billing.settings import service
from control.core.context import Context
from control.core.errors import NotFound
from control.web.language import N_
from control.web.menu import Setting, Standing

_GROUP = N_("Billing")


async def _seller(ctx: Context) -> Standing:
    """Whether anything can be sold, and whether a customer can pay by transfer."""
    try:
        found = await service.get(ctx)
    except NotFound:
        return Standing(N_("Incomplete: say who sells"), "error")
    if not found.vat_id and not found.tax_number:
        return Standing(N_("Incomplete: no tax number"), "warning")
    return Standing(N_("Complete"), "success") if found.iban else Standing(N_("No bank account"), "warning")


async def _keys(ctx: Context) -> Standing:
    try:
        found = await accounts.get(ctx)
    except NotFound:
        return Standing(N_("No keys are set"), "info")
    return Standing(N_("Active"), "success") if found.is_active else Standing(N_("Off"), "warning")


SETTINGS = (
    Setting(
        label=N_("Who sells"), about=N_("Name, address, tax, numbers of documents, logo."), path="/billing/settings",
        permission="billing-settings:write", group=_GROUP, standing=_seller, for_types=SELLERS,
    ),
    Setting(
        label=N_("Payment provider"), about=N_("Keys for cards and direct debits."), path="/billing/settings/provider",
        permission="payment-settings:write", group=_GROUP, standing=_keys, for_types=SELLERS,
    ),
    Setting(
        label=N_("How subscriptions are invoiced"), about=N_("Shared invoices, and when changes take effect."),
        path="/billing/settings/subscriptions", permission="subscription-settings:write", group=_GROUP, for_types=SELLERS,
    ),
    Setting(
        label=N_("Reminders"), about=N_("What is done about invoices that are overdue."), path="/dunning",
        permission="subscriptions:read", group=_GROUP, for_types=SELLERS,
    ),
    Setting(
        label=N_("Rates of tax"), about=N_("Your own, which stand before the built-in ones."), path="/billing/tax-rates",
        permission="billing:read", group=_GROUP, for_types=SELLERS,
    ),
    Setting(
        label=N_("Rates of exchange"), about=N_("For invoices in other currencies."), path="/billing/exchange-rates",
        permission="billing:read", group=_GROUP, for_types=SELLERS,
    ),
)  # fmt: skip
