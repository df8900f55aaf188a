"""Whether the flow versions that the ledger names are kept, and are what was read then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from launch.serving.kept_flows import KeptFlow, KeptFlows, text_digest
from ledger.used_flows import UsedFlow


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """One thing wrong with a kept flow version, or with the files of now."""

    what: str
    """`edited`, `missing` or `changed`."""

    where: str
    detail: str


def flow_findings(kept: KeptFlows, used: Iterable[UsedFlow]) -> Iterator[FlowFinding]:
    """Name texts that were edited or are gone, and files that differ from what was read last.

    Versions used before any was kept (by an earlier release) are passed over.
    """
    versions = kept.versions()
    yield from _edited_texts(kept, versions)
    yield from _damaged_versions(kept, versions)
    if versions:
        begun = min(datetime.fromisoformat(one.at) for one in versions.values())
        for one in used:
            if one.digest not in versions and one.last_at >= begun:
                yield FlowFinding(
                    "missing",
                    f"flow {one.flow}, version {one.digest}",
                    f"its text is not kept, and call {one.call_id} went through it;"
                    f" restore {kept.folder} from a backup",
                )
    yield from _changed_files(kept)


def _edited_texts(kept: KeptFlows, versions: dict[str, KeptFlow]) -> Iterator[FlowFinding]:
    named: dict[str, str] = {}
    for one in versions.values():
        named[one.text] = one.source
        named.update(dict.fromkeys(one.forms, "a form"))
        if one.lines:
            named[one.lines] = "the lines"
    for path in sorted(kept.texts.glob("*.yaml")):
        text = kept.text(path.stem)
        if text is not None and text_digest(text) != path.stem:
            what = named.get(path.stem, "a file of the house")
            yield FlowFinding(
                "edited",
                str(path),
                f"not the text that was kept ({what}); restore it from a backup",
            )


def _damaged_versions(kept: KeptFlows, versions: dict[str, KeptFlow]) -> Iterator[FlowFinding]:
    for path in sorted(kept.folder.glob("*.json")):
        if path.name == "last.json":
            continue
        one = versions.get(path.stem)
        if one is None:
            yield FlowFinding("edited", str(path), "cannot be read; restore it from a backup")
            continue
        made = kept.digest_of(one)
        where = f"flow {one.flow} ({one.source}), version {path.stem}"
        if made is None:
            yield FlowFinding("missing", where, "a text of it is gone; restore it from a backup")
        elif made != path.stem:
            yield FlowFinding(
                "edited", where, "the kept texts are not this version; restore them from a backup"
            )


def _changed_files(kept: KeptFlows) -> Iterator[FlowFinding]:
    for name, digest in kept.last().items():
        try:
            text = Path(name).read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            yield FlowFinding("missing", name, "the server read it last and it is gone")
            continue
        except OSError as error:
            yield FlowFinding("missing", name, f"cannot be read: {error.strerror}")
            continue
        if text_digest(text) != digest:
            yield FlowFinding(
                "changed",
                name,
                "not as the server read it last; if you changed it, start `thirdring serve` once",
            )
