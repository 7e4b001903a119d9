"""Certificates as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Pem = Annotated[str, Meta(min_length=1, max_length=65_536)]


class Certificate(msgspec.Struct, kw_only=True):
    """A certificate without its key; `hosts` are the names that it is made out for, `fingerprint` is SHA-256 of it."""

    id: UUID
    organization_id: UUID
    hosts: list[str]
    is_default: bool
    key_type: str
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    version: int
    created_at: datetime
    updated_at: datetime


class NewCertificate(msgspec.Struct, forbid_unknown_fields=True):
    """PEM: the certificate first, then those that issued it, without the root; the key without a passphrase.

    `is_default`: served to connections without a name or with an unknown one; for the platform's own.
    """

    chain_pem: Pem
    private_key_pem: Pem
    is_default: bool = False


class CertificatePatch(msgspec.Struct, forbid_unknown_fields=True):
    """A chain alone must fit the key that is there, as in a renewal."""

    chain_pem: Pem | UnsetType = UNSET
    private_key_pem: Pem | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
