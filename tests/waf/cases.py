"""The core rules' tests as bytes for a port and rules that must match, read from their files."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

import msgspec
import yaml

FORM = "application/x-www-form-urlencoded"
RULE = re.compile(r"\D*(\d{6})\D*")


class Case(msgspec.Struct):
    """One request and what is expected of it."""

    title: str
    wire: bytes
    matching: set[int]
    silent: set[int]
    status: set[int]
    fails: bool | None


def several(value: Any) -> list[str]:
    """A list of one may be written without its brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def rules(texts: Any) -> set[int]:
    """The rules whose lines are looked for; every text of CRS 3.3 names one."""
    found = [RULE.fullmatch(text) for text in several(texts)]
    assert all(found), texts
    return {int(match[1]) for match in found if match}


def encoded(data: str) -> str:
    """A form as the test tools send it: encoded, unless it holds escapes; fields without a value are left out."""
    if unquote_to_bytes(data) != data.encode():
        return data
    pairs = [pair.partition("=") for pair in data.split("&")]
    # A plus in a value stands for a blank already.
    sent = [f"{quote_plus(n.replace('+', ' '))}={quote_plus(v.replace('+', ' '))}" for n, _, v in pairs if v]
    return "&".join(sent) or data


def wire(given: dict[str, Any]) -> bytes:
    """The bytes that a client sends for a test's input."""
    if given.get("encoded_request"):
        return base64.b64decode(given["encoded_request"])
    if "raw_request" in given:
        return str(given["raw_request"]).encode()
    headers: dict[str, str] = dict(given.get("headers", {}))
    data = "\r\n".join(several(given.get("data")))
    bare = given.get("stop_magic", "false").lower() == "true"
    names = {name.lower() for name in headers}
    if not bare and data:
        if "content-type" not in names:
            headers["Content-Type"] = FORM
        if any(name.lower() == "content-type" and value == FORM for name, value in headers.items()):
            data = encoded(data)
        if "content-length" not in names:
            headers["Content-Length"] = str(len(data.encode()))
    if not bare and "connection" not in names:
        headers["Connection"] = "close"
    line = f"{given.get('method', 'GET')} {given.get('uri', '/')} {given.get('version', 'HTTP/1.1')}"
    return "\r\n".join([line, *(f"{name}: {value}" for name, value in headers.items()), "", data]).encode()


def case(test: dict[str, Any]) -> Case:
    """One test; those of CRS 3.3 have one stage each."""
    (stage,) = test["stages"]
    given, output = stage["stage"]["input"], stage["stage"]["output"]
    assert output.keys() <= {"status", "log_contains", "no_log_contains", "expect_error"}
    fails = output.get("expect_error")
    return Case(
        title=test["test_title"],
        wire=wire(given),
        matching=rules(output.get("log_contains")),
        silent=rules(output.get("no_log_contains")),
        status={int(status) for status in several(output.get("status"))},
        fails=None if fails is None else fails.lower() == "true",
    )


def read(folder: Path) -> list[Case]:
    """Every test below a folder. Scalars stay texts: what one means is for its reader to say."""
    files = sorted(folder.rglob("*.yaml"))
    documents = [yaml.load(file.read_text(), yaml.CBaseLoader) for file in files]  # noqa: S506 - it makes texts only
    return [case(test) for document in documents for test in document["tests"]]
