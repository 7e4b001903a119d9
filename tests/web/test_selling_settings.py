"""What a seller sets beside the main things: accounts of the accountant, the provider's keys, layouts of bank statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from control.core.settings import Settings
from control.stack.stripe_simulator.server import Simulator
from tests.billing.cards import KEYS
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.peopling import Keys, settings_for
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

CHART = {"chart": "skr04", "account_length": "4", "consultant_number": "1001", "client_number": "1", "fiscal_year_month": "1"}
RULE = {"reason": "exempt", "account": "4120", "automatic": "true"}
LAYOUT = {"name": "Bank", "booked_on": "Tag", "amount": "Betrag", "counterparty": "Wer", "remittance": "Text\nZweck",
          "delimiter": "tab", "encoding": "utf-8", "decimal": ",", "date_format": "%d.%m.%Y", "skip_lines": "1",
          "default_currency": "EUR"}  # fmt: skip
SAMPLE = (
    "Kontoauszug\nTag\tBetrag\tWer\tText\tZweck\n02.11.2026\t119,00\tApple <b>\tINV-1\tThanks\n03.11.2026\t-5,10\tBank\tFee\t\n"
)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys, simulator: Simulator) -> Settings:
    return msgspec.structs.replace(settings_for(urls, redis_url, keys), stripe_api_base=simulator.url)


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


@pytest.fixture
async def nora(log_in: LogIn) -> Browser:
    return await log_in("nora")


def rule(n: int, **values: str) -> dict[str, str]:
    return {f"revenue.{n}.{name}": value for name, value in (RULE | values).items()}


async def test_the_chart_of_accounts(shop: Shop, nora: Browser) -> None:
    path = "/billing/settings/accounts"
    await nora.get(path)
    await nora.submit(path, {**CHART, "line": "add", **rule(0)})
    assert 'name="revenue.1.account"' in nora.page
    for sent, place, words in (
        (CHART | {"client_number": ""}, "client_number", "is required"),
        (CHART | {"account_bank": "180000"}, "account_bank", "must have at most 4 digits"),
        (CHART | {"account_bank": "18"}, "account_bank", ""),
        (CHART | rule(3, tax_account="3806"), "revenue-0-tax_account", "is for accounts that do not compute"),
    ):
        await nora.submit(path, sent)
        assert nora.answer.status_code == 422, sent
        assert f'id="f-{place}-about">{words}' in nora.page, (place, nora.page)
    more = rule(4, reason="oss", account="4339", tax_account="3818")
    del more["revenue.4.automatic"]
    await nora.submit(path, {**CHART, "account_bank": "1810", **rule(2), **more})
    assert "The settings were saved." in nora.page
    kept = await shop.ask("GET", "/v1/billing/settings/accounts")
    assert (kept["chart"], kept["accounts"]) == ("skr04", {"bank": "1810"})
    assert [(one["reason"], one["account"], one["automatic"], one["tax_account"]) for one in kept["revenue"]] == [
        ("exempt", "4120", True, ""),
        ("oss", "4339", False, "3818"),
    ]
    await nora.get(path)
    assert 'value="1810"' in nora.page
    assert (await nora.get("/reports/datev.csv?since=2026-01-01&until=2026-01-31")).status_code == 200


async def test_the_providers_keys_are_tried_and_forgotten(shop: Shop, nora: Browser, simulator: Simulator) -> None:
    path = "/billing/settings/provider"
    await nora.get(path)
    assert "Test the keys" not in nora.page
    await nora.post(f"{path}/test")
    assert "No payment provider is set up" in nora.page
    await nora.get(path)
    await nora.submit(path, {**KEYS, "is_active": "true"})
    await nora.get(path)
    await nora.submit(f"{path}/test")
    assert "The provider takes the key. It keeps 0 for you." in nora.page
    simulator.state.keep(
        {"id": "ch_1", "object": "charge", "paid": True, "amount": 11900, "amount_refunded": 900, "currency": "eur"}
    )
    await nora.submit(f"{path}/test")
    assert "It keeps €110.00 for you." in nora.page
    await shop.ask("PUT", "/v1/payments/providers/stripe", KEYS | {"secret_key": "sk_test_another_one"})
    await nora.submit(f"{path}/test")
    assert "Invalid API Key provided" in nora.page
    assert "sk_test_another_one" not in nora.page
    await nora.get(f"{path}/remove")
    await nora.submit(f"{path}/remove")
    assert "The keys were forgotten." in nora.page
    await shop.ask("GET", "/v1/payments/providers/stripe", status=404)


async def test_a_layout_is_tried_kept_changed_and_deleted(shop: Shop, nora: Browser, log_in: LogIn) -> None:
    path = "/payments/bank/layouts"
    await nora.get(f"{path}/new")

    async def tried(**more: str) -> int:
        return (await nora.submit(path, {**LAYOUT, **more})).status_code

    for more, words in (
        ({"sample": ""}, "paste some lines"),
        ({"sample": SAMPLE, "amount": "Umsatz"}, "Umsatz"),
        ({"sample": SAMPLE, "date_format": "%Y-%m-%d"}, "line 3"),
        ({"sample": SAMPLE.replace("Apple", "☃"), "encoding": "iso-8859-15"}, "has characters that the encoding does not have"),
    ):
        await nora.get(f"{path}/new")
        await nora.post(f"{path}/check", {"_action": path, **LAYOUT, **more})
        assert nora.answer.status_code == 422, more
        assert words in nora.page, (more, nora.page)
    await nora.get(f"{path}/new")
    await nora.post(f"{path}/check", {"_action": path, **LAYOUT, "sample": SAMPLE})
    assert nora.answer.status_code == 200, nora.page
    for words in ("Entries that were read: 2", "€119.00", "-€5.10", "Apple &lt;b&gt;"):
        assert words in nora.page, words
    assert await shop.ask("GET", "/v1/payments/statement-profiles") == []
    assert await tried(amount="") == 422
    assert await tried(sample=SAMPLE) == 200
    assert "The layout was added." in nora.page
    [kept] = await shop.ask("GET", "/v1/payments/statement-profiles")
    layout: dict[str, Any] = kept["layout"]
    assert (layout["delimiter"], layout["remittance"], layout["skip_lines"], layout["credit"]) == (
        "\t",
        ["Text", "Zweck"],
        1,
        None,
    )
    saul, anna = await log_in("saul"), await log_in("anna")
    for end in ("", "/edit", "/delete"):
        assert (await nora.get(f"{path}/{kept['id']}{end}")).status_code == 200, end
        assert (await saul.get(f"{path}/{kept['id']}{end}")).status_code == 404, end
        assert (await anna.get(f"{path}/{kept['id']}{end}")).status_code == 403, end
    await nora.get(f"{path}/{kept['id']}/edit")
    await nora.submit(f"{path}/{kept['id']}/edit", {**LAYOUT, "name": "Other", "delimiter": ";"})
    assert "The layout was changed." in nora.page
    assert (await shop.ask("GET", f"/v1/payments/statement-profiles/{kept['id']}"))["layout"]["delimiter"] == ";"
    await nora.get(f"{path}/{kept['id']}/delete")
    await nora.submit(f"{path}/{kept['id']}/delete")
    assert await shop.ask("GET", "/v1/payments/statement-profiles") == []
