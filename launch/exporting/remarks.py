"""What QA's work says of a caller's calls: remarks, coaching, disputes; who wrote it by role alone.

Who works for the house is somebody else (GDPR 15(4), PIPL 45): names of accounts and agents give
way to their role, in the texts as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from calls.quality.events import QualityEvent
from ledger.quality.book import QualityBook
from ledger.quality.rows import EvaluationFilter

_OF_CALLS: Final = frozenset({"commented", "hold_set", "hold_lifted", "words_recognised"})
_OF_EVALUATIONS: Final = frozenset(
    {"answered", "acknowledged", "disputed", "resolved", "withdrawn", "released", "coached"}
)
_NOT_SAID: Final = frozenset({"answers", "score", "sections", "result", "machine", "resolve_by"})
"""Stands in `evaluations.json`, or is no word about the call."""

_LEAST_NAME: Final = 2
_ROLES: Final = {
    "agent": "坐席 agent",
    "qa": "质检 QA",
    "supervisor": "班长 supervisor",
    "admin": "管理员 admin",
    "house": "本中心 house",
}


class Staff:
    """Names of those who work for the house, and the role that stands for each."""

    def __init__(self, book: QualityBook, agents: Sequence[str] = ()) -> None:
        """`agents`: names of agents as the settings have them."""
        self._roles = {account.name: account.role for account in book.accounts()}
        known = dict.fromkeys(agents, "agent")
        for account in book.accounts():
            known |= dict.fromkeys((account.name, account.display_name), account.role)
        names = sorted((name for name in known if len(name) >= _LEAST_NAME), key=len, reverse=True)
        self._known: Mapping[str, str] = known
        self._any = re.compile("|".join(map(_whole, names)) or r"(?!)")

    def role(self, actor: str) -> str:
        """Of whoever acted; `house` for a terminal, the system and accounts unknown."""
        return _ROLES[self._roles.get(actor, "house")]

    def without_names(self, value: Any) -> Any:
        """The same with roles where names stood, in every text of a JSON value."""
        if isinstance(value, str):
            return self._any.sub(lambda found: f"[{_ROLES[self._known[found[0]]]}]", value)
        if isinstance(value, Mapping):
            return {name: self.without_names(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.without_names(inner) for inner in value]
        return value


def remarks_of(book: QualityBook, call_id: str, staff: Staff) -> Iterator[dict[str, Any]]:
    """Everything that was written about one call, in the order of its streams.

    A remark that was taken back is kept, so it is told, with `taken_back`.
    """
    events = book.events(f"call/{call_id}")
    back = {one.data.get("note") for one in events if one.kind == "comment_withdrawn"}
    for event in events:
        if event.kind in _OF_CALLS:
            told = _told(event, staff)
            taken_back = {"taken_back": True} if event.data.get("note") in back else {}
            yield {"call_id": call_id, **told, **taken_back}
    for row in book.evaluations(EvaluationFilter(call_id=call_id)):
        for event in book.events(f"evaluation/{row.id}"):
            if event.kind in _OF_EVALUATIONS and _says_something(event):
                yield {"call_id": call_id, "evaluation": row.id, **_told(event, staff)}


def _says_something(event: QualityEvent) -> bool:
    words = (event.data.get(name) for name in ("comment", "reason", "note"))
    return any(words)


def _told(event: QualityEvent, staff: Staff) -> dict[str, Any]:
    said = {name: value for name, value in event.data.items() if name not in _NOT_SAID}
    head = {"kind": event.kind, "at": event.at, "by": staff.role(event.actor)}
    return {**head, "said": staff.without_names(said)}


def _whole(name: str) -> str:
    """A pattern for a name; one of letters only where it is no part of a longer word."""
    found = re.escape(name)
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
    return f"{before}{found}{after}"
