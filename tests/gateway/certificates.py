"""Certificates made for a test."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@functools.cache
def self_signed(*names: str, number: int = 1) -> tuple[str, str]:
    """A certificate for these names and its private key, PEM. Another number is another certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), number, now - timedelta(days=1), now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM).decode()
    return chain, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@functools.cache
def issued(*names: str) -> tuple[str, str, str]:
    """An authority's certificate, one for these names that it signed, and the private key of that one, PEM."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    authority, leaf = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in ("authority", names[0]))
    made = []
    for subject, key, number in ((authority, keys[0], 1), (leaf, keys[1], 2)):
        builder = x509.CertificateBuilder(
            authority, subject, key.public_key(), number, now - timedelta(days=1), now + timedelta(days=2)
        ).add_extension(x509.BasicConstraints(ca=number == 1, path_length=None), critical=True)
        if number == 2:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM).decode())
    return made[0], made[1], keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def section(name: str, hosts: list[str], chain: str, key: str, **more: Any) -> dict[str, Any]:
    """A `certificate:` section of a snapshot."""
    body = {"id": name, "hosts": hosts, "chain_pem": chain, "key_pem": key} | more
    return {"id": f"certificate:{name}", "hash": f"{name}{hash((chain, tuple(hosts)))}", "body": body}
