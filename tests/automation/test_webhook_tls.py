"""Over TLS the connection goes to the checked address, and the certificate must be for the name."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from control.automation.webhooks import destinations, sending
from control.automation.webhooks.destinations import Address
from tests.automation.receiver import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def certificate(folder: Path, name: str) -> Path:
    """A certificate for one name with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(hours=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A receiver for hook.example on loopback, and a resolver that says so of every name."""
    file = certificate(tmp_path, "hook.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    trusted = ssl.create_default_context(cafile=str(file))

    async def look_up(_host: str, _port: int) -> list[Address]:
        return [ip_address("127.0.0.1")]

    monkeypatch.setattr(destinations, "look_up", look_up)
    monkeypatch.setattr(sending, "trust", lambda: trusted)
    server = await asyncio.start_server(Receiver().serve, "127.0.0.1", 0, ssl=context)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(("name", "status"), [("hook.example", 204), ("other.example", None), ("127.0.0.1", None)])
async def test_the_certificate_must_be_for_the_name(port: int, name: str, status: int | None) -> None:
    outcome = await sending.attempt(f"https://{name}:{port}/", SECRET, "m1", b"{}", https_only=True, allow_private=True)
    assert outcome.status == status, outcome
    assert (outcome.error is None) is (status is not None)


async def test_an_unknown_authority_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    public = ssl.create_default_context()
    monkeypatch.setattr(sending, "trust", lambda: public)
    outcome = await sending.attempt(f"https://hook.example:{port}/", SECRET, "m1", b"{}", https_only=True, allow_private=True)
    assert (outcome.status, outcome.error) == (None, "ConnectError: the connection failed")
