"""Rules on trial: in force at once, taken back by themselves unless somebody confirms them in time.

A process of its own sleeps until the deadline. Whoever renames `pending.json` first decides: a confirmation makes it
`confirmed.json`, the deadline makes it `taken-back.json`; renaming is atomic, so there is no in-between. The way back is
prepared before the rules are applied: if anything dies meanwhile, the old rules come back.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from control.security.firewall import nft

STATE = "/run/hcc/firewall"
"""Where trials are kept; gone after a restart of the machine, as the rules are."""


class Pending(msgspec.Struct):
    """A trial: until when (Unix seconds), and which version of which server's filter."""

    until: float
    server: str
    version: int


class TrialError(Exception):
    """Nothing to confirm, or a trial is on already; the message says what to do."""


def start(folder: Path, text: str, what: Pending) -> None:
    """Put rules in force until `what.until`. Raises TrialError while another trial is on, NftError when nft refuses them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (running := pending(folder)) is not None and running.until > time.time():
        raise TrialError(
            "Rules are on trial already; `hcc firewall confirm` keeps them, `hcc firewall rollback` takes them back."
        )
    if running is not None:
        # Whoever was to take them back is gone.
        rollback(folder)
    (folder / "before.nft").write_text(nft.present(), encoding="utf-8")
    (folder / "new.nft").write_text(text, encoding="utf-8")
    _write(folder / "pending.json", what)
    _watch(folder, what.until)
    try:
        nft.apply(text)
    except nft.NftError:
        (folder / "pending.json").unlink(missing_ok=True)
        raise


def pending(folder: Path) -> Pending | None:
    """The trial that is on, if one is."""
    try:
        return msgspec.json.decode((folder / "pending.json").read_bytes(), type=Pending)
    except FileNotFoundError:
        return None


def confirm(folder: Path) -> Pending:
    """Keep the rules on trial. Raises TrialError when there are none, or they were taken back."""
    what = pending(folder)
    try:
        (folder / "pending.json").rename(folder / "confirmed.json")
    except FileNotFoundError:
        what = None
    if what is None:
        raise TrialError("No rules are on trial: there were none, they are confirmed, or they were taken back.")
    (folder / "new.nft").replace(folder / "kept.nft")
    return what


def rollback(folder: Path) -> bool:
    """Take the rules on trial back; whether there were any. Raises NftError."""
    try:
        (folder / "pending.json").rename(folder / "taken-back.json")
    except FileNotFoundError:
        return False
    nft.apply((folder / "before.nft").read_text(encoding="utf-8"))
    return True


def _watch(folder: Path, until: float) -> None:
    """Start the process that takes back; it outlives the terminal and the command."""
    subprocess.Popen(
        [sys.executable, "-m", "control.security.firewall.trial", str(folder), str(until)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _write(path: Path, what: Pending) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(what))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def main(folder: Path, until: float) -> int:
    """Sleep until the deadline, then take back what nobody confirmed: this trial, not a later one."""
    while (left := until - time.time()) > 0:
        time.sleep(min(left, 1.0))
        if (now := pending(folder)) is None or now.until != until:
            return 0
    if (now := pending(folder)) is not None and now.until == until:
        rollback(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
