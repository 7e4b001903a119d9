"""Plots of results as SVG, written by hand: no plotting library for a few bars."""

from __future__ import annotations

from html import escape
from typing import Any

COLOURS = {"ours": "#2563eb"}
_PEER = "#9ca3af"
_BAR, _GAP, _LEFT, _WIDTH = 22, 18, 110, 720


def _group(y: int, rows: dict[str, float]) -> tuple[list[str], int]:
    """Bars of one group from `y` on, scaled to the longest; and where the next thing may stand."""
    parts: list[str] = []
    top = max(rows.values()) or 1
    for name, value in rows.items():
        width = (_WIDTH - _LEFT - 110) * max(value, 0) / top
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR - 4}" rx="2" fill="{COLOURS.get(name, _PEER)}"/>'
        )
        parts.append(f'<text x="{_LEFT + width + 6:.1f}" y="{y + 14}">{value:,}</text>')
        y += _BAR
    return parts, y


def bars(result: dict[str, Any]) -> str:
    """Horizontal bars, one group a case; a second one below for a percentile of the latency where a case has it."""
    parts: list[str] = []
    y = 46
    for case in result["cases"]:
        if "skipped" in case:
            parts.append(f'<text x="10" y="{y}" font-weight="600">{escape(case["case"])}: {escape(case["skipped"])}</text>')
            y += 10 + _GAP
            continue
        note = ", less is better" if case.get("better") == "lower" else ""
        note += ", void: a peer was disturbed" if case.get("void") else ""
        parts.append(f'<text x="10" y="{y}" font-weight="600">{escape(case["case"])} ({escape(case["unit"])}{note})</text>')
        group, y = _group(y + 10, {"ours": case["ours"], **case["peers"]})
        parts += group
        for share in (95, 99):
            if (values := case.get(f"p{share}_ms")) is not None:
                parts.append(f'<text x="{_LEFT}" y="{y + 12}" fill="#6b7280">{share}th percentile of the latency, ms</text>')
                group, y = _group(y + 18, values)
                parts += group
        y += _GAP
    title = (
        f'<text x="10" y="22" font-size="15" font-weight="600">{escape(result["name"])} · {escape(result["when"][:10])}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{title}{"".join(parts)}</svg>\n'
    )
