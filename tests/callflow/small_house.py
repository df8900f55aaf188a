"""Builders for houses of a few lines, and a caller that answers by a list of outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from callflow.engine import Ended, FlowRun
from callflow.house import House
from calls.actions import Action, Listen, Record, Ring, Say
from calls.outcomes import Answered, Done, Heard, HungUp, Keyed, Outcome, SaidEnd, Sound, Spoken

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
again: {tags: [reprompt], zh-Hans: 请再说一次, zh-Hant: 請再說一次, en: Please repeat}
company_line: {zh-Hans: "{company}", zh-Hant: "{company}", en: "{company}"}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""

LOOPS = frozenset({"hot-loop", "endless-loop"})
"""Errors that houses of tests may have on purpose."""

HANDLED = "always: {noise: end noise, faint: end faint}"


def house(**flows: str) -> House:
    """A house of these flow texts (name -> YAML) and the small set of lines."""
    texts = {f"{name}.yaml": dedent(text) for name, text in flows.items()}
    return House.of_texts({"lines.yaml": LINES, **texts}, let_pass=LOOPS)


def run_of(text: str, **others: str) -> FlowRun:
    """A run of the flow `main` written in `text`."""
    return house(main=text, **others).start("main", {"company": "三声", "agent_no": "1"}, "zh-Hans")


def heard(what: str) -> Heard:
    """The ears' answer `what`."""
    return Heard(what=Sound(what), from_ms=0, to_ms=0, level_dbov=None, reason="")


def keyed(digits: str) -> Keyed:
    """Keys pressed."""
    return Keyed(digits=digits, at_ms=0)


def gone(by: str = "caller") -> HungUp:
    """The line went down."""
    return HungUp(by=by)


def play(run: FlowRun, answers: Sequence[Outcome]) -> tuple[list[str], Ended | None]:
    """Answer every listening window from `answers`; what was said and done, and the end.

    The end is None when the answers ran out first.
    """
    done: list[str] = []
    left = list(answers)
    at: Action | Ended = run.begin()
    while not isinstance(at, Ended):
        outcome: Outcome
        match at:
            case Say(line=line):
                done.append(line.name)
                outcome = Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED)
            case Ring(rings=rings):
                outcome = Answered(rings=rings, waited_ms=0)
            case Record(command=command):
                done.append(f"record {command}")
                outcome = Done()
            case _:
                if isinstance(at, Listen) and at.prompt:
                    done.append(at.prompt.name)
                if not left:
                    return done, None
                outcome = left.pop(0)
        at = run.resume(outcome)
    return done, at
