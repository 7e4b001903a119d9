"""/v1/certificates"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from control.core.collection import collection
from control.sites.certificates import service
from control.sites.certificates.models import Certificate, CertificatePatch, NewCertificate

certificates = collection(
    Certificate, "/v1/certificates", "{certificate_id:uuid}", tags=["certificates"], read="gateway:read", write="gateway:write"
)

ROUTES = [
    certificates.page(
        "list_certificates",
        service.page,
        "The certificates in reach, without their keys; `search` looks at hosts and issuers.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "expires_before": datetime},
    ),
    certificates.get("get_certificate", service.get, "One certificate, without its key."),
    certificates.create(
        "create_certificate",
        NewCertificate,
        service.create,
        "Add a certificate; it is served for those of its names that sites of the organization, or of one below it, answer to.",
    ),
    certificates.set_all(
        "replace_certificate",
        NewCertificate,
        service.update,
        "Replace chain and key under the same id; connections that stand keep the old one.",
    ),
    certificates.set_some(
        "update_certificate",
        CertificatePatch,
        service.update,
        "Replace the chain alone, as after a renewal with the same key, or set whether it is the default.",
    ),
    certificates.delete("delete_certificate", service.delete, "Delete a certificate and its key."),
]
