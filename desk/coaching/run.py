"""The coached run: the engine's own, with what a panel has to know of where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from callflow import targets
from callflow.acts.deciding import CallAct
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.engine import Ended, FlowRun
from callflow.frames import Script
from callflow.steps import Flow, Step
from calls.actions import Action, Form, Keys, Line, Listen, Lookup, OfficeAction, Ring, Say
from calls.floor.script_view import Choice, Titles
from calls.outcomes import (
    Answered,
    Done,
    Got,
    Heard,
    Keyed,
    Outcome,
    SaidEnd,
    Sound,
    Spoken,
)
from calls.values import Value

TOLD: Final[Mapping[str, Titles]] = {
    "speech": {"zh": "客户回答了", "en": "The caller answered"},
    "clear": {"zh": "听得清了", "en": "The line is clear"},
    "silence": {"zh": "没有声音", "en": "No voice"},
    "noise": {"zh": "太吵，听不清", "en": "Too noisy"},
    "faint": {"zh": "声音太小", "en": "Too faint"},
}
"""What an agent may tell in place of the ears, in the order of the keys 1, 2, 3, ..."""

_LOOK_AHEAD: Final = 12
"""Actions looked at for what is said next."""


GAP: Final = "…"


class CoachedRun(FlowRun):
    """`FlowRun` with performer agent. KeyError for a flow that the house does not have."""

    def __init__(
        self, script: Script, flow: str, variables: Mapping[str, Value], language: str
    ) -> None:
        super().__init__(script, script.flows[flow], variables, language, "agent")

    @property
    def flow(self) -> Flow:
        """The innermost flow being performed."""
        return self._frames[-1].flow

    @property
    def step(self) -> Step:
        """The step being performed."""
        return self._frames[-1].step

    @property
    def language(self) -> str:
        """The language of the call."""
        return str(self.variables["language"])

    @property
    def count(self) -> tuple[int, int] | None:
        """Which of how many: times of a `repeat`, or attempts of a menu or question."""
        frame = self._frames[-1]
        if frame.step.repeat > 1:
            return frame.repeated + 1, frame.step.repeat
        attempts = frame.step.act.attempts if isinstance(frame.step.act, MenuAct | AskAct) else 1
        return (frame.attempt + 1, attempts) if attempts > 1 else None

    @property
    def asks_for(self) -> str:
        """The variable that an `ask` of digits fills; else empty."""
        return self.step.act.store if isinstance(self.step.act, AskAct) else ""

    def picks(self) -> tuple[Choice, ...]:
        """What can be chosen in the window of this step: keys, or what the ears may have missed."""
        if isinstance(self.step.act, VerdictAct):
            return tuple(
                Choice(name=key, title={"zh": answer, "en": answer.replace("_", " ")})
                for key, answer in self.step.act.answers.items()
            )
        if isinstance(self.step.act, MenuAct):
            return tuple(
                Choice(name=key, title=self.step.act.labels.get(key) or self._leads(target))
                for key, target in self.step.act.keys.items()
            )
        return tuple(
            Choice(name=str(number), title=TOLD[word])
            for number, word in enumerate(tellable(self.step.wanted), 1)
        )

    def offered(self) -> tuple[Choice, ...]:
        """Branches that can be taken now."""
        return tuple(
            Choice(name=name, title=self._leads(target) or {"zh": name, "en": name})
            for name, target in self.branches().items()
        )

    def next_lines(self, action: Action, most: int = 3) -> tuple[str, ...]:
        """What is said after `action` if the caller answers as most do, up to the next choice."""
        ahead = self.fork()
        ahead.take_entered()
        texts: list[str] = []
        at: Action | Ended = action
        for _ in range(_LOOK_AHEAD):
            outcome = _usual(at)
            if outcome is None or (isinstance(at, Listen) and self._chooses(ahead)):
                break
            at = ahead.resume(outcome)
            if isinstance(at, Say):
                texts.append(self._foreseen(at.line, ahead.variables))
            elif isinstance(at, Listen) and at.prompt is not None:
                texts.append(self._foreseen(at.prompt, ahead.variables))
            if len(texts) >= most:
                break
        return tuple(texts)

    def _foreseen(self, line: Line, variables: Mapping[str, Value]) -> str:
        """What nobody knows yet is a gap, not a sentence that makes no sense."""
        wording = self._script.lines.get(line.name)
        names = wording.names if wording is not None else frozenset[str]()
        gaps = {name: GAP for name in names if variables.get(name) == ""}
        if wording is None or not gaps:
            return line.text
        return wording.speak(line.language, {**variables, **gaps}).text

    def _chooses(self, run: FlowRun) -> bool:
        return isinstance(run._frames[-1].step.act, MenuAct)

    def _leads(self, target: targets.Target) -> Titles:
        """Where a choice leads, in words of the house."""
        match target:
            case targets.CallFlow(flow):
                return self._script.flows[flow].title
            case targets.GoTo(step):
                return self._titled(self.flow.steps[self.flow.index[step]])
            case targets.Return(word) | targets.End(word):
                return {"zh": word, "en": word.replace("_", " ")}
            case _:
                return {}

    def _titled(self, step: Step) -> Titles:
        if isinstance(step.act, CallAct):
            return self._script.flows[step.act.flow].title
        name = step.name.replace("_", " ")
        return {
            "zh": step.hint.get("zh") or step.hint.get("", name),
            "en": step.hint.get("en") or name,
        }


def tellable(wanted: frozenset[str]) -> tuple[str, ...]:
    """Of what a window waits for, what an agent can tell by ear."""
    return tuple(word for word in TOLD if word in wanted)


def _usual(action: Action | Ended) -> Outcome | None:
    """What an action most often comes to; None where only the agent or the house knows."""
    match action:
        case Say():
            return Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED)
        case Listen():
            return _answer(action)
        case Form(values=values):
            return Got(name="ok", values={field: "" for field in _empty(action)} | dict(values))
        case Lookup(store=()):
            return Got(name="not_found", values={})
        case Ring():
            return Answered(rings=1, waited_ms=0)
        case Ended():
            return None
        case _:
            return None if isinstance(action, OfficeAction) else Done()


def _empty(form: Form) -> Iterator[str]:
    return (field.name for field in form.fields if field.name not in form.values)


def _answer(listen: Listen) -> Outcome:
    usual = ("speech", "clear", "silence")
    word = next((word for word in usual if word in listen.wanted), "")
    if word:
        return Heard(what=Sound(word), from_ms=0, to_ms=0, level_dbov=None, reason="")
    digits = "0" * (listen.keys or Keys()).most
    return Keyed(digits=digits, at_ms=0)
