"""The agent as one file that Python runs: this package in a zip, the same bytes from the same sources."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_MAIN = b"import sys\nfrom dataplane.agent.commands import main\nsys.exit(main())\n"
_WHEN = (1980, 1, 1, 0, 0, 0)


def bundle() -> bytes:
    """What `python3 hcc-agent.pyz` runs."""
    folder = Path(__file__).parent
    sources = {f"dataplane/agent/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*.py")}
    sources["dataplane/__init__.py"] = (folder.parent / "__init__.py").read_bytes()
    made = io.BytesIO(b"#!/usr/bin/env python3\n")
    made.seek(0, io.SEEK_END)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({"__main__.py": _MAIN, **sources}.items()):
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
