"""`hcc-gateway-bench`: the gateway's listener and pipeline without Granian around them, with the snapshot it is given."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from _processes import free_port, running
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "native" / "target")) / "release" / "hcc-gateway-bench"
DESCRIPTION = "hcc-gateway-bench, 1 thread: the gateway's listener and pipeline, without Granian around it"


def build() -> None:
    """Build the binary anew when its sources changed."""
    command = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "hcc-gateway", "--bin", "hcc-gateway-bench"]
    subprocess.run(command, check=True, cwd=ROOT / "native")


def certificate(folder: str) -> None:
    """One self-signed P-256 certificate for everybody: `chain.pem`, `key.pem`, and both in `both.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench.example")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=2))
    names = x509.SubjectAlternativeName([x509.DNSName("bench.example")])
    chain = built.add_extension(names, critical=False).sign(key, SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    here = Path(folder)
    (here / "chain.pem").write_bytes(chain)
    (here / "key.pem").write_bytes(private)
    (here / "both.pem").write_bytes(chain + private)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(key: Ed25519PrivateKey) -> str:
    """An access token as the control plane signs them, good for an hour."""
    now = int(time.time())
    claims = {"sub": "u", "user_type": "admin", "org_id": "o", "roles": ["admin"], "sid": "s", "jti": "j", "typ": "access"}
    claims |= {"iss": "hcc", "aud": "hcc", "iat": now, "exp": now + 3600}
    signed = _b64(b'{"alg":"EdDSA","kid":"k"}') + "." + _b64(json.dumps(claims).encode())
    return signed + "." + _b64(key.sign(signed.encode()))


def _snapshot(origin: int, key: Ed25519PrivateKey, folder: str, *, tls: bool, waf: str) -> dict[str, Any]:
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": _b64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    limit: dict[str, Any] = {"name": "api", "key": "client", "rate": 4_000_000_000, "per_s": 60, "burst": 1_000_000}
    route: dict[str, Any] = {"methods": None, "upstream": "o", "max_body": None}
    times = {"connect_ms": 2000, "first_byte_ms": 15000, "between_bytes_ms": 15000, "total_ms": 0}
    target = {"address": f"127.0.0.1:{origin}", "weight": 1}
    site = {
        "site_id": "s",
        "organization_id": "o",
        "name": "bench",
        "hosts": ["*"],
        "security": {"waf": {"mode": "block", "rule_set": waf} if waf else {"mode": "off"}},
        "upstreams": {"o": {"policy": "round_robin", "targets": [target], **times}},
        "routes": [
            {**route, "id": "plain", "path_prefix": "/"},
            {**route, "id": "full", "path_prefix": "/full", "auth": {"mode": "jwt"}, "rate_limits": [limit]},
        ],
    }
    platform = {"jwt": {"issuer": "hcc", "audience": "hcc", "keys": [jwk], "leeway_s": 5}, "defaults": {"keep_alive_ms": 600_000}}
    sections = [{"id": "platform", "hash": "1", "body": platform}, {"id": "site:s", "hash": "1", "body": site}]
    if tls:
        pem = {f"{name}_pem": (Path(folder) / f"{name}.pem").read_text() for name in ("chain", "key")}
        sections.append({"id": "certificate:c", "hash": "1", "body": {"id": "c", "hosts": ["*"], **pem}})
    return {"version": 1, "sections": sections}


def start(
    stack: ExitStack,
    folder: str,
    origin: int,
    key: Ed25519PrivateKey,
    *,
    tls: bool = False,
    log: bool = False,
    waf: bool = False,
    rules: Path | None = None,
) -> tuple[int, int]:
    """Start it with one thread, the firewall with these rules or Debian's; gives its process id and its port.

    Raises NotStartedError.
    """
    port = free_port()
    rule_set = ("given" if rules else "3.3.4") if waf else ""
    snapshot = Path(folder) / f"snapshot-{port}.json"
    snapshot.write_text(json.dumps(_snapshot(origin, key, folder, tls=tls, waf=rule_set)))
    listen = f"https://127.0.0.1:{port}" if tls else f"127.0.0.1:{port}"
    command = [str(BINARY), listen, str(snapshot), "1", f"{folder}/access.log" if log else "", str(rules or "")]
    return stack.enter_context(running(command, port, folder)), port
