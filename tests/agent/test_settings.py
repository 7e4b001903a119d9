"""What a file of settings and the environment come to, and what is said of mistakes; the unit and the configurations."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dataplane.agent import unit
from dataplane.agent.configurations import KINDS
from dataplane.agent.install import Enrolled, settings_text
from dataplane.agent.settings import SettingsError, load

ROOT = Path(__file__).resolve().parents[2]
FULL = """
server = "https://hcc.example/ingest/"
host = "web1"
interval_s = 15
[tags]
datacenter = "fsn1"
[queue]
folder = "/q"
max_mib = 8
[filesystems]
ignore_types = ["tmpfs"]
ignore_mounts = ["/mnt/*"]
[systemd]
units = ["nginx.service"]
[[backups]]
job = "nightly"
files = "/b/*"
[[redis]]
name = "c"
url = "redis://:secret@127.0.0.1"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "agent.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file(tmp_path: Path) -> None:
    found = load(written(tmp_path, FULL), {"HCC_AGENT_TOKEN": "t"})
    assert (found.server, found.token, found.interval_s, found.slow_s) == ("https://hcc.example/ingest", "t", 15, 60)
    assert (found.queue, found.queue_bytes, found.ignored_mounts) == (Path("/q"), 8 << 20, ("/mnt/*",))
    assert found.common() == {"datacenter": "fsn1", "host": "web1"}
    assert (found.units, found.backups[0].job, found.redis[0].name) == (("nginx.service",), "nightly", "c")
    assert "secret" not in repr(found)
    assert "'t'" not in repr(found)


def test_the_environment_has_the_last_word(tmp_path: Path) -> None:
    environment = {
        "HCC_AGENT_SERVER": "http://other",
        "HCC_AGENT_HOST": "h",
        "HCC_AGENT_INTERVAL": "2.5",
        "HCC_AGENT_QUEUE": "/r",
    }
    found = load(written(tmp_path, FULL), environment)
    assert (found.server, found.host, found.interval_s, found.queue) == ("http://other", "h", 2.5, Path("/r"))


def test_where_the_token_comes_from(tmp_path: Path) -> None:
    for name in ("file", "token"):
        (tmp_path / name).write_text(f"of {name}\n", encoding="utf-8")
    file = written(tmp_path, f'token = "own"\ntoken_file = "{tmp_path / "file"}"\n')
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert load(file, {}).token == "of file"
    assert load(file, credentials).token == "of token"
    assert load(file, {**credentials, "HCC_AGENT_TOKEN": "e"}).token == "e"
    assert load(written(tmp_path, 'token = "own"'), {}).token == "own"
    with pytest.raises(SettingsError, match="nowhere"):
        load(None, {"HCC_AGENT_TOKEN_FILE": "/nowhere/token"})


WRONG = [
    ("server = 5", "server has the wrong type"),
    ('server = "ftp://x"', "https://"),
    ('sever = "https://x"', "no setting sever"),
    ("interval_s = true", "wrong type"),
    ("interval_s = 0.5", "1 to 3600"),
    ("[queue]\nsize = 5", "no setting queue.size"),
    ("[certificates]\nfiles = [1]", "list of texts"),
    ('[[backups]]\njob = "a"', "files and job"),
    ("[[redis]]\nname = 1\nurl = 2", "both texts"),
    ("[tags]\na = 1", "texts only"),
    ("queue = 5", "is a table"),
    ("x", "agent.toml"),
]


@pytest.mark.parametrize(("text", "words"), WRONG, ids=range(len(WRONG)))
def test_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(written(tmp_path, text), {})


def test_what_is_installed_can_be_read(tmp_path: Path) -> None:
    text = settings_text(Enrolled("id", "token", "https://hcc.example/ingest", 10), 'odd "host"', "/ca.pem")
    found = load(written(tmp_path, text), {"HCC_AGENT_TOKEN": "t"})
    assert (found.agent, found.host, found.ca_file) == ("id", 'odd "host"', "/ca.pem")
    # The examples are right too, once they are uncommented.
    lines = [line.removeprefix("# ") if "=" in line or "[" in line else line for line in text.splitlines()[1:]]
    assert load(written(tmp_path, "\n".join(lines)), {}).postgres[0].name == "main"


def test_the_unit() -> None:
    file = ROOT / "systemd" / "hcc-agent.service"
    assert file.read_text(encoding="utf-8") == unit.text()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian's package systemd)")
    said = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(file)]
    assert subprocess.run(security, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_configurations_have_the_server_and_no_token(kind: str) -> None:
    text = KINDS[kind]("https://hcc.example/ingest")
    assert "https://hcc.example/ingest" in text
    assert "hcc_in_" not in text
