"""The agent's settings: a TOML file, over which the environment has the last word."""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFIG = "/etc/hcc-agent/agent.toml"
STATE = "/var/lib/hcc-agent"
IGNORED_TYPES = (
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl",
    "hugetlbfs", "mqueue", "nsfs", "overlay", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "squashfs", "sysfs", "tmpfs",
    "tracefs",
)  # fmt: skip
"""Filesystems without a disk of their own."""
IGNORED_INTERFACES = ("lo", "veth*", "docker*", "br-*", "virbr*", "ifb*", "dummy*")


class SettingsError(Exception):
    """The settings cannot be used; the message says which one, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Files of one backup job: the newest of `files` tells how old it is."""

    job: str
    files: str


@dataclass(frozen=True, slots=True)
class Server:
    """A database to look at."""

    name: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are in seconds, sizes in bytes."""

    server: str
    token: str = field(repr=False)
    agent: str = ""
    host: str = ""
    interval_s: float = 10.0
    slow_s: float = 60.0
    """How often units, certificates, backups and queues are looked at: that costs more than reading /proc."""
    timeout_s: float = 5.0
    ca_file: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    queue: Path = Path(STATE) / "queue"
    queue_bytes: int = 64 << 20
    ignored_types: tuple[str, ...] = IGNORED_TYPES
    ignored_mounts: tuple[str, ...] = ()
    ignored_interfaces: tuple[str, ...] = IGNORED_INTERFACES
    units: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    backups: tuple[Backup, ...] = ()
    postgres: tuple[Server, ...] = ()
    redis: tuple[Server, ...] = ()

    def common(self) -> dict[str, str]:
        """The labels of every series."""
        return {**self.tags, "host": self.host}


_SHAPE: dict[str, dict[str, type | tuple[type, ...]]] = {
    "": {
        "server": str, "token": str, "token_file": str, "agent": str, "host": str, "interval_s": (int, float),
        "slow_s": (int, float), "timeout_s": (int, float), "ca_file": str,
    },
    "queue": {"folder": str, "max_mib": int},
    "filesystems": {"ignore_types": list, "ignore_mounts": list},
    "network": {"ignore": list},
    "systemd": {"units": list},
    "certificates": {"files": list},
}  # fmt: skip
_LISTS = {"backups": {"job", "files"}, "postgres": {"name", "url"}, "redis": {"name", "url"}}


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file, then the environment. Raises SettingsError."""
    environ = os.environ if environ is None else environ
    text: dict[str, Any] = {}
    if path is not None:
        try:
            text = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: {error}") from None
        _check(text, path)
    return _made(text, environ)


def _check(text: dict[str, Any], path: Path) -> None:
    """A name that is not known is a typing mistake, which would otherwise be found when it is too late."""
    for name, value in text.items():
        if name in _LISTS:
            for one in value if isinstance(value, list) else [value]:
                if not isinstance(one, dict) or set(one) != _LISTS[name] or not all(isinstance(v, str) for v in one.values()):
                    raise SettingsError(f"{path}: [[{name}]] has {' and '.join(sorted(_LISTS[name]))}, both texts")
        elif name == "tags":
            if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
                raise SettingsError(f"{path}: [tags] has texts only")
        elif name in _SHAPE:
            if not isinstance(value, dict):
                raise SettingsError(f"{path}: {name} is a table")
            for key, inner in value.items():
                _typed(path, f"{name}.{key}", inner, _SHAPE[name].get(key))
        else:
            _typed(path, name, value, _SHAPE[""].get(name))


def _typed(path: Path, name: str, value: object, expected: type | tuple[type, ...] | None) -> None:
    if expected is None:
        raise SettingsError(f"{path}: there is no setting {name}")
    if not isinstance(value, expected) or isinstance(value, bool):
        raise SettingsError(f"{path}: {name} has the wrong type")
    if isinstance(value, list) and not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{path}: {name} is a list of texts")


def _made(text: dict[str, Any], environ: Mapping[str, str]) -> Settings:
    def said(variable: str, name: str, default: Any) -> Any:
        return environ.get(variable) or text.get(name, default)

    server = str(said("HCC_AGENT_SERVER", "server", "")).rstrip("/")
    if server and not server.startswith(("http://", "https://")):
        raise SettingsError("server must begin with https:// or http://")
    try:
        interval, slow, timeout = (
            float(said(variable, name, default))
            for variable, name, default in (
                ("HCC_AGENT_INTERVAL", "interval_s", 10),
                ("HCC_AGENT_SLOW", "slow_s", 60),
                ("HCC_AGENT_TIMEOUT", "timeout_s", 5),
            )
        )
    except ValueError:
        raise SettingsError("interval_s, slow_s and timeout_s are numbers of seconds") from None
    if not (1 <= interval <= 3600 and 1 <= slow <= 86_400 and 0 < timeout <= 60):
        raise SettingsError("interval_s is 1 to 3600, slow_s 1 to 86400, timeout_s up to 60")
    queue, filesystems = text.get("queue", {}), text.get("filesystems", {})
    return Settings(
        server=server,
        token=_token(text, environ),
        agent=str(said("HCC_AGENT_ID", "agent", "")),
        host=str(said("HCC_AGENT_HOST", "host", "") or socket.gethostname()),
        interval_s=interval,
        slow_s=max(slow, interval),
        timeout_s=timeout,
        ca_file=str(said("HCC_AGENT_CA_FILE", "ca_file", "")),
        tags=text.get("tags", {}),
        queue=Path(environ.get("HCC_AGENT_QUEUE") or queue.get("folder", Path(STATE) / "queue")),
        queue_bytes=max(1, int(queue.get("max_mib", 64))) << 20,
        ignored_types=tuple(filesystems.get("ignore_types", IGNORED_TYPES)),
        ignored_mounts=tuple(filesystems.get("ignore_mounts", ())),
        ignored_interfaces=tuple(text.get("network", {}).get("ignore", IGNORED_INTERFACES)),
        units=tuple(text.get("systemd", {}).get("units", ())),
        certificates=tuple(text.get("certificates", {}).get("files", ())),
        backups=tuple(Backup(**one) for one in text.get("backups", ())),
        postgres=tuple(Server(**one) for one in text.get("postgres", ())),
        redis=tuple(Server(**one) for one in text.get("redis", ())),
    )


def _token(text: dict[str, Any], environ: Mapping[str, str]) -> str:
    """From the environment, a file, systemd's credentials, or the settings themselves."""
    if token := environ.get("HCC_AGENT_TOKEN"):
        return token
    files = [environ.get("HCC_AGENT_TOKEN_FILE") or text.get("token_file", "")]
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        files.insert(0, str(Path(folder) / "token"))
    for name in filter(None, files):
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except OSError as error:
            if name == files[-1]:
                raise SettingsError(f"{name}: {error.strerror}") from None
    return str(text.get("token", ""))
