"""A house as a folder, a file of it, or a git revision has it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from callflow.checks.catalogue import CATALOGUE
from callflow.house import RULES_FILE, House, house_texts
from callflow.lines import LANGUAGES, LINES_FILE
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
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    """The house's files."""


def read_versions(
    old: str, new: str, scripts: Path, *, strict: bool = False
) -> tuple[Version, Version]:
    """Two versions to compare, each as `read_version` has it.

    A file outside any house (no lines.yaml beside it) is looked at in the house of the other
    version, in the place of the flow, lines, rules or form that it is; two such files in `scripts`.
    VersionError also for the files of two different flows.
    """
    strays = [_is_stray(Path(name)) for name in (old, new)]
    base = house_texts(scripts) if all(strays) else {}
    read = [
        None if stray else read_version(name, scripts, strict=strict)
        for name, stray in zip((old, new), strays, strict=True)
    ]
    for one in read:
        base = one.texts if one is not None else base
    before, after = (
        one or _stray(Path(name), base, strict=strict)
        for name, one in zip((old, new), read, strict=True)
    )
    if before.flow != after.flow and all(Path(name).is_file() for name in (old, new)):
        what = [f"the flow {one.flow}" if one.flow else "no flow" for one in (before, after)]
        raise VersionError(
            f"{old} is {what[0]}, {new} {what[1]}: compare two versions of one flow, or two folders"
        )
    return before, after


def read_version(name: str, scripts: Path, *, strict: bool = False) -> Version:
    """The house of a folder, of a flow's file and the files beside it, or of a git revision.

    A revision is `HEAD~1` (the folder `scripts` in it) or `v1:some/folder`. What can be read is
    taken, whatever `thirdring check` says of it, unless `strict`. Raises VersionError and
    FlowFileError.
    """
    path = Path(name)
    flow = ""
    if path.is_dir():
        texts = house_texts(path)
    elif path.is_file():
        texts, flow = _of_file(path)
    else:
        texts = _revision_texts(name, scripts)
    return Version(_house(texts, strict), flow, texts)


def _is_stray(path: Path) -> bool:
    return path.is_file() and not (path.parent / LINES_FILE).is_file()


def _stray(path: Path, base: dict[str, str], *, strict: bool) -> Version:
    """The house of `base` with this file in the place of the one that it is a version of."""
    from callflow.nodes import Mapping, NodeError, parse

    try:
        text = path.read_text(encoding="utf-8")
        top = parse(text, str(path))
    except (OSError, UnicodeDecodeError, NodeError) as error:
        told = str(error) if isinstance(error, NodeError) else f"{path}: {error}"
        raise VersionError(told) from error
    if not (top.get("flow") or top.get("form")):
        bodies = [body for _, body in top.items if isinstance(body, Mapping)]
        wordings = any(body.get(key) for body in bodies for key in (*LANGUAGES, "tags"))
        place = LINES_FILE if wordings else RULES_FILE
        rivals = {source for source in base if Path(source).name == place}
    else:
        word = "flow" if top.get("flow") else "form"
        rivals = {one for one, other in base.items() if _named(other, word) == _named(text, word)}
    texts = {source: other for source, other in base.items() if source not in rivals}
    texts[min(rivals, default=str(path))] = text
    return Version(_house(texts, strict), _named(text, "flow"), texts)


def _named(text: str, word: str) -> str:
    """What a file calls its flow or form; empty without one."""
    from callflow.nodes import NodeError, Scalar, parse

    try:
        name = parse(text, "").get(word)
    except NodeError:
        return ""
    return name.text if isinstance(name, Scalar) else ""


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
