"""A year of a small hosting company's billing: catalogue, subscriptions, invoices in every state, payments, the bank."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from control.stack.stripe_simulator.server import Simulator
from tests.billing.bank import CREDITOR_ID, camt, entry
from tests.billing.cards import KEYS
from tests.browser.stock.desk import Desk

SELLER: dict[str, Any] = {
    "legal_name": "Nordwind Webhosting GmbH",
    "address": {"line1": "Hafenstraße 12", "postal_code": "20457", "city": "Hamburg", "country": "DE"},
    "email": "rechnung@nordwind.example",
    "phone": "+49 40 5550100",
    "website": "https://nordwind.example",
    "vat_id": "DE136695976",
    "iban": "DE89 3704 0044 0532 0130 00",
    "creditor_id": CREDITOR_ID,
    "online_mandates": True,
    "timezone": "Europe/Berlin",
    "payment_terms_days": 14,
    "invoice_number": "NW-{year}-{number:5}",
    "registration": "HRB 123456, Hamburg",
}
PLATFORM: dict[str, Any] = {
    "legal_name": "Demo Hosting SE",
    "address": {"line1": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE"},
    "email": "billing@demo.example",
    "vat_id": "DE811907980",
    "iban": "DE02 1203 0000 0000 2020 51",
    "timezone": "Europe/Berlin",
}
CUSTOMERS = (
    ("Olivia's Shop", "business", "Allee 2", "10115", "Berlin", "DE"),
    ("Bäckerei Sonne", "business", "Marktplatz 4", "24937", "Flensburg", "DE"),
    ("Café Lumière", "business", "Rue de la Paix 3", "75002", "Paris", "FR"),
    ("Uhren Zürcher AG", "business", "Bahnhofstrasse 21", "8001", "Zürich", "CH"),
    ("Greta Lindqvist", "private", "Storgatan 8", "211 42", "Malmö", "SE"),
    ("Studio Nord GmbH", "business", "Kanalstraße 70", "23552", "Lübeck", "DE"),
    ("Van Dijk Fietsen", "business", "Oudegracht 112", "3511 AW", "Utrecht", "NL"),
    ("Stadtbibliothek Kiel", "public", "Andreas-Gayk-Straße 31", "24103", "Kiel", "DE"),
)
_GUARDS = {"invoices": "guard", "ledger_entries": "append_only", "ledger_lines": "append_only"}


def fill(desk: Desk) -> None:
    """Everything that has a page, in most states that it can have."""
    desk.ask("admin", "PUT", "/v1/billing/settings", PLATFORM)
    desk.ask("reseller", "PUT", "/v1/billing/settings", SELLER)
    taken_back = {"reason": "compensation", "account": "8700"}
    accounts = {"chart": "skr03", "consultant_number": 1001, "client_number": 7, "revenue": [taken_back]}
    for who in ("admin", "reseller"):
        desk.ask(who, "PUT", "/v1/billing/settings/accounts", accounts)
    prices = [*_catalogue(desk), _sold_on(desk)]
    customers = [_customer(desk, *one) for one in CUSTOMERS]
    desk.made["customer"] = customers[0]
    _subscriptions(desk, customers, prices)
    _invoices(desk, customers)
    _payments(desk, customers)
    _platform(desk)


def _catalogue(desk: Desk) -> list[dict[str, Any]]:
    schedule = desk.post(
        "reseller",
        "/v1/dunning-schedules",
        name="Friendly",
        is_default=True,
        steps=[
            {"days": 3, "action": "remind", "text": "Perhaps our invoice escaped you."},
            {"days": 10, "action": "late_fee", "fee": "5"},
            {"days": 21, "action": "suspend"},
        ],
    )
    desk.made["schedule"] = schedule
    desk.made["other_schedule"] = desk.post(
        "reseller",
        "/v1/dunning-schedules",
        name="Strict",
        steps=[{"days": 1, "action": "remind"}, {"days": 7, "action": "suspend"}],
    )
    prices = []
    for product, text, plans in (
        ("Web hosting", "Sites on shared servers, with mail.", (("Web S", "4.90"), ("Web M", "9.90"), ("Web L", "19.90"))),
        ("Cloud servers", "Virtual machines with own addresses.", (("Server M", "24.00"), ("Server XL", "89.00"))),
    ):
        made = desk.post("reseller", "/v1/products", name=product, description=text)
        for name, amount in plans:
            plan = desk.post(
                "reseller",
                "/v1/plans",
                product_id=made["id"],
                name=name,
                description=f"{name} for a month.",
                features={"Storage": "20 GB", "Databases": 5},
                trial_days=14 if name == "Web S" else 0,
            )
            body = {"plan_id": plan["id"], "currency": "EUR", "interval": "month", "model": "flat"}
            prices.append(desk.post("reseller", "/v1/prices", **body, amount=amount, name="Monthly", valid_from="2025-01-01"))
            if name == "Web M":
                desk.made["plan"] = plan
                desk.post(
                    "reseller",
                    "/v1/prices",
                    **body | {"interval": "year"},
                    amount="99.00",
                    name="Yearly",
                    valid_from="2025-01-01",
                )
    extra = desk.post("reseller", "/v1/products", name="Domains", description="Names, by the year.")
    desk.post("reseller", "/v1/plans", product_id=extra["id"], name="Domain .example", is_addon=True)
    desk.post(
        "reseller", "/v1/coupons", code="WELCOME10", percent="10", duration="repeating", periods=3, description="New customers"
    )
    desk.post("reseller", "/v1/coupons", code="BLACKFRIDAY", amount="20", currency="EUR", most=100, valid_to=str(desk.day(-4)))
    desk.post(
        "reseller",
        "/v1/billing/tax-rates",
        country="DE",
        tax_class="books",
        percent="7",
        valid_from="2026-01-01",
        note="Printed manuals",
    )
    desk.made["rate"] = desk.post(
        "reseller", "/v1/billing/tax-rates", country="AT", tax_class="books", percent="10", valid_from=str(desk.day(-36))
    )
    desk.ask("reseller", "PUT", f"/v1/billing/exchange-rates/CHF/{desk.day(3)}", {"rate": "0.9412"})
    return prices


def _sold_on(desk: Desk) -> dict[str, Any]:
    """A price of the reseller's, of a plan behind which one of the platform's is."""
    terms = {"reseller_org_id": str(desk.organizations["nordwind"]), "kind": "wholesale", "percent": "30"}
    desk.ask("admin", "POST", "/v1/reseller-terms", terms)
    product = desk.post("admin", "/v1/products", name="Managed databases", description="PostgreSQL, kept by us.")
    source = desk.post("admin", "/v1/plans", product_id=product["id"], name="Database M")
    price = {"currency": "EUR", "interval": "month", "model": "flat", "name": "Monthly", "valid_from": "2025-01-01"}
    desk.post("admin", "/v1/prices", plan_id=source["id"], amount="30.00", **price)
    mine = desk.post("reseller", "/v1/products", name="Databases", description="With backups, every night.")
    plan = desk.post("reseller", "/v1/plans", product_id=mine["id"], name="Database", supplier_plan_id=source["id"])
    made: dict[str, Any] = desk.post("reseller", "/v1/prices", plan_id=plan["id"], amount="45.00", **price)
    return made


def _customer(desk: Desk, name: str, kind: str, line: str, code: str, city: str, country: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if name == "Olivia's Shop":
        more = {"customer_org_id": str(desk.organizations["shop"]), "contact": "Olivia Berg", "tax_id": "DE129273398"}
    if name == "Bäckerei Sonne":
        more = {"customer_org_id": str(desk.organizations["bakery"])}
    address = {"line1": line, "postal_code": code, "city": city, "country": country}
    mail = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    made: dict[str, Any] = desk.post(
        "reseller", "/v1/customers", kind=kind, name=name, email=f"books@{mail}.example", address=address, **more
    )
    return made


def _subscriptions(desk: Desk, customers: list[dict[str, Any]], prices: list[dict[str, Any]]) -> None:
    def begin(customer: int, price: int, back: int, **more: Any) -> dict[str, Any]:
        items = [{"price_id": prices[price]["id"], "quantity": more.pop("quantity", 1)}]
        made: dict[str, Any] = desk.post(
            "reseller",
            "/v1/subscriptions",
            customer_id=customers[customer]["id"],
            items=items,
            start_date=str(desk.day(back)),
            **more,
        )
        return made

    # The last one made stands first in lists.
    begin(5, 5, 2, name="Records of projects")
    desk.made["leaving"] = own = begin(0, 1, 25, name="Old shop")
    desk.ask("customer", "POST", f"/v1/orders/{own['id']}/cancel", {"reason": "All is in the new one"})
    paused, suspended = begin(6, 1, 12), begin(7, 3, 9)
    gone = begin(5, 2, 20)
    begin(4, 0, 3)
    begin(3, 4, -5, name="New machine")
    leaving = begin(2, 1, 15, coupon="WELCOME10")
    desk.made |= {"paused": paused, "suspended": suspended, "ending": leaving}
    begin(1, 1, 18)
    desk.made["subscription"] = begin(0, 3, 10, name="Shop server")
    desk.post("reseller", f"/v1/subscriptions/{paused['id']}/pause", resumes_on=str(desk.day(-30)))
    desk.post("reseller", f"/v1/subscriptions/{suspended['id']}/suspend", reason="The invoice of June is open")
    desk.post("reseller", f"/v1/subscriptions/{gone['id']}/cancel", when="now", reason="Moved elsewhere")
    desk.post("reseller", f"/v1/subscriptions/{leaving['id']}/cancel", reason="Closes its shop")


def _invoices(desk: Desk, customers: list[dict[str, Any]]) -> None:
    """One or two a month and customer; those that are old are paid, some young ones are not."""
    said = (
        "Server M, monthly",
        "Web L, monthly",
        "Domain olivia.example, one year",
        "Support, by the hour",
        "Server XL, monthly",
    )
    planned = sorted(((back, n) for n in range(len(customers)) for back in range(8 + n * 3, 360, 42)), reverse=True)
    moved = []
    for count, (back, n) in enumerate(planned):
        items = [
            {
                "description": said[(count + more) % len(said)],
                "quantity": str(1 + (count + more) % 3),
                "unit_price": f"{19 + desk.dice.randint(0, 120)}.{desk.dice.choice(('00', '50', '90'))}",
                "tax_rate": "0" if n == 3 else None,
                **(
                    {}
                    if more
                    else {"monthly_price": "24.00", "period_start": str(desk.day(back)), "period_end": str(desk.day(back - 30))}
                ),
            }
            for more in range(1 + count % 3)
        ]
        made = desk.post("reseller", "/v1/invoices", customer_id=customers[n]["id"], items=items, language="en")
        invoice = desk.ask("reseller", "POST", f"/v1/invoices/{made['id']}/finalise", {})
        moved.append((invoice, back, n))
    for invoice, back, n in moved:
        if back > 40 and (back + n) % 11:
            amount = Decimal(invoice["balance"]) + (30 if invoice is moved[0][0] else 0)
            desk.post(
                "reseller",
                "/v1/payments",
                method="bank_transfer",
                amount=str(amount),
                invoice_id=invoice["id"],
                reference=invoice["invoice_number"],
            )
    part = next(invoice for invoice, back, n in reversed(moved) if n == 1 and back < 40)
    desk.post("reseller", "/v1/payments", method="bank_transfer", amount="25.00", invoice_id=part["id"], reference="first half")
    credited = next(invoice for invoice, back, n in reversed(moved) if n == 2)
    desk.post("reseller", f"/v1/invoices/{credited['id']}/credit-notes", reason="The server was down for two days")
    written = next(invoice for invoice, back, n in moved if n == 4 and not back > 300 and not (back > 40 and (back + n) % 11))
    _backdate(desk, [(invoice["id"], back) for invoice, back, _ in moved])
    desk.post("reseller", f"/v1/invoices/{written['id']}/write-off", reason="Nobody opens the door")
    mine = [invoice for invoice, back, n in moved if n == 0]
    desk.made["invoice"], desk.made["paid_invoice"] = mine[-1], moved[0][0]
    for n in (0, 2):
        desk.made["draft"] = desk.post(
            "reseller",
            "/v1/invoices",
            customer_id=customers[n]["id"],
            items=[
                {"description": "Move of a mailbox", "unit_price": "45.00"},
                {"description": "Support", "quantity": "1.5", "unit": "HUR", "unit_price": "80.00"},
            ],
        )
    for invoice in (mine[-1], mine[-2]):
        desk.ask("reseller", "POST", f"/v1/invoices/{invoice['id']}/send", {})


def _backdate(desk: Desk, moved: list[tuple[str, int]]) -> None:
    """Move documents and what the books say of them to the days on which they would have been made."""
    for table, trigger in _GUARDS.items():
        desk.sql(f"ALTER TABLE hcc.{table} DISABLE TRIGGER {trigger}")
    back = [(days, found) for found, days in moved]
    desk.many(
        "UPDATE hcc.invoices SET issued_on = issued_on - d.n, due_date = due_date - d.n,"
        " issued_at = issued_at - d.n * interval '1 day',"
        " created_at = created_at - d.n * interval '1 day', sent_at = sent_at - d.n * interval '1 day',"
        " paid_at = paid_at - (d.n - 9) * interval '1 day'"
        " FROM (SELECT %s::int AS n) d WHERE id = %s",
        back,
    )
    desk.sql(
        "UPDATE hcc.invoices SET status = 'overdue' WHERE status IN ('sent', 'partially_paid') AND kind = 'invoice'"
        " AND due_date < current_date"
    )
    # Payments and their bookings follow nine days after the invoice that they pay.
    desk.sql(
        "UPDATE hcc.payments p SET received_on = i.issued_on + 9, created_at = i.issued_at + interval '9 days',"
        " succeeded_at = i.issued_at + interval '9 days'"
        " FROM hcc.invoices i WHERE i.id = p.invoice_id AND i.issued_on < current_date - 20"
    )
    for table, day in (("invoices", "issued_on"), ("payments", "received_on")):
        desk.sql(
            f"UPDATE hcc.ledger_entries e SET booked_on = s.{day} FROM hcc.{table} s"
            f" WHERE s.id = e.source AND s.{day} IS NOT NULL"
        )
    desk.sql(
        "UPDATE hcc.ledger_lines l SET booked_on = e.booked_on FROM hcc.ledger_entries e"
        " WHERE e.id = l.entry_id AND l.booked_on IS NOT NULL"
    )
    for table, trigger in _GUARDS.items():
        desk.sql(f"ALTER TABLE hcc.{table} ENABLE TRIGGER {trigger}")


def _payments(desk: Desk, customers: list[dict[str, Any]]) -> None:
    mine = desk.made["paid_invoice"]["id"]
    found = desk.ask("reseller", "GET", f"/v1/payments?customer_id={desk.made['paid_invoice']['customer_id']}&limit=100")
    paid = next(one for one in found if one["invoice_id"] == mine)
    desk.made["payment"] = paid
    desk.post("reseller", f"/v1/payments/{paid['id']}/refunds", amount="10.00", reason="As agreed on the phone")
    desk.post(
        "reseller",
        "/v1/payments",
        method="bank_transfer",
        amount="200.00",
        customer_id=customers[5]["id"],
        reference="Prepayment",
    )
    mandate = desk.post(
        "reseller",
        "/v1/payments/mandates",
        customer_id=customers[0]["id"],
        iban="DE02 1203 0000 0000 2020 51",
        holder="Olivia Berg",
        signed_on=str(desk.day(100)),
        pre_notification_days=1,
    )
    desk.made["method"] = mandate
    desk.made["second_method"] = desk.post(
        "reseller",
        "/v1/payments/mandates",
        customer_id=customers[5]["id"],
        iban="DE75 5121 0800 1245 1261 99",
        holder="Studio Nord",
        signed_on=str(desk.day(20)),
    )
    desk.post(
        "reseller",
        "/v1/payments/mandates",
        customer_id=customers[5]["id"],
        iban="DE02 1203 0000 0000 2020 51",
        holder="Studio Nord",
        signed_on=str(desk.day(10)),
    )
    offer = desk.ask("customer", "GET", "/v1/payments/mandates/online")
    given = {"iban": "NL91 ABNA 0417 1643 00", "holder": "Olivia Berg", "agrees_to": offer["agrees_to"], "is_default": False}
    desk.made["online_mandate"] = desk.post("customer", "/v1/payments/mandates/online", **given)
    soon = desk.today + timedelta(days=5)
    while soon.weekday() > 4:
        soon += timedelta(days=1)
    debited = desk.made["invoice"]["id"]
    found = desk.post("reseller", "/v1/payments/sepa-batches", collected_on=str(soon), invoice_ids=[debited])
    desk.made["batch"] = found.get("batch", found)
    on = str(desk.day(1))
    desk.ask(
        "reseller",
        "POST",
        "/v1/payments/statements",
        content=camt(
            entry(
                "61.40", "E1", on=on, text="Invoice of October, thank you", name="Studio Nord GmbH", iban="DE02120300000000202051"
            ),
            entry("119.00", "E2", on=on, text="Rechnung", name="Van Dijk Fietsen", iban="NL91ABNA0417164300"),
            entry("-14.90", "E3", on=on, text="Account fee", name="Hafenbank"),
            opening="1000.00",
            closing="1165.50",
        ),
    )


def _platform(desk: Desk) -> None:
    """The platform sells to its reseller."""
    reseller = desk.post(
        "admin",
        "/v1/customers",
        kind="business",
        name="Nordwind Webhosting",
        email="books@nordwind.example",
        address=SELLER["address"],
        customer_org_id=str(desk.organizations["nordwind"]),
    )
    made = desk.post(
        "admin", "/v1/invoices", customer_id=reseller["id"], items=[{"description": "Platform, November", "unit_price": "490.00"}]
    )
    desk.ask("admin", "POST", f"/v1/invoices/{made['id']}/finalise", {})
    layout = {"name": "A bank of the country", "layout": {"booked_on": "Day", "amount": "Amount"}}
    desk.ask("reseller", "POST", "/v1/payments/statement-profiles", layout)
    desk.sql("UPDATE hcc.supplier_shares SET booked_on = booked_on - 40")


def after(desk: Desk) -> None:
    """What people do when reminders have gone out and the bank's entries were read."""
    late = desk.ask("reseller", "GET", "/v1/invoices?status=overdue&limit=10&sort_by=due_date&sort_order=asc")
    desk.made["stopped"], desk.made["late"] = late[0], late[1]
    desk.ask("reseller", "POST", f"/v1/invoices/{late[0]['id']}/dunning/stop", {"reason": "They called: next week"})
    entries = desk.ask("reseller", "GET", "/v1/payments/bank-entries?limit=10")
    desk.made["entry"] = next(one["id"] for one in entries if one["status"] == "open" and not one["amount"].startswith("-"))
    [doubted] = desk.sql(
        "SELECT id, organization_id, customer_id FROM hcc.invoices WHERE buyer ->> 'name' = 'Café Lumière' AND kind = 'invoice'"
        " AND number IS NOT NULL ORDER BY issued_on LIMIT 1"
    )
    desk.sql(
        "INSERT INTO hcc.tax_flags (id, invoice_id, organization_id, customer_id, reason, detail)"
        " VALUES (gen_random_uuid(), %s, %s, %s, 'tax_id_invalid', 'FR40303265045')",
        *doubted,
    )


def charge(desk: Desk) -> None:
    """A charge that the customer's bank asks about, at a provider that answers while this is done."""
    with Simulator(desk.platform.stack.ports.cards):
        desk.ask("reseller", "PUT", "/v1/payments/providers/stripe", KEYS)
        [*_, asked] = desk.ask("customer", "GET", "/v1/invoices?status=overdue&limit=10&sort_by=due_date&sort_order=asc")
        desk.made["asked"] = desk.ask("customer", "POST", "/v1/payments/charges", {"invoice_id": asked["id"]})
        assert desk.made["asked"]["status"] == "pending"
