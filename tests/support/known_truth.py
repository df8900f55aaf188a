"""Calls whose truth is known before they are made: by who calls and by what was done to the flows.

A damage is one edit of a house that works. What it breaks follows from the rule's own sentence and
from who calls; no monitor was asked. `truth` names the rules that such a call keeps or breaks;
every other rule of the form says nothing about it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import read_tests
from callflow.house import House
from qa.answering import CaseFacts, machine_answers
from qa.rubric import Form, SourceKind, load_forms

SCRIPTS: Final = Path(__file__).parents[2] / "scripts"
FILE: Final = "known.yaml"
HOUSE: Final = {"company": {"zh-Hans": "三声服务热线", "en": "the hotline"}, "agent_no": "1000"}
"""The house's own variables, for calls in virtual time."""


SLOW: Final = "a slow answer"
LET_PASS: Final = frozenset({"answered-without-ring"})
"""What the check of flows refuses in a house that is slow to answer."""

Edit = tuple[str, str, str]
"""A file of the house, what stands there, and what is put in its place."""

_STRAIGHT: Final = """
flow: straight
returns: []
steps:
  bye:
    say: closing
    end: served
"""
_TO_ANI: Final = '{phone: "{ani}"}\n    on: {ok:'
_TICKET: Final = 'ticket: {class: fault, about: "line or system fault, caller {ani}", due: 4h}'
DAMAGES: Final[Mapping[str, tuple[Edit, ...]]] = {
    "none": (),
    "nobody says goodbye": (
        ("closing.yaml", "say: closing\n", "say: service_hours\n"),
        ("closing.yaml", "say: closing_named\n", "say: service_hours\n"),
    ),
    "nothing else is asked": (
        ("greetings.yaml", "call: closing\n    on: {more: menu}", "call: straight"),
        ("straight.yaml", "", _STRAIGHT),
    ),
    "one hello only": (("silent_call.yaml", "repeat: 2", "repeat: 1"),),
    "hurried hellos": (
        ("silent_call.yaml", "say: hello\n    listen: 4s", "say: hello\n    listen: 1s"),
    ),
    "five seconds of noise": (("noise.yaml", "for: 10s", "for: 5s"),),
    "noise is hung up on": (
        ("silent_call.yaml", "noise: {call: noise, clear: again}", "noise: end noise"),
        ("greetings.yaml", "noise: {call: noise, clear: again}", "noise: end noise"),
    ),
    "faint callers are asked something else": (("faint.yaml", "say: speak_up", "say: menu_again"),),
    "no greeting first": (("greetings.yaml", "say: greeting\n", "say: please_hold\n"),),
    SLOW: (
        (
            "greetings.yaml",
            "  ringing:\n",
            "  slow:\n    wait: 10s\n  slower:\n    wait: 10s\n  ringing:\n",
        ),
    ),
    "the promise is not recorded": (
        ("pending.yaml", f"{_TO_ANI} promise}}", f"{_TO_ANI} return promised}}"),
    ),
    "the promise is not spoken of": (
        ("greetings.yaml", "say: closing_pending", "say: call_again"),
        ("agent_call.yaml", "say: closing_pending", "say: call_again"),
    ),
    "colleagues are greeted as anybody": (
        ("internal.yaml", "say: internal_greeting_ivr", "say: greeting"),
        ("internal.yaml", "say: internal_greeting\n", "say: greeting\n"),
    ),
    "who is satisfied is not asked for advice": (
        ("callback.yaml", "say: callback_advice\n", "say: callback_improve\n"),
    ),
    "nobody is thanked for a verdict": (
        ("survey.yaml", "say: survey_thanks\n", "say: anything_else\n"),
    ),
    "nobody tells the technician": (
        ("line_fault.yaml", f"{_TICKET}\n    on: {{ok: transfer, error: transfer}}", "wait: 100ms"),
    ),
    "nothing is read back": (("read_back.yaml", "say: read_back\n", "say: please_hold\n"),),
    "upset callers are not calmed": (("upset.yaml", "say: calming\n", "say: please_hold\n"),),
    "no Mandarin is asked for": (
        ("dialect.yaml", "say: mandarin_please\n", "say: please_hold\n"),
    ),
    "blind answers": (("beyond_me.yaml", "say: beyond_me\n", "say: please_hold\n"),),
    "no time is told": (("agent_talk.yaml", "say: expected_time\n", "say: please_hold\n"),),
    "identity is taken as given": (
        ("agent_talk.yaml", "unverified: ending}", "unverified: account}"),
    ),
    "thanks are not returned": (("thanks.yaml", "say: closing_thanks\n", "say: closing\n"),),
    "wrong numbers are hung up on": (
        ("wrong_number.yaml", "say: wrong_number\n", "say: call_again\n"),
    ),
    "no record is kept": (
        ("agent_talk.yaml", "not_found: record, error: record}", "not_found: how, error: how}"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One call with its truth."""

    name: str
    damage: str
    given: str
    """What it begins with, as flow tests write it."""

    kept: tuple[str, ...]
    broken: tuple[str, ...] = ()

    @property
    def truth(self) -> dict[str, str]:
        """Rule -> `yes` or `no`."""
        return {**dict.fromkeys(self.kept, "yes"), **dict.fromkeys(self.broken, "no")}

    @property
    def placed(self) -> bool:
        """Whether it can be placed over FastAGI; an agent's part, and a house that does not load,
        are played in virtual time only."""
        return "agent_call" not in self.given and self.damage != SLOW


def _known(damage: str, caller: str, kept: str, broken: str = "", **more: str) -> Known:
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    return Known(
        name=f"{caller} - {damage}{' ' + '/'.join(more) if more else ''}",
        damage=damage,
        given=f"{{flow: greetings, caller: {caller}{extra}}}",
        kept=tuple(kept.split()),
        broken=tuple(broken.split()),
    )


_COLLEAGUES: Final = '{colleagues: {"8001": {}}}'
_NOBODY: Final = "nobody"
_TALKS: Final = '{name: "801", answers_after: 3s, talks: 4s}'
BY_THE_HOUSE: Final[tuple[Known, ...]] = (
    # Everybody is answered on the first ring and greeted; who hears us hang up hears a goodbye.
    _known("none", "polite", "A01 A02 A05 A08"),
    _known("none", "presses_keys", "A01 A02 A05 A08"),
    _known("none", "silent", "A01 A02 A05 A11"),
    _known("none", "silent_then_speaks", "A01 A02 A05 A08 A11"),
    _known("none", "noisy", "A01 A02 A05 A12"),
    _known("none", "hums_and_music", "A01 A02 A05 A12"),
    _known("none", "noisy_then_clear", "A01 A02 A05 A08 A12"),
    _known("none", "faint", "A01 A02 A05 A08 A13"),
    _known("none", "hangs_up_mid_prompt", "A01 A02"),
    _known("none", "hangs_up_while_ringing", "A01"),
    _known("none", "wrong_number", "A01 A02"),
    _known("none", "repair", "A01 A02 A05 A09", agent=_NOBODY),
    _known("none", "colleague", "A01 A02 A05 A08 Q03", agent=_TALKS),
    _known("none", "colleague", "A01 A02 A05 A08 A14 Q03", agent=_TALKS, ani='"8001"',
           files=_COLLEAGUES),
    _known("none", "waits_for_duty", "A01 A02 A05 A09 A20", agent="failed"),
    # Who is not spoken to after the goodbye was taken out hears none.
    _known("nobody says goodbye", "polite", "A01 A02", "A05 A08"),
    _known("nobody says goodbye", "presses_keys", "A01 A02", "A05 A08"),
    _known("nobody says goodbye", "noisy_then_clear", "A01 A02 A12", "A05 A08"),
    _known("nobody says goodbye", "silent", "A01 A02 A05 A11"),
    _known("nobody says goodbye", "hangs_up_mid_prompt", "A01 A02"),
    _known("nothing else is asked", "polite", "A01 A02 A05", "A08"),
    _known("nothing else is asked", "presses_keys", "A01 A02 A05", "A08"),
    _known("nothing else is asked", "silent_then_speaks", "A01 A02 A05 A11", "A08"),
    # Two hellos are owed to who stays silent, three seconds apart at least.
    _known("one hello only", "silent", "A01 A02 A05", "A11"),
    _known("one hello only", "silent_then_speaks", "A01 A02 A05 A08 A11"),
    _known("one hello only", "polite", "A01 A02 A05 A08"),
    _known("hurried hellos", "silent", "A01 A02 A05", "A11"),
    _known("hurried hellos", "polite", "A01 A02 A05 A08"),
    # Ten seconds are owed to a noise that does not clear.
    _known("five seconds of noise", "noisy", "A01 A02 A05", "A12"),
    _known("five seconds of noise", "hums_and_music", "A01 A02 A05", "A12"),
    _known("five seconds of noise", "polite", "A01 A02 A05 A08"),
    _known("noise is hung up on", "noisy", "A01 A02", "A05 A12"),
    _known("noise is hung up on", "hums_and_music", "A01 A02", "A05 A12"),
    _known("noise is hung up on", "silent", "A01 A02 A05 A11"),
    _known("faint callers are asked something else", "faint", "A01 A02 A05 A08", "A13"),
    _known("faint callers are asked something else", "silent", "A01 A02 A05 A11"),
    _known("no greeting first", "polite", "A01 A05 A08", "A02"),
    _known("no greeting first", "silent", "A01 A05 A11", "A02"),
    _known("no greeting first", "hangs_up_while_ringing", "A01"),
    _known(SLOW, "polite", "A02 A05 A08", "A01"),
    _known(SLOW, "silent", "A02 A05 A11", "A01"),
    _known(SLOW, "hangs_up_while_ringing", "A01"),
    _known("the promise is not recorded", "repair", "A01 A02 A05", "A09", agent=_NOBODY),
    _known("the promise is not recorded", "polite", "A01 A02 A05 A08"),
    _known("the promise is not spoken of", "repair", "A01 A02 A05", "A09", agent=_NOBODY),
    _known("colleagues are greeted as anybody", "colleague", "A01 A02 A05 A08 Q03", "A14",
           agent=_TALKS, ani='"8001"', files=_COLLEAGUES),
    _known("colleagues are greeted as anybody", "polite", "A01 A02 A05 A08"),
    _known("nobody tells the technician", "waits_for_duty", "A01 A02 A05 A09", "A20",
           agent="failed"),
)  # fmt: skip
"""Calls of the hotline that the IVR serves, over the real FastAGI server or in virtual time."""

_ENTRY: Final = (
    '{at: entry, fill: {phone: "13800001234", matter: 停水, handled: 已答}}, '
    '{at: answer, pick: "1"}'
)
_DONE: Final = '{at: as_heard, pick: "2"}'
_SPEAKS: Final = '{answers: [{say: inquiry}, {say: "yes"}, {say: no_thanks}], then: silent}'
_ACCOUNTS: Final = '{accounts: {"6688": {holder: 王明}}}'


def _by_agent(damage: str, what: str, does: str, kept: str, broken: str = "", **more: str) -> Known:
    given = {"caller": _SPEAKS, **more}
    extra = "".join(f", {name}: {value}" for name, value in given.items())
    return Known(
        name=f"to an agent, {what} - {damage}",
        damage=damage,
        given=f"{{flow: agent_call, performer: agent, variables: {{agent_name: 李明}}, "
        f"does: [{does}]{extra}}}",
        kept=("A01", *kept.split()),
        broken=tuple(broken.split()),
    )


def _called_back(damage: str, caller: str, kept: str, broken: str = "") -> Known:
    """A callback: nobody rings at us, and the house's own opening is its greeting."""
    given = f"{{flow: callback, caller: {caller}}}"
    return Known(
        name=f"{caller} - {damage}",
        damage=damage,
        given=given,
        kept=("A02", "A05", *kept.split()),
        broken=tuple(broken.split()),
    )


def _asked(damage: str, kept: str, broken: str = "") -> Known:
    """An agent talked and hung up, which serves the caller (A08); who gives a verdict by key."""
    keys = '{answers: [{say: repair}, {press: "0"}, {press: "1"}, {press: "1"}]}'
    agent = '{name: "801", answers_after: 2s, talks: 30s}'
    given = f"{{flow: greetings, caller: {keys}, agent: {agent}}}"
    return Known(
        name=f"asked for a verdict - {damage}",
        damage=damage,
        given=given,
        kept=tuple(kept.split()),
        broken=tuple(broken.split()),
    )


def _identity(account: str, name: str) -> str:
    form = f'{{at: entry, fill: {{account: "{account}", stated_name: {name}}}}}'
    return f'{_ENTRY}, {{at: how, pick: "2"}}, {form}, {_DONE}'


_ANSWER: Final = f'{_ENTRY}, {{at: how, pick: "1"}}, {_DONE}'
_UPSET: Final = f"{{at: entry, take: upset}}, {_ANSWER}"
_DIALECT: Final = f'{{at: entry, take: dialect}}, {{at: judge, pick: "1"}}, {_ANSWER}'
_BEYOND: Final = f"{{at: entry, take: beyond_me}}, {_ENTRY}"
_WORK: Final = f'{_ENTRY}, {{at: how, pick: "3"}}'
_THANKS: Final = f'{_ENTRY}, {{at: how, pick: "1"}}, {{at: as_heard, take: thanks_first}}'
_FAULT: Final = "{at: entry, take: line_fault}"
BY_AGENTS: Final[tuple[Known, ...]] = (
    _by_agent("none", "answered", _ANSWER, "A02 A05 A08 A16 A24"),
    _by_agent("none", "upset", _UPSET, "A02 A05 A08 A16 A17 A24", caller="upset"),
    _by_agent("none", "dialect", _DIALECT, "A02 A05 A08 A16 A18 A24", caller="dialect"),
    _by_agent("none", "beyond", _BEYOND, "A02 A05 A09 A16 A19 A24"),
    _by_agent("none", "work", _WORK, "A02 A05 A09 A16 A23 A24"),
    _by_agent("none", "thanks", _THANKS, "A02 A05 A08 A10 A16 A24"),
    _by_agent("none", "identity", _identity("6688", "王明"), "A02 A05 A08 A16 A21 A24",
              files=_ACCOUNTS),
    _by_agent("none", "another's identity", _identity("6688", "李四"), "A02 A05 A08 A16 A24",
              files=_ACCOUNTS),
    _by_agent("none", "wrong number", "{at: entry, take: wrong_number}", "A02 A05 A15",
              caller="wrong_number"),
    _by_agent("none", "silent", "", "A02 A05 A11", caller="silent"),
    _by_agent("none", "fault", _FAULT, "A02 A05 A20", agent='"900"'),
    _by_agent("none", "colleague", _ANSWER, "A02 A05 A08 A14 A16 A24", ani='"8001"',
              files=_COLLEAGUES),
    _by_agent("nothing is read back", "answered", _ANSWER, "A02 A05 A08 A24", "A16"),
    _by_agent("upset callers are not calmed", "upset", _UPSET, "A02 A05 A08 A16 A24", "A17",
              caller="upset"),
    _by_agent("no Mandarin is asked for", "dialect", _DIALECT, "A02 A05 A08 A16 A24", "A18",
              caller="dialect"),
    _by_agent("blind answers", "beyond", _BEYOND, "A02 A05 A09 A16 A24", "A19"),
    _by_agent("no time is told", "work", _WORK, "A02 A05 A09 A16 A24", "A23"),
    _by_agent("identity is taken as given", "another's identity", _identity("6688", "李四"),
              "A02 A05 A08 A16 A24", "A21", files=_ACCOUNTS),
    _by_agent("thanks are not returned", "thanks", _THANKS, "A02 A05 A08 A16 A24", "A10"),
    _by_agent("wrong numbers are hung up on", "wrong number", "{at: entry, take: wrong_number}",
              "A02 A05", "A15", caller="wrong_number"),
    _by_agent("no record is kept", "answered", f'{{at: how, pick: "1"}}, {_DONE}',
              "A02 A05 A08", "A24"),
    _by_agent("nobody says goodbye", "answered", _ANSWER, "A02 A16 A24", "A05 A08"),
    _by_agent("the promise is not spoken of", "beyond", _BEYOND, "A02 A05 A16 A19 A24", "A09"),
    _by_agent("one hello only", "silent", "", "A02 A05", "A11", caller="silent"),
    _by_agent("nobody tells the technician", "fault", _FAULT, "A02 A05", "A20", agent='"900"'),
    _by_agent("colleagues are greeted as anybody", "colleague", _ANSWER, "A02 A05 A08 A16 A24",
              "A14", ani='"8001"', files=_COLLEAGUES),
    _called_back("none", "called_back_satisfied", "B05"),
    _called_back("none", "called_back_dissatisfied", "B05"),
    _called_back("who is satisfied is not asked for advice", "called_back_satisfied", "", "B05"),
    _called_back("who is satisfied is not asked for advice", "called_back_dissatisfied", "B05"),
    _asked("none", "A01 A02 A05 A08 Q03"),
    _asked("nobody is thanked for a verdict", "A01 A02 A08", "A05 Q03"),
)  # fmt: skip
"""Calls that an agent takes, or that the house makes, in virtual time: each agent picks up on the
first ring (A01)."""


def damaged_house(folder: Path, damage: str) -> Path:
    """A copy of the house below `folder` with this damage done to it."""
    scripts = folder / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("prompts", "tests", "mutants"))
    (scripts / "prompts").symlink_to(SCRIPTS / "prompts")
    for name, right, wrong in DAMAGES[damage]:
        path = scripts / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if right not in text:
            raise AssertionError(f"{name} has no {right!r}: the damage {damage!r} does none")
        path.write_text(text.replace(right, wrong) if right else wrong, encoding="utf-8")
    return scripts


@lru_cache
def forms() -> tuple[Form, ...]:
    """The shipped forms."""
    return tuple(load_forms().values())


@lru_cache
def asked_rules() -> frozenset[str]:
    """Rules that the forms ask the machine about."""
    facts = [question.fact for form in forms() for question in form.questions()]
    return frozenset(fact.name for fact in facts if fact and fact.kind is SourceKind.RULE)


def answered_rules(case: CaseFacts) -> dict[str, set[str]]:
    """What the machine answers for each rule, over all forms; empty: nothing."""
    found: dict[str, set[str]] = {rule: set() for rule in asked_rules()}
    for form in forms():
        answers = machine_answers(form, case)
        for question in form.questions():
            if question.fact is not None and question.fact.kind is SourceKind.RULE:
                answer = answers.get(question.name)
                found[question.fact.name].add(answer.answer if answer else "")
    return found


def wrong_answers(known: Known, case: CaseFacts) -> dict[str, str]:
    """Rule -> what was answered and what is true, for every rule that was answered wrongly."""
    wrong = {}
    for rule, answers in answered_rules(case).items():
        true = known.truth.get(rule, "na")
        if answers != {true}:
            wrong[rule] = f"{'/'.join(sorted(answers))} for {true}"
    return wrong


def plays_of(house: House, known: Sequence[Known]) -> dict[str, FlowTest]:
    """What each call begins with, read as flow tests are."""
    rows = "".join(
        f"  {one.name!r}: {{given: {one.given}, expect: {{end_reason: completed}}}}\n"
        for one in known
    )
    return {test.name: test for test in read_tests(house, {FILE: f"tests:\n{rows}"})}
