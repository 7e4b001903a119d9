"""/v1/certificates: what is wrong with a pair is said, keys are sealed and never shown, and nobody serves another's name."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from control.core.crypto import Keyring, KeyringError, place
from control.core.errors import Unavailable, ValidationFailed
from control.core.settings import Settings
from control.sites.certificates.reading import read
from tests.sites.pem import NOW, SHA1_CHAIN, SHA1_KEY, Made, make
from tests.sites.support import made, make_site, pointers
from tests.world import World

ROOT = make(ca=True, name="Root")
MIDDLE = make(ca=True, name="Middle", issuer=ROOT)
LEAF = make(["shop.example", "*.shop.example"], issuer=MIDDLE)
OTHER = make(["other.example"])
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
RSA = rsa.generate_private_key(65537, 2048)
DSA = dsa.generate_private_key(2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


def pair(of: Made, *chain: Made) -> dict[str, Any]:
    return {"chain_pem": "".join(c.pem for c in (of, *chain)), "private_key_pem": of.key_pem}


GOOD: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "issued": (pair(LEAF, MIDDLE), "EC P-256", ["shop.example", "*.shop.example"]),
    "with the root": (pair(LEAF, MIDDLE, ROOT), "EC P-256", ["shop.example", "*.shop.example"]),
    "alone": (pair(LEAF), "EC P-256", ["shop.example", "*.shop.example"]),
    "self-signed": (pair(OTHER), "EC P-256", ["other.example"]),
    "RSA": (pair(make(["a.example"], key=RSA)), "RSA 2048", ["a.example"]),
    "P-384": (pair(make(["a.example"], key=ec.generate_private_key(ec.SECP384R1()))), "EC P-384", ["a.example"]),
    "in capitals, twice": (pair(make(["A.example", "a.EXAMPLE"])), "EC P-256", ["a.example"]),
    "any usage": (pair(make(["a.example"], usage=ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)), "EC P-256", ["a.example"]),
    "no usage": (pair(make(["a.example"], usage=None)), "EC P-256", ["a.example"]),
    "text around": (
        {"chain_pem": "subject=x\n" + LEAF.pem + "\n\nissuer\n" + MIDDLE.pem, "private_key_pem": "\n" + LEAF.key_pem},
        "EC P-256", ["shop.example", "*.shop.example"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_good_pairs(case: str) -> None:
    body, key_type, hosts = GOOD[case]
    found = read(body["chain_pem"], body["private_key_pem"], NOW)
    assert (found.key_type, found.hosts) == (key_type, hosts)
    again = read(found.chain_pem, found.private_key_pem.decode(), NOW)
    assert (again.fingerprint, len(again.fingerprint)) == (found.fingerprint, 64)


def test_ed25519() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = make(["a.example"], issuer=ROOT, key=key)
    assert read(pem.pem, pem.key_pem, NOW).key_type == "Ed25519"


CHAIN, KEY = "/chain_pem", "/private_key_pem"
BAD: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "another's key": ({**pair(LEAF, MIDDLE), "private_key_pem": OTHER.key_pem}, [(KEY, "does not belong")]),
    "wrong order": ({**pair(LEAF), "chain_pem": MIDDLE.pem + LEAF.pem},
                    [(CHAIN, "place 2"), (CHAIN, "certificate 1 was not issued by certificate 2")]),
    "a gap": (pair(LEAF, ROOT), [(CHAIN, "certificate 1 was not issued by certificate 2")]),
    "a stranger behind": (pair(LEAF, MIDDLE, OTHER), [(CHAIN, "certificate 2 was not issued by certificate 3")]),
    "expired": (pair(make(["a.example"], since=timedelta(days=-9), until=timedelta(days=-1))), [(CHAIN, "expired")]),
    "not yet": (pair(make(["a.example"], since=timedelta(days=1))), [(CHAIN, "good from")]),
    "issuer expired": (
        pair(make(["a.example"], issuer=(old := make(ca=True, since=timedelta(days=-9), until=timedelta(days=-1)))), old),
        [(CHAIN, "certificate 2 of the chain expired")],
    ),
    "RSA 1024": (pair(make(["a.example"], key=WEAK)), [(KEY, "1024 bits")]),
    "P-521": (pair(make(["a.example"], key=ec.generate_private_key(ec.SECP521R1()))), [(KEY, "P-256 and P-384")]),
    "DSA": ({**pair(LEAF), "private_key_pem": DSA.decode()}, [(KEY, "neither"), (KEY, "does not belong")]),
    "SHA-1": ({"chain_pem": SHA1_CHAIN, "private_key_pem": SHA1_KEY}, [(CHAIN, "broken hash")]),
    "encrypted key": (
        {**pair(LEAF), "private_key_pem": LEAF.key_as(serialization.BestAvailableEncryption(b"x"))}, [(KEY, "encrypted")],
    ),
    "key in the chain": ({**pair(LEAF), "chain_pem": LEAF.pem + LEAF.key_pem}, [(CHAIN, "private key")]),
    "nonsense": ({"chain_pem": "x", "private_key_pem": "y"}, [(CHAIN, "no PEM"), (KEY, "no PEM")]),
    "broken base64": ({**pair(LEAF), "chain_pem": LEAF.pem.replace("MII", "!!!", 1)}, [(CHAIN, "no PEM")]),
    "the wrong way round": (
        {"chain_pem": LEAF.key_pem, "private_key_pem": LEAF.pem}, [(CHAIN, "private key"), (KEY, "no PEM")],
    ),
    "no names": (pair(make(name="a.example")), [(CHAIN, "alternative names")]),
    "no host names": (pair(make(["*"])), [(CHAIN, "no host name")]),
    "for clients": (pair(make(["a.example"], usage=ExtendedKeyUsageOID.CLIENT_AUTH)), [(CHAIN, "servers")]),
    "too long": (pair(LEAF, *[MIDDLE] * 10), [(CHAIN, "more than 10")]),
    "too many names": (pair(make([f"n{n}.example" for n in range(101)])), [(CHAIN, "more than 100")]),
    "all at once": (
        {"chain_pem": make(["a_b.example"], since=timedelta(days=1), usage=ExtendedKeyUsageOID.CLIENT_AUTH).pem,
         "private_key_pem": OTHER.key_pem},
        [(KEY, "does not belong"), (CHAIN, "good from"), (CHAIN, "servers"), (CHAIN, "no host name")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said(case: str) -> None:
    body, expected = BAD[case]
    with pytest.raises(ValidationFailed) as failure:
        read(body["chain_pem"], body["private_key_pem"], NOW)
    errors = failure.value.errors
    assert [error.pointer for error in errors] == [pointer for pointer, _ in expected], errors
    assert all(words in error.message for error, (_, words) in zip(errors, expected, strict=True)), errors


async def test_a_certificate_through_the_api(world: World, settings: Settings) -> None:
    certificate = await made(world, "anna", "/v1/certificates", pair(LEAF, MIDDLE))
    assert certificate["hosts"] == ["shop.example", "*.shop.example"]
    assert (certificate["issuer"], certificate["key_type"], certificate["is_default"]) == ("CN=Middle", "EC P-256", False)
    path = f"/v1/certificates/{certificate['id']}"
    shown = [await world.get("anna", at) for at in (path, "/v1/certificates", "/v1/audit-log")]
    assert all(answer.status_code == 200 for answer in shown)
    with psycopg.connect(settings.owner_database_url) as connection:
        sealed = connection.execute("SELECT private_key FROM hcc.gateway_certificates").fetchall()[0][0]
        everything = str(connection.execute("SELECT t::text FROM hcc.outbox_events t").fetchall())
    secret = LEAF.key_pem.splitlines()[1]
    assert not any(secret in text for text in (everything, *(answer.text for answer in shown)))
    keyring = Keyring.parse(settings.certificate_keys)
    assert keyring.open(sealed, place("gateway_certificates", "private_key", certificate["id"])).decode() == LEAF.key_pem
    with pytest.raises(KeyringError):
        Keyring.parse(settings.encryption_keys).open(sealed, place("gateway_certificates", "private_key", certificate["id"]))
    assert (await world.send("anna", "DELETE", path)).status_code == 204
    assert (await world.get("anna", path)).status_code == 404


async def test_a_replacement_keeps_the_id(world: World) -> None:
    certificate = await made(world, "anna", "/v1/certificates", pair(LEAF, MIDDLE))
    path = f"/v1/certificates/{certificate['id']}"
    renewed = make(["shop.example"], issuer=MIDDLE, key=LEAF.key, until=timedelta(days=180))
    alone = await world.send("anna", "PATCH", path, {"chain_pem": renewed.pem + MIDDLE.pem})
    data = alone.json()["data"]
    assert (alone.status_code, data["id"], data["version"], data["hosts"]) == (200, certificate["id"], 2, ["shop.example"])
    assert data["fingerprint"] != certificate["fingerprint"]
    assert pointers(await world.send("anna", "PATCH", path, {"chain_pem": OTHER.pem})) == [KEY]
    assert pointers(await world.send("anna", "PATCH", path, {"private_key_pem": OTHER.key_pem})) == [KEY]
    whole = await world.send("anna", "PUT", path, pair(OTHER), if_match='"2"')
    assert (whole.status_code, whole.json()["data"]["hosts"]) == (200, ["other.example"])
    assert (await world.send("anna", "PUT", path, pair(OTHER), if_match='"2"')).status_code == 412
    assert pointers(await world.send("anna", "PUT", path, {"chain_pem": OTHER.pem})) == [KEY]


async def test_lists(world: World) -> None:
    late, soon = make(["late.example"], until=timedelta(days=300)), make(["soon.example"], until=timedelta(days=5))
    for one in (late, soon):
        await made(world, "anna", "/v1/certificates", pair(one))
    border = (NOW + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query, hosts in (
        ("sort_by=not_after&sort_order=asc", ["soon.example", "late.example"]),
        (f"expires_before={border}", ["soon.example"]),
        ("search=late", ["late.example"]),
    ):
        answer = await world.get("anna", f"/v1/certificates?{query}")
        assert [certificate["hosts"][0] for certificate in answer.json()["data"]] == hosts, query


async def test_without_a_keyring_nothing_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from control.sites.certificates import service

    def missing(_ctx: object) -> Keyring:
        raise Unavailable("HCC_CERTIFICATE_KEYS is not set")

    monkeypatch.setattr(service, "_keyring", missing)
    answer = await world.send("anna", "POST", "/v1/certificates", pair(LEAF))
    assert (answer.status_code, "HCC_CERTIFICATE_KEYS" in answer.text) == (503, True)


@pytest.mark.parametrize(("who", "status"), [("root", 201), ("nora", 422), ("anna", 422)])
async def test_the_default_is_the_platforms(world: World, who: str, status: int) -> None:
    answer = await world.send(who, "POST", "/v1/certificates", {**pair(OTHER), "is_default": True})
    assert answer.status_code == status, answer.text


async def test_there_is_one_default(world: World) -> None:
    first, second = [
        await made(world, "root", "/v1/certificates", {**pair(make([f"{name}.example"])), "is_default": True}) for name in "ab"
    ]
    listed = (await world.get("root", "/v1/certificates")).json()["data"]
    assert {c["id"]: c["is_default"] for c in listed} == {first["id"]: False, second["id"]: True}
    back = await world.send("root", "PATCH", f"/v1/certificates/{first['id']}", {"is_default": True})
    assert (back.status_code, back.json()["data"]["fingerprint"]) == (200, first["fingerprint"])
    again = (await world.get("root", f"/v1/certificates/{second['id']}")).json()["data"]
    assert (again["is_default"], again["version"]) == (False, 2)
    inside = str(world.organizations["apple"])
    body = {**pair(OTHER), "is_default": True}
    answer = await world.send("root", "POST", "/v1/certificates", body, X_Organization_Id=inside)
    assert pointers(answer) == ["/is_default"]


def served(settings: Settings) -> dict[str, str]:
    """Which certificate gateways serve for which name, by the first name that it is made out for."""
    with psycopg.connect(settings.gateway_database_url) as connection:
        rows = connection.execute("SELECT hosts, chain_pem, key_sealed FROM hcc.gateway_config_certificates").fetchall()
    assert all(base64.b64decode(sealed, validate=True) for _, _, sealed in rows)
    with psycopg.connect(settings.owner_database_url) as connection:
        found = connection.execute(
            "SELECT h.host, c.subject FROM hcc.gateway_certificate_hosts h"
            " JOIN hcc.gateway_certificates c ON c.id = h.certificate_id"
        ).fetchall()
    assert {host for hosts, _, _ in rows for host in hosts} == {host for host, _ in found}
    return {host: subject.removeprefix("CN=") for host, subject in found}


async def test_nobody_serves_a_name_of_somebody_else(world: World, settings: Settings) -> None:
    """A certificate says what it likes; it is served for the names of its own organisation's sites, and of those below."""
    await make_site(world, "anna", "shop.example")
    await make_site(world, "bert", "bakery.example")
    theft = make(["bakery.example", "*.example", "shop.example"], name="anna")
    await made(world, "anna", "/v1/certificates", pair(theft))
    assert served(settings) == {"shop.example": "anna"}
    reseller = make(["bakery.example", "shop.example", "cherry.example"], name="nora", since=timedelta(minutes=-1))
    await made(world, "nora", "/v1/certificates", pair(reseller))
    await make_site(world, "cleo", "cherry.example")
    assert served(settings) == {"shop.example": "anna", "bakery.example": "nora"}, "the nearest organisation's comes first"
    platform = make(["*.example"], name="root")
    await made(world, "root", "/v1/certificates", {**pair(platform), "is_default": True})
    assert served(settings) == {
        "shop.example": "anna", "bakery.example": "nora", "cherry.example": "root", "*.example": "root", "*": "root",
    }  # fmt: skip


async def test_a_wildcard_covers_one_label(world: World, settings: Settings) -> None:
    for host in ("shop.example", "a.shop.example", "b.a.shop.example", "*.shop.example"):
        await make_site(world, "anna", host)
    await made(world, "anna", "/v1/certificates", pair(make(["*.shop.example"], name="wild")))
    assert served(settings) == {"a.shop.example": "wild", "*.shop.example": "wild"}


async def test_the_newest_is_served_and_a_site_that_is_off_needs_none(world: World, settings: Settings) -> None:
    site = await make_site(world, "anna", "shop.example")
    old = await made(world, "anna", "/v1/certificates", pair(make(["shop.example"], name="old", since=timedelta(days=-9))))
    new = await made(world, "anna", "/v1/certificates", pair(make(["shop.example"], name="new")))
    assert served(settings) == {"shop.example": "new"}
    await world.send("anna", "DELETE", f"/v1/certificates/{new['id']}")
    assert served(settings) == {"shop.example": "old"}
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("UPDATE hcc.gateway_certificates SET not_after = now() - interval '1 day'")
    assert served(settings) == {"shop.example": "old"}, "better an expired one than none"
    newer = await made(world, "anna", "/v1/certificates", pair(make(["shop.example"], name="good", since=timedelta(days=-30))))
    assert served(settings) == {"shop.example": "good"}, "what is good now comes before what is newer"
    status = (await world.get("anna", f"/v1/sites/{site['id']}/status")).json()["data"]
    assert [(c["host"], c["certificate_id"]) for c in status["certificates"]] == [("shop.example", newer["id"])]
    assert old["id"] != newer["id"]
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", {"is_active": False})
    assert served(settings) == {}
