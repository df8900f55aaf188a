"""What the prover says breaks a rule does so on the telephone: damaged flows, real calls, ledger.

Each damage is one that `thirdring mutate` makes of the shipped flows. The prover finds a call that
breaks a rule, writes it as a caller, and that caller calls the damaged flow over SIP.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from callers.persona_writer import Written, write_persona
from callers.result import CallResult
from callers.sip import limits_over_sip
from callflow.house import House, house_texts
from callflow.mutants.mutant import Mutant
from callflow.proving.proof import Counterexample, prove
from callflow.rules.monitor import Rule, Verdict, score
from callflow.rules.state import Status
from calls.events import CallEvent
from launch.settings.site import PROJECT, Settings
from tests.support.callers_at_once import Ended, Placed, call_all, write_directories
from tests.support.damaged import ENTRY, Damage, copied_as, mutants_of, with_copies
from tests.support.hotline import Hotline, start_hotline, stop_hotline
from tests.support.pbx import MILLIWATT, HousePbx

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

SCRIPTS = PROJECT / "scripts"
DAMAGES = (
    Damage("A12", "noise.yaml", "drop_line", 'the step "ask" no longer says ask_louder'),
    Damage("A13", "faint.yaml", "swap_lines", '"ask" and "give_up" say each other\'s line'),
    Damage("A11", "silent_call.yaml", "repeat_off_by_one",
           'the step "call_out": repeat 1 where it was 2'),
    Damage("A11", "silent_call.yaml", "wrong_time",
           'the step "call_out": listen 2s where it was 4s'),
    Damage("A12", "noise.yaml", "wrong_time", 'the step "ask": for 5s where it was 10s'),
    Damage("A08", "closing.yaml", "drop_line", 'the step "ask" no longer says anything_else'),
    Damage("A05", "closing.yaml", "lost_goodbye",
           'the step "goodbye" (1 else) ends the call, past goodbye_plain'),
    Damage("A05", "greetings.yaml", "drop_line",
           'the step "goodbye" no longer says closing_pending'),
    Damage("A08", "silent_call.yaml", "wrong_disposition",
           'the step "give_up" ends as served, not silent'),
    Damage("A02", "greetings.yaml", "swap_lines", '"welcome" and "notice" say each other\'s line'),
    Damage("A02", "lines.yaml", "wrong_tag", "the line greeting is not tagged greeting any more"),
    Damage("A14", "internal.yaml", "drop_line",
           'the step "by_number" no longer says internal_greeting_ivr'),
    Damage("A09", "greetings.yaml", "wrong_target",
           'the step "offer" (keys 1) goes to goodbye, not promise'),
    Damage("A13", "faint.yaml", "wrong_line",
           'the step "give_up" says sorry where it said try_another_phone'),
)  # fmt: skip
UNDAMAGED = DAMAGES[:3]
"""Whose callers call the good hotline too."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What the prover found on one mutant, and the two calls that it comes to."""

    rule: Rule
    counterexample: Counterexample
    written: Written
    call: Placed
    control: Placed


@pytest.fixture(scope="module")
def mutants() -> dict[Damage, Mutant]:
    return mutants_of(house_texts(SCRIPTS), DAMAGES)


@pytest.fixture(scope="module")
def broken(mutants: Mapping[Damage, Mutant]) -> dict[Damage, Broken]:
    """The prover's caller for each mutant, the flow named as in the scripts."""
    texts = house_texts(SCRIPTS)
    return {
        damage: found(texts, number, damage.rule, mutant)
        for number, (damage, mutant) in enumerate(mutants.items())
    }


def found(texts: Mapping[str, str], number: int, rule: str, mutant: Mutant) -> Broken:
    house = House.of_texts({**texts, mutant.source: mutant.text})
    variables = Settings().house.all_variables()
    results = prove(house, rules=[rule], flows=[ENTRY], variables=variables).broken()
    assert len(results) == 1, f"{rule} is not broken by this: {mutant.what}"
    assert results[0].counterexample is not None
    written = write_persona(house, results[0], variables=variables)
    given = written.given
    assert (given.fails, given.variables, limits_over_sip(given.persona)) == (frozenset(), {}, "")
    assert (given.queue.agent, given.queue.refused) == ("", ""), "no agent is there"
    return Broken(
        results[0].rule,
        results[0].counterexample,
        written,
        Placed(given, f"77{number:02}", f"139000001{number:02}"),
        Placed(given, "1000", f"139000002{number:02}"),
    )


@pytest.fixture(scope="module")
def scripts(mutants: Mapping[Damage, Mutant], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped scripts and a damaged copy of the hotline for each mutant."""
    folder = tmp_path_factory.mktemp("damaged")
    for source, text in with_copies(house_texts(SCRIPTS), list(mutants.values())).items():
        path = folder / Path(source).relative_to(SCRIPTS)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx, scripts: Path, broken: Mapping[Damage, Broken]) -> Iterator[Hotline]:
    """A server of all copies that does not ask the prover, a number for each."""
    numbers = pbx.state / "pbx/site/extensions.conf"
    lines = [MILLIWATT]
    for number, one in enumerate(broken.values()):
        lines.append(f"exten => {one.call.dials},1,Set(CC_FLOW={copied_as(number)})")
        lines.append(" same => n,Goto(cc-number,${EXTEN},1)")
    numbers.write_text("\n".join([*lines, ""]), encoding="utf-8")
    pbx.cli("dialplan reload")
    calls = (call for one in broken.values() for call in both(one))
    directories = pbx.state / "directories"
    write_directories(directories, House.load(scripts), calls)
    running = start_hotline(pbx, more=[f'scripts = "{scripts}"', "prove = false"])
    yield running
    stop_hotline(running)
    shutil.rmtree(directories)
    numbers.write_text(MILLIWATT, encoding="utf-8")
    pbx.cli("dialplan reload")


def both(one: Broken) -> tuple[Placed, Placed]:
    return one.call, one.control


@pytest.fixture(scope="module")
def ended(hotline: Hotline, pbx: HousePbx, broken: Mapping[Damage, Broken]) -> dict[str, Ended]:
    """All calls, lived out; by the caller's number."""
    longest_first = sorted(
        broken.values(), key=lambda one: -one.counterexample.events[-1].offset_ms
    )
    calls = [one.call for one in longest_first] + [broken[each].control for each in UNDAMAGED]
    return call_all(pbx, calls)


@pytest.fixture
def lived_out(
    request: pytest.FixtureRequest,
    pbx: HousePbx,
    broken: Mapping[Damage, Broken],
    ended: dict[str, Ended],
) -> Mapping[str, Ended]:
    """The same; a test that is tried once more places its own calls once more."""
    if getattr(request.node, "execution_count", 1) > 1:
        damage = request.node.callspec.params["damage"]
        one = broken[damage]
        ended |= call_all(pbx, both(one) if damage in UNDAMAGED else [one.call])
    return ended


async def in_the_ledger(
    placed: Placed, ended: Mapping[str, Ended], hotline: Hotline
) -> list[CallEvent]:
    result = ended[placed.number]
    assert isinstance(result, CallResult), f"the caller's own trouble: {result!r}"
    assert (result.failure, result.fell_back) == ("", False)
    row, events = await hotline.call_of(placed.number)
    assert row.dnis == placed.dials
    return events


def told(events: list[CallEvent]) -> str:
    """What a failed test shows of its call."""
    return "\n".join(f"{one.offset_ms:6} {one.kind} {dict(one.data)}" for one in events)


def without_numbers(why: str) -> str:
    """The sentence without lengths of time, nor the mark of a copied line."""
    return re.sub(r"\d+(\.\d+)? ?m?s\b", "…", re.sub(r"_m\d+\b", "", why))


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
async def test_the_provers_caller_breaks_the_rule_on_a_real_call(
    damage: Damage,
    broken: Mapping[Damage, Broken],
    lived_out: Mapping[str, Ended],
    hotline: Hotline,
) -> None:
    one = broken[damage]

    events = await in_the_ledger(one.call, lived_out, hotline)
    verdict = verdict_of(one.rule, events)

    assert verdict.status is Status.BROKEN, f"{one.written.text}\n{told(events)}"
    assert verdict.evidence[-1].seq in {event.seq for event in events}
    assert without_numbers(verdict.why) == without_numbers(one.counterexample.why)


@pytest.mark.parametrize("damage", UNDAMAGED, ids=str)
async def test_the_same_caller_breaks_nothing_on_the_flows_as_they_are(
    damage: Damage,
    broken: Mapping[Damage, Broken],
    lived_out: Mapping[str, Ended],
    hotline: Hotline,
) -> None:
    events = await in_the_ledger(broken[damage].control, lived_out, hotline)

    verdicts = score(events, House.load(SCRIPTS).rules)
    assert [each.why for each in verdicts if each.status is Status.BROKEN] == [], told(events)


def verdict_of(rule: Rule, events: list[CallEvent]) -> Verdict:
    return score(events, (rule,))[0]
