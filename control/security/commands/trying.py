"""`hcc waf try`: what transformations make of a value, and what an operator says of that."""

from __future__ import annotations

import argparse
import base64
import binascii
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hcc_native
import msgspec


class TryError(Exception):
    """What was asked for cannot be tried."""


class Step(msgspec.Struct, frozen=True):
    """A transformation, and the value behind it."""

    transform: str
    value: bytes
    changed: bool


class Result(msgspec.Struct, frozen=True):
    """All steps; `matched` is None without an operator."""

    value: bytes
    steps: list[Step]
    operator: str | None = None
    matched: bool | None = None
    captured: list[bytes | None] = []


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a batch. What it does not say is as on the command line."""

    input: str | None = None
    input_base64: str | None = None
    transform: str | list[str] | None = None
    operator: str | None = None
    id: int | str | None = None


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 when something cannot be tried; of a batch, 1 when a line could not."""
    try:
        chain = transformations(args.transform or [])
        if args.operator:
            run(b"", chain, args.operator)
        if args.batch is not None:
            return _batch(args.batch, chain, args.operator)
        result = run(_value(args), chain, args.operator)
    except (TryError, OSError) as error:
        print(f"hcc waf try: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(msgspec.json.encode(told(result)).decode())
    else:
        print("\n".join(lines(result)))
    return 0


def transformations(given: list[str]) -> list[str]:
    """Names with their `t:`, as a rule has them, of lists with commas. `t:none` forgets those before it. Raises TryError."""
    chain: list[str] = []
    for word in (word.strip() for part in given for word in part.split(",")):
        name = f"t:{word.removeprefix('t:')}"
        if name.lower() == "t:none":
            chain = []
        elif word:
            _or_say(hcc_native.waf_transform, name, b"")
            chain.append(name)
    return chain


def run(value: bytes, chain: list[str], operator: str | None) -> Result:
    """Apply them one by one. Raises TryError."""
    first, steps = value, []
    for name in chain:
        after = _or_say(hcc_native.waf_transform, name, value)
        steps.append(Step(name, after, after != value))
        value = after
    if not operator:
        return Result(first, steps)
    name, parameter = _operator(operator)
    tried = _or_say(hcc_native.waf_operator, name, parameter, value)
    return Result(first, steps, operator, tried.matched, list(tried.captured))


def _or_say(call: Callable[..., Any], *given: Any) -> Any:
    try:
        return call(*given)
    except ValueError as error:
        raise TryError(str(error)) from None


def _operator(text: str) -> tuple[str, str]:
    """Name and parameter; without `@` it is an expression for `@rx`, as in a rule."""
    sign = "!" if text.startswith("!") else ""
    rest = text.removeprefix("!").lstrip() if text.removeprefix("!").lstrip().startswith("@") else text.removeprefix("!")
    if not rest.startswith("@"):
        return f"{sign}@rx", rest
    name, _, parameter = rest.partition(" ")
    return sign + name, parameter


def _value(args: argparse.Namespace) -> bytes:
    if args.input is None:
        return sys.stdin.buffer.read()
    # What the shell handed over as bytes that are no UTF-8 comes back as those bytes.
    raw = os.fsencode(args.input)
    if args.base64:
        return _base64(raw)
    return unescaped(raw) if args.escapes else raw


def _base64(text: bytes | str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TryError(f"the input is no base64: {error}") from None


def unescaped(raw: bytes) -> bytes:
    r"""Bytes of `\xNN`, `\n`, `\r`, `\t`, `\0` and `\\`; any other backslash stands for itself."""
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}
    out, at = bytearray(), 0
    while at < len(raw):
        following = raw[at + 1 : at + 2]
        if raw[at : at + 1] == b"\\" and following == b"x" and len(digits := raw[at + 2 : at + 4]) == 2 and _is_hex(digits):
            out.append(int(digits, 16))
            at += 4
        elif raw[at : at + 1] == b"\\" and following in plain:
            out += plain[following]
            at += 2
        else:
            out.append(raw[at])
            at += 1
    return bytes(out)


def _is_hex(digits: bytes) -> bool:
    return all(digit in b"0123456789abcdefABCDEF" for digit in digits)


def visible(value: bytes) -> str:
    r"""Printable ASCII as it is, any other byte as `\xNN`, `\n`, `\r` or `\t`."""
    short = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x5C: "\\\\"}
    return "".join(short.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in value)


def lines(result: Result) -> Iterator[str]:
    """The steps for people."""
    wide = max(len("input"), *(len(step.transform) for step in result.steps), 0)
    yield f"{'input':{wide}}  {_shown(result.value)}"
    for step in result.steps:
        yield f"{step.transform:{wide}}  {_shown(step.value) if step.changed else '(no change)'}"
    if result.operator is not None:
        yield f"{result.operator}"
        yield f"{'':{wide}}  {'matches' if result.matched else 'does not match'}"
        for number, group in enumerate(result.captured):
            if group is not None:
                yield f"{'':{wide}}  TX.{number} = {_shown(group)}"


def _shown(value: bytes) -> str:
    return f'"{visible(value)}"  {len(value)} byte{"" if len(value) == 1 else "s"}'


def told(result: Result) -> dict[str, Any]:
    """The same for scripts: text where it is UTF-8, base64 where not."""
    answer: dict[str, Any] = _text("input", result.value)
    answer["steps"] = [{"transform": s.transform, "changed": s.changed, **_text("value", s.value)} for s in result.steps]
    if result.operator is not None:
        answer["operator"] = result.operator
        answer["matched"] = result.matched
        answer["captured"] = [None if group is None else _text("value", group) for group in result.captured]
    return answer


def _text(name: str, value: bytes) -> dict[str, Any]:
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(value).decode()}


def _batch(path: str, chain: list[str], operator: str | None) -> int:
    """A line of JSON for each line of JSON; one that cannot be tried says so in `error`, and the others go on."""
    code = 0
    with sys.stdin.buffer if path == "-" else Path(path).open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            answer: dict[str, Any] = {}
            try:
                line = msgspec.json.decode(raw, type=Line)
                answer = {} if line.id is None else {"id": line.id}
                answer |= told(_line(line, chain, operator))
            except (msgspec.MsgspecError, TryError) as error:
                answer |= {"line": number, "error": str(error)}
                code = 1
            print(msgspec.json.encode(answer).decode(), flush=True)
    return code


def _line(line: Line, chain: list[str], operator: str | None) -> Result:
    if (line.input is None) == (line.input_base64 is None):
        raise TryError("a line has either input or input_base64")
    value = line.input.encode() if line.input is not None else _base64(line.input_base64 or "")
    if line.transform is not None:
        chain = transformations([line.transform] if isinstance(line.transform, str) else line.transform)
    return run(value, chain, operator if line.operator is None else line.operator)
