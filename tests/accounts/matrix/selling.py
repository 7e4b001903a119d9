"""What operations of billing are aimed at; see targets.py."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from psycopg.types.json import Jsonb

from control.billing.invoices.models import BuyerOnPaper, SellerOnPaper
from control.core.ids import new_id
from tests.accounts.matrix.targets import Making, Target

_ADDRESS = {"line1": "Street 1", "city": "Berlin", "country": "DE"}


def seller(making: Making, place: str) -> Target:
    """Every organisation has said how it sells."""
    for name in making.world.organizations:
        making.connection.execute(
            "INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email) VALUES (%s, 'S', %s, 'a@example.com')"
            " ON CONFLICT DO NOTHING",
            (making.organization(name), Jsonb(_ADDRESS)),
        )
    mark = f"mark{secrets.token_hex(8)}"
    return Target("", "no such mark", {"organization_id": str(making.organization(place)), "mark": mark})


def customer(making: Making, place: str) -> Target:
    """A customer of that organisation, who is an organisation that nobody works in, unless the buyer is named."""
    mark, customer_id, organization_id = f"mark{secrets.token_hex(8)}", new_id(), new_id()
    seller(making, place)
    if making.buyer:
        organization_id = making.organization(making.buyer)
    else:
        making.connection.execute(
            "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug) VALUES (%s, %s, 'customer', '{}', %s, %s)",
            (organization_id, making.organization("south"), mark, mark),
        )
    making.connection.execute(
        "INSERT INTO hcc.customers (id, organization_id, customer_org_id, number, kind, name, email, address, currency, language)"
        " VALUES (%s, %s, %s, %s, 'private', %s, 'a@example.com', %s, 'EUR', 'en')",
        (customer_id, making.organization(place), organization_id, mark, mark, Jsonb(_ADDRESS)),
    )
    return Target(str(customer_id), mark, {"customer_id": str(customer_id), "customer_org_id": str(organization_id)})


def draft(making: Making, place: str) -> Target:
    """A draft with one position."""
    of, invoice_id = customer(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.invoices (id, organization_id, customer_id, customer_org_id, customer_name, currency, amount, tax,"
        " total) VALUES (%s, %s, %s, %s, %s, 'EUR', 100, 19, 119)",
        (invoice_id, making.organization(place), of.id, of.facts["customer_org_id"], of.mark),
    )
    making.connection.execute(
        "INSERT INTO hcc.invoice_items (id, organization_id, customer_org_id, invoice_id, position, description, quantity,"
        " unit_price, tax_category, tax_rate, line_total, line_tax) VALUES (%s, %s, %s, %s, 1, 'x', 1, 100, 'S', 19, 100, 19)",
        (new_id(), making.organization(place), of.facts["customer_org_id"], invoice_id),
    )
    return Target(str(invoice_id), of.mark, {**of.facts, "invoice_id": str(invoice_id)})


def invoice(making: Making, place: str) -> Target:
    """A finalised invoice."""
    made = draft(making, place)
    making.connection.execute(
        "UPDATE hcc.invoices SET status = 'sent', number = %s, number_prefix = %s, number_sequence = 1, issued_on = '2026-01-01',"
        " due_date = '2026-01-15', issued_at = now(), seller = %s, buyer = %s, tax_treatment = %s, tax_subtotals = %s"
        " WHERE id = %s",
        (
            made.mark,
            made.mark,
            Jsonb(dict.fromkeys(SellerOnPaper.__struct_fields__, "") | {"address": _ADDRESS}),
            Jsonb(dict.fromkeys(BuyerOnPaper.__struct_fields__, "") | {"address": _ADDRESS}),
            Jsonb({"reason": "domestic", "country": "DE", "region": "", "category": "S"}),
            Jsonb([{"category": "S", "rate": "19", "taxable": "100", "tax": "19"}]),
            made.id,
        ),
    )
    return made


def taxed_customer(making: Making, place: str) -> Target:
    """A customer with a VAT id."""
    made = customer(making, place)
    making.connection.execute(
        "UPDATE hcc.customers SET kind = 'business', tax_id = 'DK13612870', tax_id_status = 'valid' WHERE id = %s", (made.id,)
    )
    return made


def tax_rate(making: Making, place: str) -> Target:
    """A rate that has not begun, of a class that nothing else has."""
    seller(making, place)
    rate_id, mark = new_id(), secrets.token_hex(8).translate(str.maketrans("0123456789", "ghijklmnop"))
    making.connection.execute(
        "INSERT INTO hcc.tax_rates (id, organization_id, country, tax_class, percent, valid_from)"
        " VALUES (%s, %s, 'DE', %s, 20, '2990-01-01')",
        (rate_id, making.organization(place), mark),
    )
    return Target(str(rate_id), mark, {"rate_id": str(rate_id), "mark": mark})


def exchange_rate(making: Making, place: str) -> Target:
    """The rate of a day; nobody else has one."""
    seller(making, place)
    making.connection.execute("DELETE FROM hcc.exchange_rates")
    making.connection.execute(
        "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
        " VALUES (%s, 'USD', 'EUR', '2026-01-03', 0.9)",
        (making.organization(place),),
    )
    return Target(place, secrets.token_hex(8), {"currency": "USD", "valid_from": "2026-01-03"})


def tax_flag(making: Making, place: str) -> Target:
    """An invoice whose tax is in doubt."""
    of, flag_id = invoice(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.tax_flags (id, organization_id, invoice_id, customer_id, reason, detail)"
        " VALUES (%s, %s, %s, %s, 'tax_id_invalid', 'DK13612870')",
        (flag_id, making.organization(place), of.id, of.facts["customer_id"]),
    )
    return Target(str(flag_id), of.mark, {**of.facts, "flag_id": str(flag_id)})


def document(making: Making, place: str) -> Target:
    """A finalised invoice whose document was made."""
    of = invoice(making, place)
    making.connection.execute(
        "INSERT INTO hcc.invoice_documents (organization_id, customer_org_id, invoice_id, format, media_type, content, sha256)"
        " VALUES (%s, %s, %s, 'pdf', 'application/pdf', %s, sha256(%s))",
        (making.organization(place), of.facts["customer_org_id"], of.id, of.mark.encode(), of.mark.encode()),
    )
    return of


def mail(making: Making, place: str) -> Target:
    """A mail of an invoice."""
    of, mail_id = invoice(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.invoice_mails (id, organization_id, customer_org_id, invoice_id, what, recipients)"
        " VALUES (%s, %s, %s, %s, 'invoice', '{a@example.com}')",
        (mail_id, making.organization(place), of.facts["customer_org_id"], of.id),
    )
    return Target(str(mail_id), of.mark, {"mail_id": str(mail_id)})


def span(making: Making, place: str) -> Target:
    """A time that a report is about; reports are always about the caller's own organisation."""
    del making, place
    return Target("", "no such mark", {"query": "since=2026-01-01&until=2026-01-31"})


def months(making: Making, place: str) -> Target:
    """Months that a report is about."""
    del making, place
    return Target("", "no such mark", {"query": "since=2026-01&until=2026-02"})


def chart(making: Making, place: str) -> Target:
    """Every organisation has a chart of accounts."""
    for name in making.world.organizations:
        making.connection.execute(
            "INSERT INTO hcc.ledger_charts (organization_id, chart, consultant_number, client_number)"
            " VALUES (%s, 'skr03', 1001, 1) ON CONFLICT (organization_id) DO NOTHING",
            (making.organization(name),),
        )
    return seller(making, place)


def charted_span(making: Making, place: str) -> Target:
    """Days of somebody who has a chart of accounts."""
    chart(making, place)
    return span(making, place)


SOLD: dict[str, Callable[[Making, str], Target]] = {
    factory.__name__: factory
    for factory in (
        seller,
        customer,
        draft,
        invoice,
        taxed_customer,
        tax_rate,
        exchange_rate,
        tax_flag,
        document,
        mail,
        span,
        months,
        chart,
        charted_span,
    )
}
