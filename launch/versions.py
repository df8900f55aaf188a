"""A house as a folder, a file of it, or a git revision has it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from callflow.checks.catalogue import CATALOGUE
from callflow.house import House, house_texts
from calls.errors import CallCenterError

GIT_TIMEOUT_S = 30
MOST_BYTES = 64 * 1024 * 1024


class VersionError(CallCenterError):
    """A version of the scripts cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """A house, and the one flow of it that a file was named for (empty: all)."""

    house: House
    flow: str = ""


def read_version(name: str, scripts: Path, *, strict: bool = False) -> Version:
    """The house of a folder, of a flow's file and the files beside it, or of a git revision.

    A revision is `HEAD~1` (the folder `scripts` in it) or `v1:some/folder`. What can be read is
    taken, whatever `thirdring check` says of it, unless `strict`. Raises VersionError and
    FlowFileError.
    """
    path = Path(name)
    if path.is_dir():
        return Version(_house(house_texts(path), strict))
    if path.is_file():
        texts, flow = _of_file(path)
        return Version(_house(texts, strict), flow)
    return Version(_house(_revision_texts(name, scripts), strict))


def _house(texts: dict[str, str], strict: bool) -> House:
    return House.of_texts(texts, let_pass=frozenset() if strict else frozenset(CATALOGUE))


def _of_file(path: Path) -> tuple[dict[str, str], str]:
    """The file within its folder; another file there that has the same flow stands back."""
    from callflow.loader import read_flow
    from callflow.reading import Reading

    texts = house_texts(path.parent)
    text = texts.get(str(path))
    if text is None:
        raise VersionError(
            f"{path}: no flow, lines or rules; name a .yaml file of a scripts folder"
        )
    flow = read_flow(text, str(path), Reading())
    if path.stem in ("lines", "house_rules") or flow is None:
        return texts, ""
    for other, other_text in list(texts.items()):
        rival = None if other == str(path) else read_flow(other_text, other, Reading())
        if rival is not None and rival.name == flow.name:
            del texts[other]
    return texts, flow.name


def _revision_texts(name: str, scripts: Path) -> dict[str, str]:
    revision, colon, folder = name.partition(":")
    where = Path.cwd() if colon else _existing(scripts)
    top = Path(_git(name, where, "rev-parse", "--show-toplevel"))
    if not colon:
        folder = scripts.resolve().relative_to(top.resolve()).as_posix()
    wanted = f"{revision}^{{tree}}"
    tree = _git(name, top, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    packed = _git_bytes(name, top, "archive", "--format=tar", tree, "--", folder or ".")
    texts = _unpacked(packed, Path(folder), name)
    if not texts:
        raise VersionError(f"{name}: {folder} holds no flow there; name its folder with --scripts")
    return texts


def _existing(path: Path) -> Path:
    path = path.resolve()
    while not path.is_dir():
        path = path.parent
    return path


def _unpacked(packed: bytes, folder: Path, name: str) -> dict[str, str]:
    """The files a house is made of; nothing is written anywhere."""
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            path = Path(member.name)
            of_house = path.parent in (folder, folder / "forms") and path.suffix == ".yaml"
            found = archive.extractfile(member) if of_house and member.isfile() else None
            if found is None:
                continue
            try:
                texts[f"{name.partition(':')[0]}:{path}"] = found.read().decode("utf-8")
            except UnicodeDecodeError as error:
                raise VersionError(f"{name}: {path} is no text: {error}") from error
    return texts


def _git(name: str, where: Path, *arguments: str) -> str:
    return _git_bytes(name, where, *arguments).decode("utf-8", "replace").strip()


def _git_bytes(name: str, where: Path, *arguments: str) -> bytes:
    """What git prints. Never through a shell; a revision cannot pass for an option."""
    try:
        done = subprocess.run(
            ["git", "-C", str(where), *arguments],
            capture_output=True,
            timeout=GIT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VersionError(f"git cannot be asked: {error}; install it or name a folder") from error
    if done.returncode or len(done.stdout) > MOST_BYTES:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        told = f" (git: {said[0]})" if said else ""
        raise VersionError(
            f"{name}: no file, folder or git revision{told}; write a path, HEAD~1 or v1:scripts"
        )
    return done.stdout
