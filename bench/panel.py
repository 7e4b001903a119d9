"""The panel with 10,000 customers and 200,000 invoices: server time of every page, and what a browser makes of some.

    python bench/panel.py [--share N] [--times N] [--rounds N] [--no-browser]

Every page that a route of the panel gives is asked for by the platform's staff, a reseller with 3,000 customers and a customer,
on one connection, one request after the other, without the gateway. The browser comes through the gateway. The lists that people
work with, and the pages of an invoice and a customer, are asked of Django's admin on the same data too.

Django's admin does less there: it has no row-level security and no choice of tenant, no columns to choose and no saved views, and
shows neither what a customer owes nor how reminders stand. It reads session and account for each page, which we keep for 30 s. It
asks as a role that sees every row, so it is compared with the platform's staff, who see every row too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import _browser
import _cases
import _django
import _pages
import _panel
import _plot as plot

RESULTS = Path(__file__).resolve().parent / "results"
WANTED_MS = 60
WANTED_KIB = 150
WORST = 10


def measure(place: _panel.Place, times: int) -> dict[str, dict[str, Any]]:
    """Figures of each page for each person."""
    wanted = _pages.patterns(place.settings)
    found: dict[str, dict[str, Any]] = {}
    for who in ("admin", "reseller", "customer"):
        person = _pages.Person(place.control)
        person.log_in(place.people[who]["email"], place.people[who]["password"])
        pages = _pages.crawl(person, wanted, ["/dashboard"])
        for pattern, path in sorted(pages.items()):
            found[f"{who} {pattern}"] = {**_pages.measure(person, path, times), "path": path}
        slow = sorted(((one["p95"], name) for name, one in found.items() if name.startswith(f"{who} ")), reverse=True)
        print(f"{who}: {len(pages)} pages, slowest {slow[0][1]} with a p95 of {slow[0][0]} ms", flush=True)
    return found


def browse(place: _panel.Place, pages: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What Chromium makes of five pages of the reseller."""
    paths = {
        "dashboard": "/dashboard",
        "invoices": "/invoices",
        "a site": pages["reseller /sites/{site_id}"]["path"],
        "a customer": pages["reseller /customers/{customer_id}"]["path"],
    }
    found = _browser.look(place.gateway, place.people["reseller"], paths)
    for name, one in found.items():
        print(f"{name}: {one}", flush=True)
    return found


def main() -> None:
    """Fill, measure, write `results/panel.json` and `results/panel.svg`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the large data set; results are kept for all of it")
    parser.add_argument("--times", type=int, default=40, help="requests for each page")
    parser.add_argument("--rounds", type=int, default=50, help="requests of each case to everybody, in turn")
    parser.add_argument("--no-browser", action="store_true")
    args = parser.parse_args()
    if absent := _django.missing():
        raise SystemExit(f"missing: {', '.join(absent)}; install gunicorn, python3-django and python3-psycopg2")
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory(prefix="hcc-bench-") as folder, ExitStack() as stack:
        place = _panel.Place(stack, Path(folder), args.share)
        pages = measure(place, args.times)
        browser = {} if args.no_browser else browse(place, pages)
        owner = place.stack.dsn("hcc_owner")
        django = _django.start(stack, Path(folder), owner)
        cases = _cases.compare(place.control, django, place.people["admin"], owner, args.rounds)
        sizes = place.sizes()
    slow = sorted(pages, key=lambda name: pages[name]["p95"], reverse=True)
    result = {
        "name": "panel",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": "hcc control, 1 process; PostgreSQL with fsync; the client on the same CPUs",
        "load": f"{args.times} requests for each page, one after the other; {args.rounds} of each case to everybody in turn, "
        f"{_cases.ROWS} rows a page",
        "python": sys.version.split()[0],
        "data": sizes,
        "filled_in_s": round(place.filled_s),
        "within": {"ms": WANTED_MS, "pages": sum(one["p95"] <= WANTED_MS for one in pages.values()), "of": len(pages)},
        "worst": [{"page": name, **{k: pages[name][k] for k in ("first", "p50", "p95", "max")}} for name in slow[:WORST]],
        "browser": {"wanted_kib": WANTED_KIB, **browser},
        "cases": cases,
        "peers": _cases.DESCRIPTION,
        **_django.described(),
        "pages": {
            name: {k: one[k] for k in ("first", "p50", "p95", "max", "kib", "kib_packed")} for name, one in sorted(pages.items())
        },
    }
    print(f"{result['within']['pages']} of {len(pages)} pages within {WANTED_MS} ms")
    if args.share == 1.0:
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=2, ensure_ascii=False)
        # What has nothing below it stands in one line.
        text = re.sub(r"\{\n([^{}]*)\n\s*\}", lambda m: "{" + re.sub(r"\n\s*", " ", m[1].strip()) + "}", text)
        (RESULTS / "panel.json").write_text(text + "\n")
        (RESULTS / "panel.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
