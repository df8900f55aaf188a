"""Steps and lines worked out once for all calls: what a run asks on every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from callflow import performing
from callflow.acts.doing import DoAct, FetchAct, FormAct, LookupAct, PromiseAct, TicketAct
from callflow.acts.queueing import QueueAct
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import AskAct, MenuAct, NoAct
from callflow.lines import LineWording
from callflow.steps import Step
from callflow.targets import Target
from calls.actions import Action, Line, Listen, Say

_OWN: Final = (FormAct, QueueAct, LookupAct, FetchAct, DoAct, PromiseAct, TicketAct)
_GATHERING: Final = (MenuAct, AskAct, QueueAct)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One step as a run needs it."""

    on: Mapping[str, Target]
    to_say: tuple[str, ...]
    """Lines said before the act."""

    prompt: str
    """The line with barge-in, played inside the act's window; empty for none."""

    action: Action | None
    """What the act asks of a channel, whatever the call; None for acts that are done at once or
    need the values of the run."""

    only_says: bool
    """There is no act."""

    own: bool
    """The action needs the values of the run."""

    routes_by_name: bool
    """An outcome of the ears or of a person leads where its name says, without attempts."""

    verdict: VerdictAct | None = None
    """The act, where the caller is asked for a verdict."""

    repeat: int = 1
    """How often the step is done."""


UNPREPARED: Final = Prepared({}, (), "", None, only_says=False, own=False, routes_by_name=False)
"""Of a flow whose first step is not entered yet."""


@lru_cache(maxsize=8192)
def prepared(step: Step) -> Prepared:
    """The step, worked out."""
    to_say, prompt = parted(step, step.says)
    return Prepared(
        on=step.on,
        to_say=to_say,
        prompt=prompt,
        action=performing.action_of(step),
        only_says=isinstance(step.act, NoAct),
        own=isinstance(step.act, _OWN),
        routes_by_name=not isinstance(step.act, _GATHERING),
        verdict=step.act if isinstance(step.act, VerdictAct) else None,
        repeat=step.repeat,
    )


def parted(step: Step, lines: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The lines said before the act, and the one with barge-in that is played inside it."""
    if step.barge_in and lines and performing.hears(step.act):
        return lines[:-1], lines[-1]
    return lines, ""


def say(line: LineWording, language: str, variables: Mapping[str, Any]) -> Say:
    """Speak a line. Raises WordingError."""
    return _fixed_say(line, language) or Say(line=line.speak(language, variables))


def prompted(
    listen: Listen, line: LineWording, language: str, variables: Mapping[str, Any]
) -> Listen:
    """Listen over a line. Raises WordingError."""
    return _with_prompt(listen, line.speak(language, variables))


@lru_cache(maxsize=4096)
def _fixed_say(line: LineWording, language: str) -> Say | None:
    """The line where no variable is in it, else None."""
    return None if line.wordings[language].names else Say(line=line.speak(language, {}))


@lru_cache(maxsize=1024)
def _with_prompt(listen: Listen, line: Line) -> Listen:
    return replace(listen, prompt=line)
