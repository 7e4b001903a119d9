"""Talking to nft: checking a text in a namespace of its own, and applying one to this machine."""

from __future__ import annotations

import shutil
import subprocess

from control.security.firewall.render import TABLE

_SECONDS = 20


class NftError(Exception):
    """nft refused something, or is not there; the message says what."""


def problems(text: str) -> list[str] | None:
    """What nft says of a text, without touching this machine's rules; None where neither nft nor a namespace is to be had."""
    if shutil.which("nft") is None or shutil.which("unshare") is None:
        return None
    if _run(["unshare", "-rn", "true"], "").returncode != 0:
        return None
    done = _run(["unshare", "-rn", "nft", "-c", "-f", "-"], text)
    if done.returncode == 0:
        return []
    return [line for line in done.stderr.splitlines() if "rror" in line] or [done.stderr.strip() or "nft refused it"]


def present() -> str:
    """What is in force of our table, as a text that puts it back; without a table, one that takes ours away."""
    gone = f"table {TABLE}\ndelete table {TABLE}\n"
    done = _run(["nft", "list", "table", *TABLE.split()], "")
    return gone + done.stdout if done.returncode == 0 else gone


def apply(text: str) -> None:
    """Put a text in force in one transaction. Raises NftError; then nothing has changed."""
    done = _run(["nft", "-f", "-"], text)
    if done.returncode != 0:
        raise NftError(done.stderr.strip() or "nft failed")


def _run(command: list[str], text: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise NftError(f"{command[0]} is not installed; Debian's package is nftables.") from None
    except subprocess.TimeoutExpired:
        raise NftError(f"{command[0]} did not answer within {_SECONDS} s.") from None
