"""Flows that can break a house rule marked `must` are not served.

A proof takes seconds of a processor, so a running server has it made by a process of its own, and
each text is proved once for a state folder, however many processes ask.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import callflow
from callflow.house import House, house_texts
from calls.errors import CallCenterError, Problem
from launch import children

_KEPT: Final = "proved.json"
SHARED: Final = "THIRDRING_PROOFS"
"""Environment variable: a folder that several state folders keep their proofs in."""

_MOST_S: Final = 300.0


class VettingError(CallCenterError):
    """The proof itself could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Vetting:
    """Proves the flows of one folder; what came of it is kept in the state folder."""

    folder: Path
    state: Path
    variables: Mapping[str, Any]
    """The house's own: company and agent_no."""

    def digest(self, texts: Mapping[str, str]) -> str:
        """Of all that a proof depends on: the files, the house's variables, the prover itself."""
        rooms = Path(callflow.__file__).parent
        prover = [
            (str(path.relative_to(rooms)), path.stat().st_mtime_ns) for path in rooms.rglob("*.py")
        ]
        whole = [dict(texts), dict(self.variables), sorted(prover)]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def problems(self, texts: Mapping[str, str]) -> list[Problem]:
        """Every rule marked `must` that some call through `texts` breaks; blocks for seconds.

        Raises FlowFileError for flows that do not load.
        """
        digest = self.digest(texts)
        kept_in = self._kept_in(digest)
        with _alone(kept_in):
            kept = _read(kept_in)
            if kept.get("digest") == digest:
                return _problems(kept["problems"])
            found = broken_rules(House.of_texts(texts), self.variables)
            rows = {"digest": digest, "problems": [asdict(each) for each in found]}
            kept_in.write_text(json.dumps(rows), encoding="utf-8")
        return found

    def _kept_in(self, digest: str) -> Path:
        shared = os.environ.get(SHARED, "")
        return Path(shared) / f"{digest}.json" if shared else self.state / _KEPT

    async def problems_aside(self, texts: Mapping[str, str]) -> list[Problem]:
        """The same by a process of its own, while calls go on.

        Raises VettingError, also when the folder holds other texts by now.
        """
        order = {
            "folder": str(self.folder),
            "state": str(self.state),
            "variables": dict(self.variables),
            "digest": self.digest(texts),
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "launch.serving.vetting", stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            told, wrong = await asyncio.wait_for(
                child.communicate(json.dumps(order).encode()), _MOST_S
            )
        except TimeoutError:
            await children.end(child)
            raise VettingError(f"proving {self.folder} took over {_MOST_S:.0f} s") from None
        if child.returncode:
            last = wrong.decode(errors="replace").strip().splitlines()[-1:]
            raise VettingError(f"proving {self.folder} failed: {' '.join(last)}")
        return _problems(json.loads(told))


def broken_rules(house: House, variables: Mapping[str, Any]) -> list[Problem]:
    """Every rule marked `must` that some call through an entry flow breaks."""
    from callflow.proving.proof import prove

    found = []
    for result in prove(house, variables=variables).broken(must_only=True):
        why = result.counterexample.why if result.counterexample else ""
        found.append(
            house.flows[result.flow].place.problem(
                f"a call by {result.performer} can break {result.rule.id}: {why}",
                f"see it with: thirdring prove --rule {result.rule.id} --flow {result.flow}",
            )
        )
    return found


def _problems(rows: Iterable[dict[str, Any]]) -> list[Problem]:
    return [Problem(**{**row, "trail": tuple(row["trail"])}) for row in rows]


def _read(path: Path) -> dict[str, Any]:
    """What was kept; nothing when it is not there or not readable."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and "problems" in kept else {}


@contextmanager
def _alone(kept_in: Path) -> Iterator[None]:
    """One process at a time: the others find the proof made."""
    kept_in.parent.mkdir(parents=True, exist_ok=True)
    with kept_in.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Read the order from stdin, write the problems to stdout."""
    order = json.loads(sys.stdin.read())
    vetting = Vetting(Path(order["folder"]), Path(order["state"]), order["variables"])
    texts = house_texts(vetting.folder)
    if vetting.digest(texts) != order["digest"]:
        raise SystemExit("the files were changed while they were looked at")
    sys.stdout.write(json.dumps([asdict(each) for each in vetting.problems(texts)]))


if __name__ == "__main__":
    main()
