"""The caller's file: customer's row, history, open matters; all of it plain and masked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from calls.errors import LedgerError
from calls.events import CallEvent
from calls.floor.view import CallerFile
from calls.masking import mask
from desk.caller_files import MOST_CALLS, CallerFiles
from ledger.rows import CallRow
from ledger.states import CallState

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NUMBER = "13800001234"


def row(call_id: str, disposition: str = "served") -> CallRow:
    state = CallState(id=call_id, ani=NUMBER, agent="801", disposition=disposition)
    names = CallRow.__dataclass_fields__
    values = {name: getattr(state, name) for name in names}
    return CallRow(**{**values, "offered_at": AT})


def event(call_id: str, seq: int, kind: str, **data: object) -> CallEvent:
    return CallEvent(call_id, seq, AT, seq * 1000, kind, data)


class SmallLedger:
    def __init__(self, calls: Sequence[CallRow], events: Sequence[CallEvent] = ()) -> None:
        self._calls, self._events = calls, events
        self.looks = 0

    def call(self, call_id: str) -> CallRow:
        self.looks += 1
        found = [call for call in self._calls if call.id == call_id]
        if not found:
            raise LedgerError("no such call")
        return found[0]

    def calls_of(self, ani: str, limit: int) -> Sequence[CallRow]:
        return [call for call in self._calls if call.ani == ani][-limit:]

    def events_of(self, call_ids: Sequence[str], kinds: Collection[str]) -> Sequence[CallEvent]:
        wanted = set(kinds)
        return [one for one in self._events if one.call_id in call_ids and one.kind in wanted]


class DeadLedger(SmallLedger):
    def calls_of(self, ani: str, limit: int) -> Sequence[CallRow]:
        raise LedgerError("gone")


def stranger(_number: str) -> None:
    return None


async def test_a_customer_is_known_by_the_houses_file_and_the_ledger() -> None:
    events = [
        event("c1", 1, "form_filled", form="call_record", values={"matter": "billing"}),
        event("c1", 2, "promised", about="refund", due_at="2026-11-03T10:00:00+00:00"),
        event("c2", 1, "stepped"),
    ]
    customers = {NUMBER: {"key": "x", "name": "王芳", "tier": "one", "address": "上海", "vat": ""}}
    files = CallerFiles(
        SmallLedger([row("c1"), row("c2", "promised"), row("now")], events), customers.get
    )

    known = await files.whole(NUMBER, "spoofed", but="now")

    assert (known.number, known.name, known.tier) == ("138****1234", "王芳", "one")
    assert known.fields == {"address": "上海"}
    assert [(past.call_id, past.disposition, past.matter) for past in known.history] == [
        ("c2", "promised", ""),
        ("c1", "served", "refund"),
    ]
    assert [(one.kind, one.about) for one in known.open_matters] == [("promise", "refund")]


async def test_a_stranger_has_the_name_of_the_line_and_no_history() -> None:
    files = CallerFiles(SmallLedger([]), stranger)

    known = await files.whole(NUMBER, "\x1b[31mred\u202e" + "长" * 200, but="now")

    assert known.name == "[31mred" + "长" * 12 + "…"
    assert known.history == ()


async def test_a_withheld_number_is_looked_up_nowhere() -> None:
    files = CallerFiles(DeadLedger([]), stranger)

    assert (await files.whole("", "Anna", but="now")).name == "Anna"


async def test_a_dead_ledger_costs_the_history_and_nothing_else() -> None:
    files = CallerFiles(DeadLedger([]), stranger)

    known = await files.whole(NUMBER, "Anna", but="now")

    assert (known.number, known.name, known.history) == ("138****1234", "Anna", ())


async def test_only_the_latest_calls_are_shown() -> None:
    files = CallerFiles(SmallLedger([row(f"c{number:02}") for number in range(30)]), stranger)

    known = await files.whole(NUMBER, "", but="c29")

    assert len(known.history) == MOST_CALLS
    assert known.history[0].call_id == "c28"


def test_who_called_before_the_desk_was_restarted_is_looked_up_once() -> None:
    ledger = SmallLedger([row("c1")])
    files = CallerFiles(ledger, {NUMBER: {"name": "王芳"}}.get)

    assert [files.of_call("c1").name, files.of_call("c1").name] == ["王芳", "王芳"]
    assert files.of_call("c1").number == mask(NUMBER)
    assert ledger.looks == 1
    assert files.of_call("c9") == files.of_call("") == CallerFile()
