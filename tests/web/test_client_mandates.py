"""A customer gives a mandate for direct debits in the panel, prints it, makes it the default one, and revokes it; the seller sees
it, and may refuse it."""

from __future__ import annotations

import re

from tests.billing.bank import CREDITOR_ID
from tests.billing.selling import Shop
from tests.billing.test_sepa import SOON
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

PATH = "/payments/methods/online"
FIELDS = {
    "iban": "DE02 1203 0000 0000 2020 51", "holder": "Anna Apfel", "kind": "recurrent", "address.line1": "Allee 2",
    "address.postal_code": "10115", "address.city": "Berlin", "address.country": "DE", "is_default": "true", "agrees": "true",
}  # fmt: skip


async def _open(world: World, **settings: object) -> tuple[Shop, str]:
    shop = Shop(world)
    await shop.open(**{"creditor_id": CREDITOR_ID, "online_mandates": True, "pre_notification_days": 1} | settings)
    made = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    return shop, str(made["id"])


async def _give(browser: Browser, **more: str) -> str:
    """Read the page, and give a mandate; its id."""
    await browser.get(PATH)
    await browser.submit(PATH, FIELDS | more)
    assert browser.answer.status_code == 200, browser.page
    found = re.search(r"/payments/methods/([0-9a-f-]{36})/revoke", browser.page)
    assert found is not None, browser.page
    return found[1]


async def test_given_seen_printed_and_revoked(log_in: LogIn, world: World) -> None:
    shop, customer_id = await _open(world)
    anna, nora = await log_in("anna"), await log_in("nora")
    await anna.get("/payments/methods")
    assert f'href="{PATH}"' in anna.page
    await anna.get(PATH)
    for said in ("I permit North Hosting GmbH to collect", CREDITOR_ID, "days of notice: 1", 'value="Apple"', "Hafenstraße 1"):
        assert said in anna.page, said
    await anna.submit(PATH, FIELDS | {"iban": "DE02120300000000202052"})
    assert anna.answer.status_code == 422
    assert "is mistyped: its check digits do not fit" in anna.page
    await anna.submit(PATH, FIELDS | {"iban": "DE0212030000000020205", "agrees": ""})
    for said in ("is too short or too long for its country", "must be ticked: without it there is no mandate"):
        assert said in anna.page, said
    await anna.submit(PATH, FIELDS | {"agrees": ""})
    assert "must be ticked: without it there is no mandate" in anna.page
    await anna.submit(PATH, FIELDS | {"iban": "CH9300762011623852957"})
    assert "is needed for accounts outside of the European Economic Area" in anna.page
    assert await shop.ask("GET", "/v1/payments/methods") == []
    mandate = await _give(anna)
    assert "Thank you. The mandate is given, and confirmed by mail." in anna.page
    for browser in (anna, nora):
        await browser.get(f"/payments/methods/{mandate}")
        for said in ("DE02…2051", "Given online", "Anna Apfel", "I permit North Hosting GmbH to collect"):
            assert said in browser.page, said
        await browser.get(f"/payments/methods/{mandate}/mandate")
        for said in ("SEPA direct debit mandate", CREDITOR_ID, "DE02…2051", "Allee 2, 10115 Berlin, DE", "for many debits"):
            assert said in browser.page, said
        assert "DE021203" not in browser.page
        await browser.get("/payments/methods")
        assert "Given online" in browser.page
    # What is under way when it is revoked is named, and goes on.
    invoice = await shop.invoice(customer_id)
    body = {"collected_on": str(SOON), "invoice_ids": [invoice["id"]]}
    await shop.ask("POST", "/v1/payments/sepa-batches", body, 201)
    await anna.get(f"/payments/methods/{mandate}/revoke")
    assert "Revoke the mandate" in anna.page
    assert "Payments under way, which this does not stop" in anna.page
    assert f"{invoice['invoice_number']} €119.00" in anna.page
    await anna.submit(f"/payments/methods/{mandate}/revoke")
    assert "It is used no more." in anna.page
    [payment] = await shop.ask("GET", "/v1/payments")
    assert payment["status"] == "pending"
    assert (await shop.ask("GET", f"/v1/payments/methods/{mandate}"))["revoked_by"] == "customer"
    await anna.get("/payments/methods?status=revoked")
    assert "No more" in anna.page


async def test_the_seller_refuses_one(log_in: LogIn, world: World) -> None:
    shop, _ = await _open(world)
    anna, nora = await log_in("anna"), await log_in("nora")
    mandate = await _give(anna)
    path = f"/payments/methods/{mandate}/revoke"
    await nora.get(path)
    assert "Refuse the mandate" in nora.page
    await nora.submit(path)
    await anna.get("/payments/methods")
    assert "Refused" in anna.page
    assert (await shop.ask("GET", f"/v1/payments/methods/{mandate}"))["revoked_by"] == "seller"
    # The same account may be given again; one that is under way already may not.
    again = await _give(anna)
    assert again != mandate
    await anna.get(PATH)
    await anna.submit(PATH, FIELDS)
    assert "There is a mandate for this account already." in anna.page


async def test_another_standard(log_in: LogIn, world: World) -> None:
    shop, _ = await _open(world)
    anna = await log_in("anna")
    first = await _give(anna)
    second = await _give(anna, iban="NL91ABNA0417164300", is_default="")
    assert [one["id"] for one in await shop.ask("GET", "/v1/payments/methods") if one["is_default"]] == [first]
    await anna.get(f"/payments/methods/{second}/default")
    await anna.submit(f"/payments/methods/{second}/default")
    assert [one["id"] for one in await shop.ask("GET", "/v1/payments/methods") if one["is_default"]] == [second]
    await anna.get(PATH)
    page = anna.page
    for _ in range(2):
        anna.page = page
        await anna.submit(PATH, FIELDS | {"iban": "AT611904300234573201"})
        assert "Thank you. The mandate is given" in anna.page
    assert len(await shop.ask("GET", "/v1/payments/methods")) == 3, "sent twice, given once"


async def test_who_may_and_where(log_in: LogIn, world: World) -> None:
    shop, _ = await _open(world, online_mandates=False)
    anna, bert, nora = await log_in("anna"), await log_in("bert"), await log_in("nora")
    await anna.get("/payments/methods")
    assert PATH not in anna.page, "not offered"
    assert (await anna.get(PATH)).status_code == 404
    await nora.get("/billing/settings/edit")
    assert "Customers give mandates for direct debits themselves, online" in nora.page
    await shop.open(creditor_id=CREDITOR_ID, online_mandates=True)
    mandate = await _give(anna)
    await bert.get("/payments/methods")
    assert "DE02…2051" not in bert.page
    for below in ("", "/mandate", "/revoke", "/default"):
        assert (await bert.get(f"/payments/methods/{mandate}{below}")).status_code == 404, below
    assert (await bert.post(f"/payments/methods/{mandate}/revoke")).status_code == 404
    # Staff who work inside the customer do not agree for it.
    await nora.post(f"/enter/{world.organizations['apple']}")
    await nora.get("/payments/methods")
    assert f'href="{PATH}"' not in nora.page
    assert (await nora.get(PATH)).status_code == 403
    await nora.post(PATH, FIELDS | {"agrees_to": "0" * 64, "iban": "NL91ABNA0417164300"})
    assert nora.answer.status_code == 403
    await nora.get(f"/payments/methods/{mandate}/revoke")
    assert "Refuse the mandate" in nora.page, "it is the seller who does it"
    assert len(await shop.ask("GET", "/v1/payments/methods")) == 1
