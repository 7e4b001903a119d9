"""`hcc agent install`: a claim becomes a token, and the agent a service."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from dataplane.agent import VERSION, unit

_PATIENCE_S = 30.0
ENROLMENTS = "/v1/monitoring/agents/enrolments"


class InstallError(Exception):
    """It was not installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the platform answers to a claim."""

    agent: str
    token: str
    ingest: str
    interval_s: float


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts go, below `root`."""

    root: Path = Path("/")

    @property
    def config(self) -> Path:
        return self.root / "etc/hcc-agent/agent.toml"

    @property
    def token(self) -> Path:
        return self.root / "etc/hcc-agent/token"

    @property
    def unit(self) -> Path:
        return self.root / "etc/systemd/system/hcc-agent.service"

    @property
    def bundle(self) -> Path:
        return self.root / unit.BUNDLE.lstrip("/")


def install(
    server: str, claim: str, *, host: str = "", ca_file: str = "", places: Places | None = None, start: bool = True
) -> Enrolled:
    """Exchange the claim, write the settings and the unit, start it. Raises InstallError.

    A claim is good once: what could fail here is tried before it is used up.
    """
    places = places or Places()
    if not server.startswith(("https://", "http://")):
        raise InstallError("--server begins with https://")
    try:
        for path in (places.config, places.unit):
            path.parent.mkdir(parents=True, exist_ok=True)
        places.config.parent.chmod(0o700)
        for path in (places.token, places.unit):
            _write(path.with_suffix(".trial"), "", 0o600)
            path.with_suffix(".trial").unlink()
    except OSError as error:
        raise InstallError(f"{error.filename}: {error.strerror}; it takes root") from None
    host = host or socket.gethostname()
    found = _enrol(server.rstrip("/"), claim, host, ca_file)
    _write(places.token, found.token + "\n", 0o600)
    if places.config.exists():
        places.config.replace(places.config.with_suffix(".toml.old"))
    _write(places.config, settings_text(found, host, ca_file), 0o600)
    _write(places.unit, unit.text(_program(places)), 0o644)
    if start:
        _start()
    return found


def _write(path: Path, text: str, mode: int) -> None:
    temporary = path.with_name(path.name + ".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    temporary.replace(path)


def _enrol(server: str, claim: str, host: str, ca_file: str) -> Enrolled:
    body = json.dumps({"claim": claim, "host": host, "agent_version": VERSION}).encode()
    request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
        server + ENROLMENTS, body, {"Content-Type": "application/json", "User-Agent": f"hcc-agent/{VERSION}"}
    )
    context = ssl.create_default_context(cafile=ca_file or None) if server.startswith("https://") else None
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S, context=context) as answer:  # noqa: S310 - same
            said = json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise InstallError(f"{server} answers {error.code}: {_message(error)}") from None
    except (OSError, ValueError, LookupError) as error:
        raise InstallError(f"{server}: {error}") from None
    return Enrolled(said["agent_id"], said["token"], said["ingest_url"].rstrip("/"), float(said["interval_s"]))


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["message"])
    except (OSError, ValueError, LookupError, TypeError):
        return error.reason


def settings_text(found: Enrolled, host: str, ca_file: str = "") -> str:
    """The file of settings, with what may be wanted next as comments."""
    ca = f"ca_file = {_quoted(ca_file)}\n" if ca_file else ""
    return f"""\
# Settings of hcc-agent; `systemctl restart hcc-agent` after a change. docs/agent.md tells of each.
server = {_quoted(found.ingest)}
agent = {_quoted(found.agent)}
host = {_quoted(host)}
interval_s = {found.interval_s:g}
{ca}
[certificates]
files = ["/etc/letsencrypt/live/*/cert.pem"]

[systemd]
units = []

# [tags]
# datacenter = "fsn1"
#
# [[backups]]
# job = "nightly"
# files = "/var/backups/*.tar.zst"
#
# [[postgres]]
# name = "main"
# url = "postgresql:///postgres"
#
# [[redis]]
# name = "cache"
# url = "redis://127.0.0.1:6379"
"""


def _quoted(text: str) -> str:
    # TOML's basic strings are JSON's, but for characters that stand in no name or address.
    return json.dumps(text)


def _program(places: Places) -> str:
    """What the unit starts: the bundle, put where it stays, or the module of this installation."""
    own = Path(sys.argv[0])
    if own.suffix != ".pyz":
        return f"{sys.executable} -I -B -m dataplane.agent"
    places.bundle.parent.mkdir(parents=True, exist_ok=True)
    if not places.bundle.exists() or not own.samefile(places.bundle):
        shutil.copyfile(own, places.bundle)
        places.bundle.chmod(0o755)
    return unit.BUNDLED


def _start() -> None:
    for arguments in (["daemon-reload"], ["enable", "hcc-agent.service"], ["restart", "hcc-agent.service"]):
        done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise InstallError(f"written, and not started: systemctl {' '.join(arguments)}: {done.stderr.strip()[:300]}")
