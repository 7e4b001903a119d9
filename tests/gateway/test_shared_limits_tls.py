"""Shared limits over TLS: the certificate of Redis is verified against the system's authorities."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from control.stack.redis import find_server
from tests.conftest import free_port

# Prints whether the gateway reached Redis, once it is decided: connected, or alone.
REACH = """
import json, sys, time
from hcc_native import Gateway
gateway = Gateway(threads=1, last_good_path=None, access_log=None, redis_url=sys.stdin.read())
deadline = time.monotonic() + 10
while time.monotonic() < deadline:
    if json.loads(gateway.status())["shared_limits"]["connected"]:
        sys.exit("connected")
    if b"shared_limits_outages_total 1" in gateway.metrics():
        sys.exit("alone")
    time.sleep(0.01)
"""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "redis.crt", folder / "redis.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Its address and its certificate."""
    crt, key = certificate(tmp_path)
    port, password = free_port(), secrets.token_hex(16)
    lines = ["bind 127.0.0.1", "port 0", f"tls-port {port}", f"tls-cert-file {crt}", f"tls-key-file {key}"]
    lines += [f"tls-ca-cert-file {crt}", "tls-auth-clients no", f"requirepass {password}", 'save ""', f"dir {tmp_path}"]
    process = subprocess.Popen([find_server(), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write("\n".join(lines).encode())
    process.stdin.close()
    yield f"rediss://:{password}@127.0.0.1:{port}/0", crt
    process.kill()
    process.wait()


@pytest.mark.parametrize(("trusted", "outcome"), [(True, "connected"), (False, "alone")])
def test_the_certificate_decides(redis: tuple[str, Path], tmp_path: Path, trusted: bool, outcome: str) -> None:
    url, crt = redis
    other = tmp_path / "other"
    other.mkdir()
    authorities = crt if trusted else shutil.copy(certificate(other)[0], tmp_path / "other.crt")
    environment = {**os.environ, "SSL_CERT_FILE": str(authorities)}
    run = subprocess.run(
        [sys.executable, "-c", REACH], input=url.encode(), env=environment, capture_output=True, timeout=30, check=False
    )
    assert run.stderr.decode().strip() == outcome
