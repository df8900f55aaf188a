"""Setting Asterisk up in a folder: whole or not at all, once, and errors that say what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from calls.errors import PbxError
from launch.pbx import install

# Stand-ins for the two programs that need a network and root; the files are real.
BOOTSTRAP = """#!/bin/sh
for last; do :; done
echo "I: installing packages..."
echo run >> "$THIRDRING_TEST_RUNS"
mkdir -p "$last/etc"
[ -z "$THIRDRING_TEST_FAIL" ] || { echo "E: no network" >&2; exit 25; }
printf 'root:x:0:0::/:/bin/sh\\nasterisk:x:101:102::/:/bin/false\\n' > "$last/etc/passwd"
"""
CHROOT = '#!/bin/sh\necho "Asterisk 22.10.1+dfsg-1"\n'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Root on a Debian without Asterisk; the cache is `cache/thirdring`."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("mmdebstrap", BOOTSTRAP), ("chroot", CHROOT)):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("THIRDRING_TEST_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("THIRDRING_TEST_FAIL", "")
    monkeypatch.setattr(install, "installed", lambda: None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return tmp_path


def runs(machine: Path) -> int:
    path = machine / "runs"
    return len(path.read_text(encoding="utf-8").split()) if path.exists() else 0


def test_it_is_set_up_once_with_progress_and_found_again(machine: Path) -> None:
    said: list[str] = []

    first = install.find_or_build(said.append)
    second = install.find_or_build(said.append)

    assert first == second
    assert first.version == "22.10.1"
    assert first.account() == (101, 102)
    assert first.root == machine / "cache/thirdring/asterisk-22"
    assert "installing packages..." in said
    assert runs(machine) == 1


def test_a_half_built_one_is_built_again(machine: Path) -> None:
    cache = machine / "cache/thirdring"
    (cache / "asterisk-22/usr").mkdir(parents=True)
    (cache / "asterisk-22.building-0123abcd/usr").mkdir(parents=True)

    found = install.find_or_build(lambda _: None)

    assert found.version == "22.10.1"
    assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == ["asterisk-22"]
    assert runs(machine) == 1


def test_a_failed_build_leaves_nothing_and_says_why(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_TEST_FAIL", "yes")

    with pytest.raises(PbxError, match=r"mmdebstrap failed \(25\).*E: no network"):
        install.find_or_build(lambda _: None)

    assert [path for path in (machine / "cache/thirdring").iterdir() if path.is_dir()] == []


def test_a_user_without_asterisk_is_told_how_to_get_one(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(PbxError, match=r"only root can set one up; install Asterisk 20 or newer"):
        install.find_or_build(lambda _: None)

    assert runs(machine) == 0
