"""Remarks at places of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calls.errors import NotAllowedError, UnknownWorkError, WorkError
from calls.quality.events import Commented, CommentWithdrawn
from console.work.base import DeskBase, new_id
from qa.work import Actor
from qa.work.deciding import refuse_unless, short
from qa.work.terms import SCORERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody wrote at a place of a call."""

    id: str
    by: str
    at: datetime
    text: str
    from_ms: int
    to_ms: int | None
    question: str
    """Of a form, where it belongs to one; else empty."""


class Remarking(DeskBase):
    """Comments with a time on the call."""

    def comment(
        self,
        actor: Actor,
        call_id: str,
        text: str,
        *,
        from_ms: int,
        to_ms: int | None = None,
        question: str = "",
    ) -> Remark:
        """Write a remark; offsets in ms since the call was offered."""
        refuse_unless(actor, SCORERS, "comment on calls")
        call = self.cases.call(call_id)
        if not text.strip():
            raise WorkError("write what is to be said there")
        end = call.ended_ms if call.ended_ms is not None else from_ms
        if not 0 <= from_ms <= end or (to_ms is not None and to_ms <= from_ms):
            raise WorkError(
                f"{call.id} goes from 0 to {end} ms; give a place on it, and an end behind it"
            )
        fact = Commented(
            note=new_id(),
            text=short(text),
            from_ms=from_ms,
            to_ms=to_ms,
            question=question,
        )
        event = self.book.append(f"call/{call.id}", fact, actor=actor.name)
        return _remark(event.actor, event.at, fact)

    def uncomment(self, actor: Actor, call_id: str, note: str) -> None:
        """Take an own remark back; it stays in the book, and is shown no more."""
        found = next((each for each in self.comments(call_id) if each.id == note), None)
        if found is None:
            raise UnknownWorkError(f"{call_id} has no remark {note!r}")
        if found.by != actor.name:
            raise NotAllowedError(f"only {found.by} takes this remark back")
        self.book.append(f"call/{call_id}", CommentWithdrawn(note=note), actor=actor.name)

    def comments_for(self, actor: Actor, call_id: str) -> list[Remark]:
        """The same for somebody: evaluators alone read remarks."""
        refuse_unless(actor, SCORERS, "read remarks")
        return self.comments(call_id)

    def comments(self, call_id: str) -> list[Remark]:
        """The remarks of exactly this call, by their place on it."""
        found: dict[str, Remark] = {}
        for event in self.book.events(f"call/{call_id}"):
            if event.kind == "commented":
                remark = _remark(event.actor, event.at, Commented(**event.data))
                found[remark.id] = remark
            elif event.kind == "comment_withdrawn":
                found.pop(event.data["note"], None)
        return sorted(found.values(), key=lambda each: (each.from_ms, each.at))


def _remark(by: str, at: datetime, fact: Commented) -> Remark:
    return Remark(
        id=fact.note,
        by=by,
        at=at,
        text=fact.text,
        from_ms=fact.from_ms,
        to_ms=fact.to_ms,
        question=fact.question,
    )
