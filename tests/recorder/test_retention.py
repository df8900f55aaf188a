"""What is due when, what holds it back, and that erasing leaves nothing half done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from calls.clock import ManualClock
from calls.errors import LedgerError
from recorder.catalog import Catalog, Recording
from recorder.erasing import Eraser
from recorder.keeping import Keeper
from recorder.orders import Order, Orders
from recorder.retention import Retention
from recorder.sealing.keys import Keyring
from recorder.store import Store
from tests.recorder.house import STARTED, House, MemoryLedger
from tests.recorder.test_sealed_intake import record

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_default_is_half_a_year_and_queues_may_differ() -> None:
    rule = Retention(days=180, queues={"support": 365, "sales": 0})

    before, of_queues = rule.cutoffs(NOON)

    assert before == NOON - timedelta(days=180)
    assert of_queues == {"support": NOON - timedelta(days=365), "sales": None}
    assert not rule.keeps_all
    assert Retention(days=0, queues={"sales": 0}).keeps_all


@pytest.mark.parametrize(
    ("then", "day"), [(datetime(2026, 11, 22, 3, 29, tzinfo=UTC), 22), (NOON, 23)]
)
def test_it_is_looked_after_once_a_night(then: datetime, day: int) -> None:
    assert Retention(at=time(3, 30)).next_after(then) == datetime(2026, 11, day, 3, 30, tzinfo=UTC)


@dataclass
class Held:
    """Holds that a test sets."""

    calls: dict[str, str] = field(default_factory=dict)
    broken: bool = False

    def reasons(self) -> Mapping[str, str]:
        if self.broken:
            raise LedgerError("quality.sqlite: damaged; restore a backup")
        return self.calls


@dataclass
class Shelf:
    """Recordings as the ledger tells of them; all of one queue."""

    ledger: MemoryLedger

    def all(self) -> Sequence[Recording]:
        catalog = Catalog()
        catalog.take(self.ledger.events)
        return catalog.all()

    def of_call(self, call_id: str) -> Sequence[Recording]:
        return [one for one in self.all() if one.call_id == call_id]

    def due(
        self, before: datetime | None, of_queues: Mapping[str, datetime | None], limit: int
    ) -> Sequence[Recording]:
        assert before is not None
        old = [one for one in self.all() if one.erased is None and one.started_at < before]
        return old[:limit]

    def among(self, ids: Collection[str]) -> set[str]:
        return {one.id for one in self.all()} & set(ids)


@dataclass
class Site:
    """A state folder with two sealed recordings."""

    house: House
    held: Held
    clock: ManualClock

    @property
    def store(self) -> Store:
        return Store(self.house.state)

    def eraser(self) -> Eraser:
        return Eraser(self.store, Shelf(self.house.ledger), self.house.ledger, self.held)

    def keeper(self, days: int = 180) -> Keeper:
        return Keeper(
            self.house.state,
            Shelf(self.house.ledger),
            self.eraser(),
            Retention(days=days),
            self.clock,
        )

    def order(self, *calls: str) -> Order:
        return Order.new({call: [f"{call}-r1"] for call in calls}, "asked", "terminal:wang")

    def erased(self) -> list[str]:
        return [event.data["recording"] for event in self.house.ledger.of_kind("recording_erased")]


@pytest.fixture
def site(house: House) -> Site:
    house.seal = True
    Keyring(house.state).begin()
    record(house)
    record(house, "call-2-r1", "call-2")
    house.intake().take_in_now()
    return Site(house, Held(), ManualClock(STARTED + timedelta(days=200)))


def test_an_order_erases_key_and_file_and_tells_the_ledger(site: Site) -> None:
    outcome = site.eraser().carry_out(site.order("call-1"))

    (fact,) = site.house.ledger.of_kind("recording_erased")
    assert outcome.erased == ("call-1-r1",)
    assert fact.data == {"recording": "call-1-r1", "why": "asked", "by": "terminal:wang"}
    assert [file.split("/")[-1] for file in site.store.kept_files()] == ["call-2-r1.wav.sealed"]
    assert list(site.store.keys.recordings()) == ["call-2-r1"]


def test_a_held_call_is_left_with_the_reason(site: Site) -> None:
    site.held.calls["call-1"] = "case 42"

    outcome = site.eraser().carry_out(site.order("call-1", "call-2"))

    assert outcome.erased == ("call-2-r1",)
    assert outcome.left == {"call-1-r1": "held: case 42"}
    assert site.erased() == ["call-2-r1"]


def test_when_holds_cannot_be_known_nothing_is_erased(site: Site) -> None:
    site.held.broken = True
    Orders(site.house.state).give(order := site.order("call-1"))

    site.keeper().work()

    outcome = Orders(site.house.state).outcome(order.id)
    assert outcome is not None
    assert outcome.left == {"call-1-r1": "quality.sqlite: damaged; restore a backup"}
    assert len(list(site.store.kept_files())) == 2


def test_a_recording_of_a_call_still_on_or_not_taken_in_is_left(site: Site) -> None:
    site.house.begin("call-3-r1", "call-3")
    record(site.house, "call-4-r1", "call-4")

    outcome = site.eraser().carry_out(site.order("call-3", "call-4", "call-5"))

    assert outcome.left == {
        "call-3-r1": "the call is still on",
        "call-4-r1": "not taken in yet; order it again in a minute",
        "call-5-r1": "the ledger knows no such recording",
    }


def test_an_order_is_carried_out_by_the_recorder_and_answered_once(site: Site) -> None:
    orders = Orders(site.house.state)
    orders.give(order := site.order("call-1"))
    assert [one.id for one in orders.waiting()] == [order.id]

    site.keeper().work()

    outcome = orders.outcome(order.id)
    assert outcome is not None
    assert outcome.erased == ("call-1-r1",)
    assert (orders.outcome(order.id), orders.waiting()) == (None, ())


def test_an_order_that_was_carried_out_before_a_kill_changes_nothing_more(site: Site) -> None:
    order = site.order("call-1")
    Orders(site.house.state).give(order)
    site.eraser().carry_out(order)

    site.keeper().work()

    assert site.erased() == ["call-1-r1"]


def test_killed_between_key_and_fact_the_next_round_does_the_rest(site: Site) -> None:
    site.store.keys.erase("recordings/2026/11/22/call-1-r1.wav.sealed")

    outcome = site.eraser().carry_out(site.order("call-1"))

    assert outcome.erased == ("call-1-r1",)
    assert site.erased() == ["call-1-r1"]


def test_a_file_that_a_backup_brought_back_is_erased_without_a_second_fact(site: Site) -> None:
    site.eraser().carry_out(site.order("call-1"))
    site.house.stereo().write_bytes(b"TRSEALED from a backup")

    outcome = site.eraser().carry_out(site.order("call-1"))

    assert outcome.erased == ("call-1-r1",)
    assert not site.house.stereo().exists()
    assert site.erased() == ["call-1-r1"]


def test_an_order_nobody_can_read_is_passed_over(site: Site) -> None:
    orders = Orders(site.house.state)
    orders.give(order := site.order("call-1"))
    (orders.folder / "0000000000000000.order").write_text("{")
    (orders.folder / "nonsense.order").write_text('{"calls": {}, "why": "", "by": ""}')

    site.keeper().work()

    assert orders.outcome(order.id) is not None
    assert site.erased() == ["call-1-r1"]


def test_an_order_can_be_taken_back_until_it_is_begun(site: Site) -> None:
    orders = Orders(site.house.state)
    orders.give(order := site.order("call-1"))

    assert orders.take_back(order.id)
    assert not orders.take_back(order.id)
    assert orders.waiting() == ()


def test_retention_erases_what_is_due_and_leaves_what_is_held(site: Site) -> None:
    site.held.calls["call-2"] = "case 42"

    done = site.keeper(days=180).retain()

    assert (done.erased, done.held) == (1, 1)
    (fact,) = site.house.ledger.of_kind("recording_erased")
    assert (fact.data["why"], fact.data["by"]) == ("retention", "system")


def test_retention_leaves_what_is_not_due(site: Site) -> None:
    assert site.keeper(days=365).retain().erased == 0


def test_an_orphan_goes_when_it_was_kept_long_enough_and_nothing_else_does(site: Site) -> None:
    site.held.calls.update({"call-1": "case 42", "call-2": "case 42"})
    store = Store(site.house.state, seal=True)
    for day in (STARTED - timedelta(days=1), STARTED + timedelta(days=199)):
        store.put(store.place(f"lost-{day:%Y}-r1", day), lambda out: out.write(b"RIFF"))

    done = site.keeper(days=180).retain()

    left = [file.split("/")[-1].split(".")[0] for file in store.kept_files()]
    assert done.erased == 1
    assert left == ["call-1-r1", "call-2-r1", "lost-2027-r1"]


def test_held_recordings_never_hide_those_behind_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.keeping._BATCH", 1)
    site.held.calls["call-1"] = "case 42"

    done = site.keeper(days=180).retain()

    assert (done.erased, done.held) == (1, 1)
    assert site.erased() == ["call-2-r1"]


def test_a_new_server_waits_for_the_night(site: Site) -> None:
    keeper = site.keeper(days=180)

    keeper.work()
    early = site.erased()
    site.clock.advance_ms(24 * 3_600_000)
    keeper.work()

    assert early == []
    assert sorted(site.erased()) == ["call-1-r1", "call-2-r1"]


def test_a_server_that_was_off_at_night_looks_when_it_starts(site: Site) -> None:
    site.keeper(days=180).work()
    site.clock.advance_ms(30 * 3_600_000)

    site.keeper(days=180).work()

    assert len(site.erased()) == 2


def test_retention_that_fails_is_tried_again_and_erases_nothing_wrongly(site: Site) -> None:
    keeper = site.keeper(days=180)
    keeper.work()
    site.clock.advance_ms(24 * 3_600_000)
    site.held.broken = True

    keeper.work()
    failed = site.erased()
    site.held.broken = False
    keeper.work()
    too_early = site.erased()
    site.clock.advance_ms(600_000)
    keeper.work()

    assert (failed, too_early) == ([], [])
    assert len(site.erased()) == 2


def test_zero_days_keep_for_ever(site: Site) -> None:
    keeper = site.keeper(days=0)
    keeper.work()
    site.clock.advance_ms(10_000 * 86_400_000)
    keeper.work()

    assert site.erased() == []


def test_an_outcome_nobody_waited_for_is_swept(site: Site) -> None:
    orders = Orders(site.house.state)
    orders.give(site.order("call-1"))
    site.keeper().work()

    orders.sweep()

    assert list(orders.folder.glob("*.done")) == []


def test_a_hold_that_is_set_while_others_are_erased_still_counts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase = Store.erase

    def slowly(store: Store, file: str) -> None:
        erase(store, file)
        site.held.calls["call-2"] = "case 17"

    monkeypatch.setattr(Store, "erase", slowly)
    outcome = site.eraser().carry_out(site.order("call-1", "call-2"))

    assert outcome.erased == ("call-1-r1",)
    assert outcome.left == {"call-2-r1": "held: case 17"}


def test_what_a_kill_left_in_the_other_form_is_erased_too(site: Site) -> None:
    sealed = site.house.stereo()
    plain = sealed.with_name(sealed.name.removesuffix(".sealed"))
    plain.write_bytes(b"in the clear")

    site.eraser().carry_out(site.order("call-1"))

    assert not plain.exists()
    assert not sealed.exists()


class WrongClock(ManualClock):
    """Shows another time than it is, until it is put right."""

    ahead = timedelta(days=300)

    def utc_now(self) -> datetime:
        return super().utc_now() + self.ahead


def test_a_clock_that_was_set_back_keeps_no_night_away(site: Site) -> None:
    site.clock = clock = WrongClock(STARTED + timedelta(days=200))
    keeper = site.keeper(days=180)
    keeper.work()

    clock.ahead = timedelta()
    keeper.work()
    clock.advance_ms(24 * 3_600_000)
    keeper.work()

    assert len(site.erased()) == 2
