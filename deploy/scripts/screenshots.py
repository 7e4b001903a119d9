"""`make screenshots`: every page of the panel, as the people who see it see it, into docs/screenshots/.

On a private platform of its own, filled as the browser tests fill it. All pages in light, in dark and on a phone; the folder in
the tree keeps all light ones and a choice of the others, `--all DIR` makes them all somewhere else.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import stock
from tests.browser.pages import FILES, PARTS, everything, more_of, public
from tests.integration.platform import Platform, running_platform

RESELLER = "reseller@nordwind.demo.example"
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = {"admin": "The platform's administrator", "reseller": "A reseller", "customer": "A customer"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
# Pages that are kept in dark and on a phone too.
MAIN = {
    "/dashboard", "/invoices", "/invoices/{}", "/customers/{}", "/subscriptions/{}", "/payments", "/sites/{}", "/security/events",
    "/security/events/{}", "/monitoring/alerts", "/monitoring/checks/{}", "/monitoring/dashboards/{}", "/reports/recurring",
    "/login", "/status/olivia",
}  # fmt: skip
# What several people see alike is kept once: of the reseller, and of others what they alone see and these.
OWN = {"/dashboard", "/invoices", "/invoices/{}", "/invoices/{}/pay", "/sites/{}", "/organizations", "/monitoring/dashboards/{}"}


def plain(template: str) -> str:
    """A page's path, with `{}` for what differs."""
    return re.sub(r"\{[^}]*\}", "{}", template)


def name_of(template: str) -> str:
    return plain(template).strip("/").replace("{}", "one").replace("/", "-").replace(".", "-") or "start"


def shot(page: Page, url: str, file: Path) -> None:
    """One page, when all of it is there."""
    page.goto(url)
    if not url.endswith("/styleguide"):
        expect(page.locator("[hx-trigger=load] .skeleton")).to_have_count(0)
    if page.locator("[data-plot]").count():
        page.locator(".uplot canvas").first.wait_for()
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(file, "WEBP", quality=72, method=6)


def log_in(page: Page, url: str, who: dict[str, str]) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("E-mail").fill(who["email"])
    page.get_by_label("Password").fill(who["password"])
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/dashboard")


def shoot(
    platform: Platform, browser: Browser, chosen: dict[str, dict[str, str]], into: Path, whole: bool
) -> list[tuple[str, str, str]]:
    """All pages; who sees it, the page, and the file's name."""
    url = platform.url.replace("127.0.0.1", "localhost")
    made = []
    for look, how in LOOKS.items():
        for who, pages in chosen.items():
            context = browser.new_context(locale="en", timezone_id="UTC", reduced_motion="reduce", device_scale_factor=1, **how)
            page = context.new_page()
            if who != "everybody":
                log_in(page, url, platform.people[who])
            for template, path in sorted(pages.items()):
                if not whole and look != "light" and plain(template) not in MAIN:
                    continue
                file = f"{who}/{name_of(template)}-{look}.webp"
                shot(page, url + path, into / file)
                made.append((who, plain(template), file))
            context.close()
            print(f"{look}: {who}", file=sys.stderr)
    return made


def index(made: list[tuple[str, str, str]]) -> str:
    """README.md of the folder."""
    lines = ["# Screenshots", "", "Made by `make screenshots`, which fills a platform of its own and looks at every page.", ""]
    for who in dict.fromkeys(one[0] for one in made):
        lines += [f"## {PEOPLE.get(who, 'Everybody')}", "", "| page | |", "|---|---|"]
        files: dict[str, list[str]] = {}
        for whose, page, file in made:
            if whose == who:
                files.setdefault(page, []).append(file)
        for page, found in sorted(files.items()):
            links = " · ".join(f"[{Path(file).stem.rpartition('-')[2]}]({file})" for file in found)
            lines.append(f"| `{page}` | {links} |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, help="everything in all looks, into this folder")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser to look with")
    args = parser.parse_args()
    into: Path = args.all or ROOT / "docs" / "screenshots"
    with tempfile.TemporaryDirectory(prefix="hcc-screenshots-") as folder, running_platform(Path(folder)) as platform:
        platform.people["reseller"] = {"email": RESELLER, "password": platform.people["customer"]["password"]}
        desk = stock.fill(platform)
        at = f"http://127.0.0.1:{platform.stack.ports.control}"
        found = everything(at, desk.settings, {who: platform.people[who] for who in PEOPLE}, more_of(desk))
        chosen: dict[str, dict[str, str]] = {
            "everybody": {path: path for path in public(desk.settings) if "{" not in path} | {"/status/olivia": "/status/olivia"}
        }
        taken: set[str] = set(chosen["everybody"])
        for who in ("reseller", "admin", "customer"):
            pages = {
                path: at
                for path, at in found[who].pages.items()
                if not FILES.search(path) and not any(one in path for one in PARTS)
            }
            chosen[who] = {path: at for path, at in pages.items() if args.all or path not in taken or plain(path) in OWN}
            taken |= set(pages)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=args.chromium, args=["--no-sandbox"])
            for old in into.glob("*/*.webp"):
                old.unlink()
            made = shoot(platform, browser, chosen, into, bool(args.all))
            browser.close()
    (into / "README.md").write_text(index(made), encoding="utf-8")
    size = sum(file.stat().st_size for file in into.glob("*/*.webp"))
    print(f"{len(made)} pictures, {size / 1e6:.1f} MB, in {into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
