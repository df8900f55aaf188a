"""What came of a proof, for people and for machines: tables, conversations, personas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callers.persona_writer import Written, play_again, write_persona
from callflow.house import House
from callflow.proving.proof import Counterexample, FlowProof, Proved, Result
from callflow.rules.state import Status
from launch.options import event_json
from launch.telling.author_texts import author
from launch.telling.call_story import story
from launch.telling.problems import in_chinese as problem_in_chinese
from launch.telling.wording import terminal_language
from qa.answering.rule_words import in_chinese

_MARKS = {Proved.PROVED: "proved", Proved.BROKEN: "breakable", Proved.UNDECIDABLE: "undecidable"}
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken rule with its caller, and what became of playing it again."""

    result: Result
    written: Written
    status: Status
    """What the rule came to when its caller was played in virtual time."""

    path: Path | None = None
    """The persona's file, where one was asked for."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One flow's proof and how long it took."""

    proof: FlowProof
    ms: int


def broken_again(
    house: House, result: Result, variables: Mapping[str, Any], folder: Path | None
) -> Broken:
    """Write the caller of a counterexample (to `folder`, unless None) and play it at once."""
    agent = "_agent" if result.performer == "agent" else ""
    name = _NOT_IN_A_NAME.sub("_", f"{result.rule.id}_{result.flow}{agent}".lower())
    written = write_persona(house, result, name=name)
    path = None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.yaml"
        path.write_text(written.text, encoding="utf-8")
    verdict, _ = play_again(house, written, result.rule, variables)
    return Broken(result, written, verdict.status, path)


def again(status: Status, lang: str = "") -> str:
    """Whether the caller breaks the rule in virtual time too, in words."""
    if status is Status.BROKEN:
        return author("broken_again", lang)
    return author("not_broken_again", lang, status=status.value)


def conversation(found: Counterexample, lang: str = "") -> Iterator[str]:
    """A counterexample as it would be heard, in the terminal's language if not told another."""
    for told in story(found.events, lang):
        yield told.line


def remark(result: Result, lang: str = "") -> str:
    """What there is to say beside the mark."""
    if result.status is Proved.UNDECIDABLE:
        told = "" if result.rule.decidable else result.rule.reason.get(lang or terminal_language())
        return told or in_terminal(result.reason, lang)
    if result.counterexample is not None:
        why = result.counterexample.why
        return in_chinese(why) if (lang or terminal_language()) == "zh" else why
    return "" if result.applies else author("speaks_of_nothing", lang)


def in_terminal(said: str, lang: str = "") -> str:
    """A reason or a note of a proof, in the terminal's language if not told another."""
    return problem_in_chinese(said) if (lang or terminal_language()) == "zh" else said


def rows(proof: FlowProof) -> Iterator[tuple[str, str, str, str, str]]:
    """Rule, title, mark, states, remark."""
    for result in proof.results:
        title = result.rule.title.get(terminal_language(), "")
        states = f"{result.states:,}" if result.states else ""
        yield result.rule.id, title, author(_MARKS[result.status]), states, remark(result)


def as_json(proofs: Sequence[Timed], broken: Sequence[Broken]) -> dict[str, Any]:
    """Everything, JSON-ready."""
    callers = {id(one.result): one for one in broken}
    return {
        "flows": [
            {
                "flow": timed.proof.flow,
                "performer": timed.proof.performer,
                "points": timed.proof.nodes,
                "outcomes": timed.proof.edges,
                "ms": timed.ms,
                "loops": [
                    [f"{step.flow}.{step.step}" for step in loop] for loop in timed.proof.loops
                ],
                "rules": [
                    _result_json(result, callers.get(id(result))) for result in timed.proof.results
                ],
            }
            for timed in proofs
        ]
    }


def _result_json(result: Result, caller: Broken | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rule": result.rule.id,
        "title": dict(result.rule.title),
        "must": result.rule.must,
        "status": result.status.value,
        "states": result.states,
        "remark": remark(result, "en"),
    }
    found = result.counterexample
    if found is not None and caller is not None:
        data["counterexample"] = {
            "conversation": list(conversation(found, "en")),
            "events": [event_json(event) for event in found.events],
            "assumed": [list(each) for each in found.assumed],
            "persona": caller.written.text,
            "file": None if caller.path is None else str(caller.path),
            "notes": list(caller.written.notes),
            "again": again(caller.status, "en"),
        }
    return data
