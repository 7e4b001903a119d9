"""Reading a chain and its key, and saying what is wrong with them before a visitor finds out."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from control.core.errors import FieldError, ValidationFailed
from control.core.words import N_, said
from control.sites.checks import hosts
from control.sites.checks.hosts import HostError

CHAIN, KEY = "/chain_pem", "/private_key_pem"
LONGEST_CHAIN = 10
MOST_HOSTS = 100
_CURVES = {"secp256r1": "EC P-256", "secp384r1": "EC P-384"}
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)


class Read(msgspec.Struct, frozen=True):
    """A chain and its key in one form: PEM with nothing between, PKCS #8."""

    chain_pem: str
    private_key_pem: bytes
    hosts: list[str]
    key_type: str
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime


def read(chain_pem: str, private_key_pem: str, at: datetime) -> Read:
    """Check a chain with its key at a time. Raises ValidationFailed naming everything that is wrong with either."""
    errors: list[FieldError] = []
    chain = _chain(chain_pem, errors)
    key = _key(private_key_pem, errors)
    key_type = _strength(key, errors) if key is not None else ""
    names: list[str] = []
    if chain:
        first = _first(chain, key, errors)
        _in_order(chain, errors)
        _good_at(chain, at, errors)
        names = _names(first, errors)
    if errors or key is None or not chain:
        raise ValidationFailed(errors)
    leaf = chain[0]
    return Read(
        chain_pem="".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in chain),
        private_key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        hosts=names,
        key_type=key_type,
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        serial=f"{leaf.serial_number:x}",
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
    )


def _chain(pem: str, errors: list[FieldError]) -> list[x509.Certificate]:
    if "PRIVATE KEY-----" in pem:
        errors.append(FieldError(CHAIN, "holds a private key; that belongs into private_key_pem"))
        return []
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
        for certificate in chain:
            _ = certificate.extensions, certificate.subject, certificate.issuer
    except (ValueError, x509.DuplicateExtension):
        errors.append(FieldError(CHAIN, "holds no PEM certificates that can be read"))
        return []
    if len(chain) > LONGEST_CHAIN:
        errors.append(FieldError(CHAIN, said("has more than %(most)s certificates", most=LONGEST_CHAIN)))
        return []
    return chain


def _key(pem: str, errors: list[FieldError]) -> PrivateKeyTypes | None:
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        errors.append(FieldError(KEY, "is encrypted; take its passphrase away, as with `openssl pkey`"))
    except ValueError:
        errors.append(FieldError(KEY, "is no PEM private key that can be read"))
    except Exception:  # noqa: BLE001 - the library's errors for algorithms that it lacks have no common base
        errors.append(FieldError(KEY, "is of a kind that is not supported"))
    return None


def _strength(key: PrivateKeyTypes, errors: list[FieldError]) -> str:
    """What a key is, in words."""
    if isinstance(key, rsa.RSAPrivateKey):
        if not 2048 <= key.key_size <= 4096:
            errors.append(FieldError(KEY, said("is RSA with %(bits)s bits; 2048 to 4096 are taken", bits=key.key_size)))
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            errors.append(FieldError(KEY, said("is on the curve %(curve)s; P-256 and P-384 are taken", curve=key.curve.name)))
        return _CURVES.get(key.curve.name, key.curve.name)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "Ed25519"
    errors.append(FieldError(KEY, "is neither RSA, EC nor Ed25519"))
    return ""


def _first(chain: list[x509.Certificate], key: PrivateKeyTypes | None, errors: list[FieldError]) -> x509.Certificate:
    """The certificate of the key, which must be the first (RFC 8446 section 4.4.2)."""
    if key is None:
        return chain[0]
    public = _public(key)
    fitting = [number for number, certificate in enumerate(chain) if _public(certificate) == public]
    if not fitting:
        errors.append(FieldError(KEY, "does not belong to the certificate"))
        return chain[0]
    if fitting[0] != 0:
        words = said("has the certificate of the key at place %(place)s; it must come first", place=fitting[0] + 1)
        errors.append(FieldError(CHAIN, words))
    return chain[fitting[0]]


def _in_order(chain: list[x509.Certificate], errors: list[FieldError]) -> None:
    """Each is followed by the one that issued it."""
    for number, (issued, issuer) in enumerate(pairwise(chain), start=1):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            words = N_("is out of order: certificate %(number)s was not issued by certificate %(next)s")
            errors.append(FieldError(CHAIN, said(words, number=number, next=number + 1)))
            return


def _public(of: PrivateKeyTypes | x509.Certificate) -> bytes | None:
    try:
        return of.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError):
        return None


_EXPIRED = (N_("the certificate expired on %(day)s"), N_("certificate %(number)s of the chain expired on %(day)s"))
_TOO_EARLY = (
    N_("the certificate is good from %(moment)s UTC only"),
    N_("certificate %(number)s of the chain is good from %(moment)s UTC only"),
)
_WEAK = (
    N_("the certificate is signed with a broken hash"),
    N_("certificate %(number)s of the chain is signed with a broken hash"),
)


def _good_at(chain: list[x509.Certificate], at: datetime, errors: list[FieldError]) -> None:
    for number, certificate in enumerate(chain, start=1):
        if certificate.not_valid_after_utc <= at:
            errors.append(_of(number, _EXPIRED, day=certificate.not_valid_after_utc.date()))
        elif certificate.not_valid_before_utc > at:
            errors.append(_of(number, _TOO_EARLY, moment=f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M}"))
        # Nobody checks how a root is signed.
        if certificate.subject != certificate.issuer and isinstance(_hash(certificate), _WEAK_HASHES):
            errors.append(_of(number, _WEAK))


def _of(number: int, words: tuple[str, str], **values: date | str) -> FieldError:
    """What is wrong with one of a chain: the first has words of its own."""
    return FieldError(CHAIN, said(words[0], **values) if number == 1 else said(words[1], number=number, **values))


def _hash(certificate: x509.Certificate) -> hashes.HashAlgorithm | None:
    try:
        return certificate.signature_hash_algorithm
    except ValueError:
        return None


def _names(leaf: x509.Certificate, errors: list[FieldError]) -> list[str]:
    """The DNS names that the certificate is made out for; a common name alone is none (RFC 9525 section 6.3)."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        pass
    else:
        if not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usage):
            errors.append(FieldError(CHAIN, "is not made out for servers (extended key usage)"))
    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        errors.append(FieldError(CHAIN, "has no subject alternative names, without which browsers take it for no host"))
        return []
    found: list[str] = []
    for text in alternative.get_values_for_type(x509.DNSName):
        try:
            found.append(hosts.served(text, staff=True))
        except HostError:
            errors.append(FieldError(CHAIN, said("is made out for '%(text)s', which is no host name", text=text)))
    found = [name for name in dict.fromkeys(found) if name != "*"]
    if not found and not errors:
        errors.append(FieldError(CHAIN, "is made out for no host name"))
    if len(found) > MOST_HOSTS:
        errors.append(FieldError(CHAIN, said("is made out for more than %(most)s names", most=MOST_HOSTS)))
    return found
