"""Where the core rules and their tests lie; what is not at hand is skipped, and the reason printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
PLATFORM = str(ROOT / "native" / "gateway" / "src" / "waf" / "platform.conf")
"""What every rule set of the gateway begins with."""


def place(variable: str, default: Path) -> Path:
    """The folder that an environment variable names, or the default; skips the test when nothing is there."""
    folder = Path(os.environ.get(variable, default))
    if not folder.is_dir():
        pytest.skip(f"nothing at {folder}; {variable} may name another place")
    return folder


def crs3() -> list[str]:
    """The files of Debian's core rules, set-up first."""
    rules = place("HCC_CRS_RULES", Path("/usr/share/modsecurity-crs/rules"))
    return ["/etc/modsecurity/crs/crs-setup.conf", f"{rules}/*.conf"]


def crs3_tests() -> Path:
    """The regression tests of CRS 3.3.4."""
    return place("HCC_CRS_TESTS", SHARED / "crs-3.3.4-tests")


def crs4() -> list[str]:
    """The files of CRS 4.28, set-up first."""
    folder = place("HCC_CRS4", SHARED / "crs-4.28.0")
    return [f"{folder}/crs-setup.conf.example", f"{folder}/rules/*.conf"]
