"""What has to happen for a branch to be taken, in words for whoever writes the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callflow.acts.base import Act
from callflow.acts.deciding import CallAct, ChooseAct, LeaveAct
from callflow.acts.doing import FormAct
from callflow.acts.queueing import QueueAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct
from callflow.steps import Flow, Step

_OURS: Final = frozenset({"error", "failed"})
"""Words that only something of ours that breaks can bring."""


def taken_by(flow: Flow, step: Step, branch: str) -> str:
    """Who takes the branch: `caller`, `agent` or `fault`.

    What a flow test can plan (a file's row, a service's answer, who answers the queue) counts as
    the caller's.
    """
    word = branch.partition(" > ")[0]
    if flow.performer == "agent":
        return "agent"
    if isinstance(step.act, FormAct) and word in ("ok", "cancelled"):
        return "agent"
    planned = step.act.word in ("fetch", "do") and word == "error"
    never_comes = isinstance(step.act, FormAct) and word == "error"
    if word in _OURS and not planned and not never_comes:
        return "fault"
    return "caller"


def advice(step: Step, branch: str) -> str:
    """What has to happen for `branch` of `step` to be taken."""
    word, _, returned = branch.partition(" > ")
    if returned:
        return f"{_first(step, word)}, and what is called then returns {returned}"
    return _first(step, word)


def _first(step: Step, word: str) -> str:
    act = step.act
    if isinstance(act, LeaveAct):
        return "the call gets here"
    if isinstance(act, ChooseAct) and word not in ("error", "hangup"):
        return "no case holds" if word == "else" else f"the case {word} is the first that holds"
    if isinstance(act, MenuAct | QueueAct) and word in act.keys:
        waiting = " while waiting" if isinstance(act, QueueAct) else ""
        return f"the caller presses {word}{waiting}"
    if isinstance(act, CallAct) and word not in ("error", "hangup"):
        return f"the flow {act.flow} returns {word}"
    told = _TOLD.get(word)
    return told(step) if told else f"{act.word} comes to {word}"


def _window_s(act: Act) -> str:
    if isinstance(act, ListenAct | MenuAct | AskAct):
        return f" within {act.window_ms / 1000:g} s"
    return ""


def _unanswered(step: Step) -> str:
    act = step.act
    waits = f" within {act.most_wait_ms / 1000:g} s" if isinstance(act, QueueAct) else ""
    return f"nobody answers{waits}"


def _exhausted(step: Step) -> str:
    tries = step.act.attempts if isinstance(step.act, MenuAct | AskAct) else 0
    return f"the caller gives nothing usable {'once' if tries == 1 else f'{tries} times'}"


_TOLD: Final[Mapping[str, Callable[[Step], str]]] = {
    "speech": lambda step: f"the caller speaks{_window_s(step.act)}",
    "silence": lambda step: f"the caller says nothing{_window_s(step.act)}",
    "noise": lambda step: f"the line is noisy for 3 s{_window_s(step.act)}",
    "faint": lambda step: f"the caller speaks too low{_window_s(step.act)}",
    "clear": lambda step: f"the noise is gone for 1.5 s{_window_s(step.act)}",
    "key": lambda step: f"the caller presses a key{_window_s(step.act)}",
    "reprompt": lambda _: "the caller gives nothing usable once, then goes on",
    "exhausted": _exhausted,
    "hangup": lambda _: "the caller hangs up here",
    "answered": lambda step: "somebody answers" if step.act.word != "ring" else "it is answered",
    "no_answer": _unanswered,
    "busy": lambda _: "the destination is busy",
    "failed": lambda step: f"the {step.act.word} cannot be carried out",
    "found": lambda _: "the file has the row",
    "not_found": lambda _: "there is no such row",
    "timeout": lambda _: "the answer takes too long",
    "error": lambda step: f"something breaks in {step.act.word}",
    "cancelled": lambda _: "the agent leaves the form",
    "ok": lambda _: "it goes well",
}
