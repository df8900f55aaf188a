"""The quality book's disk is full: the page says so, nothing is half written, work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from ledger.quality.verify import verify
from tests.console.conftest import House

LONG = "很长的批注 " * 300
"""More than the room that is left on the last page of the file."""


@contextmanager
def full(house: House) -> Iterator[None]:
    """SQLite's own answer to a file that must not grow, for every connection."""
    engine = house.room.book.shelf._engine
    pages = engine.raw_connection().cursor().execute("PRAGMA page_count").fetchone()[0]

    def limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    engine.dispose()
    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


async def test_a_full_disk_is_told_keeps_nothing_half_and_costs_nothing_of_before(
    house: House,
) -> None:
    lily, call = await house.signed_in("lily"), house.calls["silent"]
    await lily.post(f"/calls/{call}/comments", {"text": "先写的", "from_ms": "1000"})
    before = house.room.book.cursor()
    with full(house):
        statuses = []
        for _ in range(6):
            answer = await lily.post(f"/calls/{call}/comments", {"text": LONG, "from_ms": "2000"})
            statuses.append(answer.status_code)
        written = house.room.book.cursor() - before

    assert statuses[-1] == 503
    assert "磁盘已满" in answer.text, answer.text
    assert written == statuses.count(303)
    assert not verify(house.room.book).findings
    remarks = [one.text for one in house.room.desk.comments(call)]
    assert remarks[0] == "先写的"
    assert len(remarks) == 1 + written
    again = await lily.post(f"/calls/{call}/comments", {"text": "后写的", "from_ms": "3000"})
    assert again.status_code in (200, 303), again.text
    assert house.room.desk.comments(call)[-1].text == "后写的"


async def test_on_a_full_disk_nobody_sees_what_could_not_be_written_down(house: House) -> None:
    """K04: a look is kept before anything is shown."""
    lily, call = await house.signed_in("lily"), house.calls["queued"]
    with full(house):
        answers = [await lily.get(f"/calls/{call}") for _ in range(40)]

    assert answers[-1].status_code == 503
    assert "139****2222" not in answers[-1].text
    shown = sum(one.status_code == 200 for one in answers)
    opened = [one for one in house.looks() if one == ("lily", "opened", f"call/{call}")]
    assert len(opened) == shown
