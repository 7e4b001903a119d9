"""Documents through the API and the worker: made once, kept as they are, given to those who may have them."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID

import psycopg
import pytest
from lxml import etree
from psycopg.errors import CheckViolation
from pypdf import PdfReader

from control.billing.documents import service
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.billing.working import settle
from tests.conftest import Urls
from tests.world import World


async def invoice(world: World, **settings: Any) -> tuple[Shop, dict[str, Any]]:
    shop = Shop(world)
    await shop.open(**settings)
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    return shop, await shop.invoice(customer["id"])


async def test_a_document_is_there_after_finalising(world: World, worker_runtime: Runtime, urls: Urls) -> None:
    _, final = await invoice(world)
    await settle(worker_runtime)
    path = f"/v1/invoices/{final['id']}/download"
    answer = await world.get("nora", path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="{final["invoice_number"]}.pdf"'
    reader = PdfReader(BytesIO(answer.content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert final["invoice_number"] in text
    assert "€119.00" in text
    [data] = reader.attachments["factur-x.xml"]
    root = etree.fromstring(data)
    assert root.findtext(".//{*}ExchangedDocument/{*}ID") == final["invoice_number"]
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert (await world.get("nora", path, If_None_Match=answer.headers["etag"])).status_code == 304
    # The same again, also for the customer, whatever became of the seller's settings.
    await Shop(world).open(colour="#aa0000", legal_name="Another name")
    assert (await world.get("anna", f"{path}?format=facturx")).content == answer.content
    with psycopg.connect(urls["hcc_owner"]) as owner:
        for statement in (
            "UPDATE hcc.invoice_documents SET content = '', sha256 = sha256('')",
            "DELETE FROM hcc.invoice_documents",
        ):
            with pytest.raises(CheckViolation), owner.transaction():
                owner.execute(statement)


async def test_who_may_download(world: World, worker_runtime: Runtime) -> None:
    _, final = await invoice(world)
    await settle(worker_runtime)
    for who, status in [("nora", 200), ("ned", 200), ("anna", 200), ("root", 200), ("bert", 404), ("saul", 404), ("cleo", 404),
                        ("alex", 403), (None, 401)]:  # fmt: skip
        answer = await world.get(who, f"/v1/invoices/{final['id']}/download")
        assert answer.status_code == status, (who, answer.text)


async def test_what_is_not_there_yet_is_made(world: World, worker_runtime: Runtime) -> None:
    shop, final = await invoice(world, phone="+49 40 123456")
    path = f"/v1/invoices/{final['id']}/download?format=xrechnung"
    first = await world.get("anna", path)
    assert (first.status_code, first.headers["retry-after"], first.json()["data"]["status"]) == (202, "1", "pending")
    again = await world.get("anna", path)
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    await settle(worker_runtime)
    done = await world.get("root", f"/v1/operations/{first.json()['data']['id']}")
    assert done.json()["data"]["status"] == "succeeded"
    answer = await world.get("anna", path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    assert answer.headers["content-disposition"].endswith(f'{final["invoice_number"]}.xrechnung.xml"')
    assert b"xrechnung_3.0" in answer.content
    draft = await shop.draft(final["customer_id"])
    await shop.ask("GET", f"/v1/invoices/{draft['id']}/download", status=409)
    assert (await world.get("nora", f"{path}&format=word")).status_code == 422


@pytest.mark.parametrize(
    ("seller", "kind", "lacks"),
    [
        ({}, "xrechnung", "the seller's phone number (BT-42)"),
        ({"vat_id": ""}, "facturx", "the seller's VAT id or tax number"),
        ({"vat_id": ""}, "ubl", "the seller's VAT id or tax number"),
    ],
)
async def test_a_format_that_an_invoice_cannot_have(
    world: World, worker_runtime: Runtime, seller: dict[str, Any], kind: str, lacks: str
) -> None:
    shop, final = await invoice(world, **seller)
    error = await shop.ask("GET", f"/v1/invoices/{final['id']}/download?format={kind}", status=409)
    assert error["details"]["missing"] == [lacks]
    await settle(worker_runtime)
    plain = await world.get("nora", f"/v1/invoices/{final['id']}/download")
    assert plain.status_code == 200
    assert ("factur-x.xml" in PdfReader(BytesIO(plain.content)).attachments) == (kind == "xrechnung")


async def test_a_long_one_is_made_beside_the_worker(world: World, worker_runtime: Runtime) -> None:
    shop, final = await invoice(world)
    lines = [{"description": f"Server {n}", "unit_price": "1"} for n in range(service.LONG + 1)]
    long = await shop.invoice(final["customer_id"], *lines)
    await settle(worker_runtime)
    answer = await world.get("nora", f"/v1/invoices/{long['id']}/download")
    reader = PdfReader(BytesIO(answer.content))
    assert f"Server {service.LONG}" in "".join(page.extract_text() for page in reader.pages)
    assert "factur-x.xml" in reader.attachments


async def test_made_twice_is_one(world: World, worker_runtime: Runtime) -> None:
    shop, final = await invoice(world)
    note = await shop.credit(final["id"])
    await settle(worker_runtime)
    path = f"/v1/invoices/{note['id']}/download"
    before = (await world.get("nora", path)).content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(before)).pages)
    assert f"Refers to invoice {final['invoice_number']}" in text.replace("\u2066", "").replace("\u2069", "")
    await service.keep(worker_runtime, UUID(note["organization_id"]), UUID(note["id"]), "pdf")
    assert (await world.get("nora", path)).content == before


@pytest.mark.parametrize(
    ("number", "wanted", "name"),
    [
        ("INV-2026-00001", "pdf", "INV-2026-00001.pdf"),
        ("A/2026 7", "ubl", "A-2026-7.ubl.xml"),
        ("../../x", "facturx", "x.pdf"),
        ("__", "xrechnung", "__.xrechnung.xml"),
    ],
)
def test_names_of_files(number: str, wanted: Any, name: str) -> None:
    assert service.file_name(number, wanted) == name
