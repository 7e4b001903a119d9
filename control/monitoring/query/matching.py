"""Which elements of two vectors belong together, and what an operator makes of the pairs."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from control.monitoring.query.errors import QueryError, TooMuch
from control.monitoring.query.labels import NAME, Labels, drop, get, keep, nameless, replaced, shown
from control.monitoring.query.limits import Budget
from control.monitoring.query.operators import ARITHMETIC, CHANGING, COMPARE
from control.monitoring.query.syntax import Binary, Matching
from control.monitoring.query.vector import Mask, Vector, empty, merged

_MOST_PAIRS = 100_000
Groups = dict[Labels, list[int]]


def _signature(name: Labels, matching: Matching) -> Labels:
    return keep(name, matching.labels) if matching.on else drop(name, {NAME, *matching.labels})


def _groups(vector: Vector, matching: Matching) -> Groups:
    found: Groups = {}
    for row, name in enumerate(vector.labels):
        found.setdefault(_signature(name, matching), []).append(row)
    return found


def set_operation(node: Binary, left: Vector, right: Vector) -> Vector:
    """`and`, `or`, `unless`."""
    left, right = left.filled(), right.filled()
    lefts, rights = _groups(left, node.matching), _groups(right, node.matching)
    if node.op == "or":
        found = right.found.copy()
        for signature, rows in rights.items():
            if signature in lefts:
                found[rows] &= ~left.found[lefts[signature]].any(axis=0)
        both = Vector(left.labels + right.labels, np.vstack((left.values, right.values)), np.vstack((left.found, found)))
        return merged(both)
    found = left.found.copy()
    for signature, rows in lefts.items():
        if signature in rights:
            there = right.found[rights[signature]].any(axis=0)
            found[rows] &= there if node.op == "and" else ~there
        elif node.op == "and":
            found[rows] = False
    return Vector(left.labels, left.values, found)


def joined(node: Binary, left: Vector, right: Vector, budget: Budget) -> Vector:
    """Arithmetic and comparisons. Raises QueryError where an element has several partners."""
    matching = node.matching
    swapped = matching.card == "one-to-many"
    many, one = (right.filled(), left.filled()) if swapped else (left.filled(), right.filled())
    steps = many.steps
    if not many.labels or not one.labels:
        return empty(steps)
    ones, manys = _groups(one, matching), _groups(many, matching)
    # Where one of the sides has nothing at a step, nothing is compared there.
    active = np.atleast_1d(many.found.any(axis=0) & one.found.any(axis=0))
    pairs = _pairs(ones, manys)
    for signature, rows in ones.items():
        if len(rows) > 1:
            _alone(signature, rows, one, active, "left" if swapped else "right")
    if not pairs:
        return empty(steps)
    budget.check()
    budget.matrix(len(pairs), steps)
    mine = np.array([m for m, _ in pairs])
    theirs = np.array([o for _, o in pairs])
    has = many.found[mine] & one.found[theirs]
    low, high = many.values[mine], one.values[theirs]
    if swapped:
        low, high = high, low
    if node.op in COMPARE:
        holds = COMPARE[node.op](low, high)
        values = holds.astype(np.float64) if node.returns_bool else low
        has = has if node.returns_bool else has & holds
    else:
        values = ARITHMETIC[node.op](low, high)
    names = [_result(many.labels[m], one.labels[o], node) for m, o in pairs]
    _unambiguous(pairs, names, many, has, matching)
    return merged(Vector(names, values, has))


def _pairs(ones: Groups, manys: Groups) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for signature, rows in manys.items():
        partners = ones.get(signature, ())
        if len(pairs) + len(rows) * len(partners) > _MOST_PAIRS:
            raise TooMuch(f"an operator would pair more than {_MOST_PAIRS} elements; match on more labels")
        pairs += [(row, partner) for row in rows for partner in partners]
    return pairs


def _alone(signature: Labels, rows: list[int], one: Vector, active: Mask, side: str) -> None:
    several = (np.count_nonzero(one.found[rows], axis=0) > 1) & active
    if not several.any():
        return
    at = int(np.argmax(several))
    first, second = [row for row in rows if one.found[row, at]][:2]
    raise QueryError(
        f"found duplicate series for the match group {shown(signature)} on the {side} hand-side of the operation: "
        f"[{shown(one.labels[second])}, {shown(one.labels[first])}];many-to-many matching not allowed: "
        "matching labels must be unique on one side"
    )


def _unambiguous(pairs: list[tuple[int, int]], names: list[Labels], many: Vector, has: Mask, matching: Matching) -> None:
    """Refuse two results of one match group with equal labels at one step."""
    grouped: dict[tuple[Labels, Labels | None], list[int]] = {}
    for n, (row, _) in enumerate(pairs):
        name = None if matching.card == "one-to-one" else names[n]
        grouped.setdefault((_signature(many.labels[row], matching), name), []).append(n)
    for rows in grouped.values():
        if len(rows) > 1 and (np.count_nonzero(has[rows], axis=0) > 1).any():
            if matching.card == "one-to-one":
                words = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            else:
                words = "multiple matches for labels: grouping labels must ensure unique matches"
            raise QueryError(words)


def _result(mine: Labels, theirs: Labels, node: Binary) -> Labels:
    matching = node.matching
    name = nameless(mine) if node.op in CHANGING else mine
    if matching.card == "one-to-one":
        labels: Collection[str] = matching.labels
        name = keep(name, labels) if matching.on else drop(name, labels)
    for label in matching.include:
        name = replaced(name, label, get(theirs, label))
    return nameless(name) if node.returns_bool else name
