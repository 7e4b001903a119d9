"""What pages load: current, small, and never asked for twice."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from control.web import assets
from tests.web.browser import Browser

MOST_BYTES = 150 * 1024


def test_what_is_kept_was_built_from_these_sources() -> None:
    assert assets.sources_hash() == assets.manifest().sources, "run `npm run build` in control/web/assets"


def test_nothing_else_is_kept() -> None:
    names = {path.name for path in assets.STATIC.iterdir()}
    assert names == {*assets.manifest().files.values(), "manifest.json", "favicon.svg", "NOTICE"}


@pytest.mark.skipif(
    shutil.which("node") is None or not (assets.SOURCES / "node_modules").is_dir(),
    reason="needs Node and `npm ci` in control/web/assets",
)
def test_building_anew_gives_the_same(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=assets.SOURCES, check=True, timeout=60)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (assets.STATIC / path.name).read_bytes(), path.name


def test_the_list_of_packages_names_no_registry() -> None:
    text = (assets.SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 20


def test_a_first_load_is_small() -> None:
    sizes = {name: len(gzip.compress((assets.STATIC / name).read_bytes(), 9)) for name in assets.manifest().files.values()}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


async def test_files_are_kept_for_good_and_packed(browser: Browser, client: httpx.AsyncClient) -> None:
    await browser.get("/login")
    paths = set(re.findall(r'"(/assets/[^"]+)"', browser.page))
    assert len(paths) == 3
    for path in paths:
        answer = await client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        if "favicon" not in path:
            assert "immutable" in answer.headers["cache-control"]
        plain = await client.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("name", ["manifest.json", "NOTICE", "..%2Fapp.css", "app.css", "x"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/assets/{name}")).status_code == 404
