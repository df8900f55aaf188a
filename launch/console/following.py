"""House rules and forms of a console that runs: read again when they change, kept when wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import structlog

from callflow.house import House, house_files
from callflow.rules.monitor import RuleSet
from calls.clock import Clock, SystemClock
from calls.errors import CallCenterError, ConfigError
from console.ports import HouseState
from qa.rubric import FORMS_FOLDER, Form, forms_for

_log = structlog.get_logger(__name__)
LOOK_S: Final = 2.0
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the files say."""

    rules: RuleSet
    forms: Mapping[str, Form]


def read_house(scripts: Path, forms: Path | None, usual: Sequence[str]) -> Read:
    """Rules and forms. FlowFileError, FormFileError or ConfigError with all that is wrong."""
    rules = House.load(scripts).rules
    found = forms_for(rules, forms, usual)
    for name in usual:
        if name not in found:
            raise ConfigError(
                f"qa.form: there is no form {name!r}; there are {', '.join(found)};"
                " see docs/settings.md"
            )
    return Read(rules=rules, forms=found)


class HouseFollower:
    """Looks at the files every two seconds, in a thread of its own. Use as a context.

    Rules and forms change together: a form names rules, so one without the other may not fit.
    """

    def __init__(
        self, scripts: Path, forms: Path | None, usual: Sequence[str], clock: Clock | None = None
    ) -> None:
        """Reads them once; raises as `read_house`."""
        self._scripts, self._forms, self._usual = scripts, forms, tuple(usual)
        self._clock = clock or SystemClock()
        self._seen = self._stamp()
        self.current = read_house(scripts, forms, usual)
        self.state = HouseState(problems=(), read_at=self._clock.utc_now())
        self.changed: list[Callable[[Read], None]] = []
        """Called, in the follower's thread, with what was read anew."""

        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="house", daemon=True)

    def look(self) -> bool:
        """Read again if a file changed since the last look; whether one did."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            found = read_house(self._scripts, self._forms, self._usual)
        except CallCenterError as error:
            problems = tuple(str(one) for one in getattr(error, "problems", ())) or (str(error),)
            self.state = HouseState(problems=problems, read_at=self.state.read_at)
            _log.error("rules and forms not read again, the old ones stay", problems=problems)
            return True
        self.current = found
        for tell in self.changed:
            tell(found)
        self.state = HouseState(problems=(), read_at=self._clock.utc_now())
        _log.info("rules and forms read again", forms=sorted(found.forms))
        return True

    def __enter__(self) -> HouseFollower:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(LOOK_S * 5)

    def _follow(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  the next change is looked at all the same
                _log.error("rules and forms not looked at", problem=repr(error))

    def _stamp(self) -> Stamp:
        files = [*house_files(self._scripts), *sorted((self._forms or FORMS_FOLDER).glob("*.yaml"))]
        found = []
        for path in files:
            try:
                status = path.stat()
            except OSError:
                continue  # gone between the two looks: reading will say so
            found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
