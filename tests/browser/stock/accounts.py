"""People, keys, webhooks with their deliveries, and jobs."""

from __future__ import annotations

from datetime import timedelta

from tests.automation.receiver import Receiver
from tests.browser.person import Person
from tests.browser.stock.desk import Desk


def fill(desk: Desk, receiver: Receiver) -> None:
    """Somebody new, keys, a webhook that works and one whose receiver has gone."""
    for who, email, name, role in (
        ("customer", "jan@shop.demo.example", "Jan Keller", "member"),
        ("reseller", "lena@nordwind.demo.example", "Lena Vogt", "staff"),
    ):
        desk.made[f"new_{who}"] = desk.post(who, "/v1/users", email=email, full_name=name, roles=[role], timezone="Europe/Berlin")
    desk.made["role"] = desk.post(
        "customer", "/v1/roles", name="bookkeeper", description="Sees invoices and pays them",
        permissions=["users:read", "billing:read", "payments:pay"],
    )  # fmt: skip
    for who in ("customer", "reseller"):
        desk.post(
            who,
            "/v1/api-keys",
            name="Shop's stock",
            scopes=["billing:read"],
            expires_at=(desk.now + timedelta(days=90)).isoformat(),
        )
        desk.post(who, "/v1/api-keys", name="Bookkeeping", scopes=["billing:read", "gateway:read"])
        desk.post(
            who, "/v1/webhooks", url=receiver.url, topics=["user.created", "api_key.created"], description="The shop's own list"
        )
        gone = desk.post(who, "/v1/webhooks", url="http://127.0.0.1:9/hooks", topics=["user.created"], description="Chat")
        hook = desk.post(who, "/v1/webhooks", url=receiver.url, topics=["user.created", "user.updated"], description="Warehouse")
        for each in (gone, hook):
            desk.post(who, f"/v1/webhooks/{each['id']}/test")
        # Nobody answers there; the last of its attempts would be days from now.
        desk.connection.execute(
            "UPDATE hcc.webhook_deliveries SET status = 'failed', attempts = 8, next_attempt_at = NULL, error = 'nobody answers'"
            " WHERE endpoint_id = %s",
            (gone["id"],),
        )
        desk.made["silent_webhook"] = gone
        me = desk.ask(who, "GET", "/v1/auth/me")
        desk.post(who, f"/v1/users/{me['user_id']}/export")
    desk.post("reseller", "/v1/organizations", name="Atelier Blau", slug="atelier-blau", kind="customer")
    at = f"http://127.0.0.1:{desk.platform.stack.ports.control}"
    with Person(at, desk.platform.people["reseller"]) as person:
        view = {"name": "Drafts", "query": "status=draft", "back": "/invoices"}
        person.send("/views/invoices/new?query=status%3Ddraft&back=%2Finvoices", "/views/invoices", view)
