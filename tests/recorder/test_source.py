"""What the recorder reads of the ledger as it follows it."""

from __future__ import annotations

from pathlib import Path

from calls.call import Call
from calls.clock import ManualClock
from calls.events import RecordingErased
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.catalog import Catalog
from recorder.source import LedgerSource
from tests.ledger.house import kept, offered, place


def test_the_facts_that_are_passed_over_would_not_have_changed_the_catalog(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as writer:
        calls = [place(writer) for _ in range(3)]
        writer.append_late(calls[0].id, kept())
        writer.append_late(
            calls[0].id, RecordingErased(recording="rec-1", why="retention", by="house")
        )
        Call(ManualClock(), writer, id="live").record(offered())

    everything, followed = Catalog(), Catalog()
    with LedgerReader(path) as reader:
        events, _ = reader.events_after(0)
        everything.take(events)
        told, cursor = LedgerSource(reader).events_after(0)
        followed.take(told)

        assert cursor == reader.cursor()
        assert LedgerSource(reader).events_after(cursor) == ((), cursor)
    assert followed.all() == everything.all()
    assert 0 < len(told) < len(events)
