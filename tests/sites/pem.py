"""Certificates of every kind that the tests need: good ones, and those with one thing wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from control.sites.certificates.self_signed import self_signed

NOW = datetime.now(UTC)
CHAIN, KEY = self_signed(["pem.example"], NOW)
"""A pair that is good."""


class Made(msgspec.Struct):
    """A certificate with its key, to issue others with or to send."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key_as(serialization.NoEncryption())

    def key_as(self, encryption: serialization.KeySerializationEncryption) -> str:
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


def make(
    hosts: list[str] | None = None,
    *,
    issuer: Made | None = None,
    key: CertificateIssuerPrivateKeyTypes | None = None,
    ca: bool = False,
    since: timedelta = timedelta(hours=-1),
    until: timedelta = timedelta(days=90),
    usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    name: str = "",
) -> Made:
    """A certificate; without `issuer` it signs itself, without `hosts` it has no alternative names."""
    own: CertificateIssuerPrivateKeyTypes = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or (hosts or ["authority"])[0])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + since)
        .not_valid_after(NOW + until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if hosts is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
    if usage is not None and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return Made(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


# Signed with SHA-1, which the library no longer does; good for a hundred years. Its key opens nothing.
SHA1_CHAIN = """\
-----BEGIN CERTIFICATE-----
MIIBaTCCARCgAwIBAgIBATAJBgcqhkjOPQQBMA4xDDAKBgNVBAMMA09sZDAgFw0y
MDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJYS5leGFt
cGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzk/R9fj6T36nRk7KeTV/f8S0
72Bu1EOH1xlvhK73L5LJ7hy5dGAFyDtZoEG451In1NBSykCsEYXDc0sKqiwfzKNY
MFYwFAYDVR0RBA0wC4IJYS5leGFtcGxlMB0GA1UdDgQWBBT8BlUJE2DwsfOKOMZT
iKRZfN6ZRTAfBgNVHSMEGDAWgBRC2TQHSapUdORJFONzndbOYShgmTAJBgcqhkjO
PQQBA0gAMEUCIE/yoyyhtgiZ9fxTzXBAracb+NSkAxbDeAshU1dEjOr8AiEAjH/G
6pO/zitnVjdjcnBjHVwYLgYSVyjKPoTbLy5DsSc=
-----END CERTIFICATE-----
"""
SHA1_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSgbD8nuRujpmggN3
fOhtkl7jka6XZRmMy6yuLJafrGWhRANCAATOT9H1+PpPfqdGTsp5NX9/xLTvYG7U
Q4fXGW+ErvcvksnuHLl0YAXIO1mgQbjnUifU0FLKQKwRhcNzSwqqLB/M
-----END PRIVATE KEY-----
"""
