"""Every action that the code writes into the audit log, read off its source: constants, and what callers hand on to functions
that write for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

from control.billing.payments.models import Refund
from control.billing.tax.vat_checks.models import Outcome

ROOT = Path(__file__).resolve().parents[2]
# A refund that is pending changes nothing.
_SETTLED = set(get_args(get_type_hints(Refund)["status"])) - {"pending"}
KNOWN_ELSEWHERE = {
    # What is asked of callers by no constant: a model's field, or a provider's word.
    "made.status": _SETTLED,
    "refunded.status": _SETTLED,
    "answer.outcome": set(get_args(Outcome)) - {"unavailable"},
}
"""Expression: its values."""
Function = tuple[str, str]
ANY = "*"
WRITERS: dict[Function, tuple[str, int, str]] = {
    (ANY, "audit"): ("action", 1, "{}"),
    (ANY, "audit_read"): ("subject_type", 1, "{}.viewed"),
    ("control.core.audit", "record"): ("action", 2, "{}"),
    ("control.core.audit", "record_many"): ("action", 2, "{}"),
    ("control.accounts.directory", "note"): ("action", 2, "{}"),
}
"""Function: the parameter with the action, its place, and what becomes of it."""


class Module:
    """A file, with what its names mean."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.names: dict[str, Function] = {}
        self.modules: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    self.names[one.asname or one.name] = (node.module, one.name)
                    self.modules[one.asname or one.name] = f"{node.module}.{one.name}"
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.names[node.name] = (self.name, node.name)

    def called(self, call: ast.Call) -> Function | None:
        match call.func:
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Attribute(attr="audit" | "audit_read" as name):
                return (ANY, name)
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                return (self.modules.get(base, ""), name)
        return None

    def calls(self) -> Iterator[tuple[list[ast.FunctionDef | ast.AsyncFunctionDef], ast.Call]]:
        """Every call, and the functions that it stands in, the innermost first."""

        def below(
            node: ast.AST, within: list[ast.FunctionDef | ast.AsyncFunctionDef]
        ) -> Iterator[tuple[list[ast.FunctionDef | ast.AsyncFunctionDef], ast.Call]]:
            for child in ast.iter_child_nodes(node):
                inside = [child, *within] if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else within
                if isinstance(child, ast.Call):
                    yield inside, child
                yield from below(child, inside)

        yield from below(self.tree, [])


def codes() -> tuple[set[str], set[str]]:
    """The actions; and the places whose action this cannot tell."""
    modules = [Module(path) for path in sorted((ROOT / "control").rglob("*.py"))]
    subjects = {str(ast.literal_eval(call.args[1])) for one in modules for _, call in one.calls() if _is_kind(call)}
    writers, found, unknown = dict(WRITERS), set[str](), set[str]()
    while True:
        more: dict[Function, tuple[str, int, str]] = {}
        found.clear()
        unknown.clear()
        for module in modules:
            for within, call in module.calls():
                writer = module.called(call)
                if writer not in writers:
                    continue
                parameter, place, pattern = writers[writer]
                given = next((one.value for one in call.keywords if one.arg == parameter), None)
                if given is None and len(call.args) > place:
                    given = call.args[place]
                if given is None:
                    continue
                for value, handed_on in _values(given, within, subjects):
                    if handed_on is not None:
                        at = [one.arg for one in (*within[0].args.posonlyargs, *within[0].args.args)]
                        n = at.index(handed_on) if handed_on in at else 99
                        more[module.name, within[0].name] = (handed_on, n, pattern.format(value))
                    elif value is None:
                        unknown.add(f"{module.name}: {ast.unparse(given)}")
                    else:
                        found.add(pattern.format(value))
        if more.items() <= writers.items():
            return found, unknown
        writers |= more


def _is_kind(call: ast.Call) -> bool:
    """Whether it declares a kind of row (control/security/kept.py, control/monitoring/kept.py)."""
    is_named = ast.unparse(call.func) in ("Kind", "kept.kind")
    return is_named and len(call.args) > 4 and isinstance(call.args[1], ast.Constant)


def _values(
    node: ast.expr, within: list[ast.FunctionDef | ast.AsyncFunctionDef], subjects: set[str]
) -> list[tuple[str | None, str | None]]:
    """What an expression may be; or a pattern, and the parameter that is put into it. (None, None) is unknown."""
    match node:
        case ast.Constant(value=str(text)):
            return [(text, None)]
        case ast.IfExp():
            return [*_values(node.body, within, subjects), *_values(node.orelse, within, subjects)]
        case ast.JoinedStr():
            found: list[tuple[str | None, str | None]] = [("", None)]
            for part in node.values:
                inner = part.value if isinstance(part, ast.FormattedValue) else part
                values = _values(inner, within, subjects)
                found = [
                    (None, None) if a is None or b is None else (a + b, x or y) for a, x in found for b, y in values
                ]  # fmt: skip
            return found
        case ast.Attribute(attr="subject"):
            return [(one, None) for one in sorted(subjects)]
        case ast.Name(id=name) if within:
            return _named(name, within[0], within, subjects)
    known = KNOWN_ELSEWHERE.get(ast.unparse(node))
    return [(None, None)] if known is None else [(one, None) for one in sorted(known)]


def _named(
    name: str,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    within: list[ast.FunctionDef | ast.AsyncFunctionDef],
    subjects: set[str],
) -> list[tuple[str | None, str | None]]:
    for one in (*function.args.args, *function.args.kwonlyargs):
        if one.arg == name:
            if one.annotation is not None and ast.unparse(one.annotation).startswith("Literal["):
                return [(str(value), None) for value in ast.literal_eval(ast.unparse(one.annotation)[8:-1] + ",")]
            return [("{}", name)]
    given = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
    ]
    return [one for value in given for one in _values(value, within, subjects)] or [(None, None)]
