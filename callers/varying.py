"""The same caller in another hurry: a persona whose timing differs by chance."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from callers.persona import Answer, BargeIn, HangUp, Leave, Persona, Press, Silent, Speak
from calls.values import changer

LEAST, MOST = 0.5, 1.5
"""Between these a pause is stretched."""

_LEVEL_DB: Final = 2.0
"""So much louder or lower an ordinary voice may be."""

_other = changer(Persona, "answers", "barge_in", "hang_up", "level_dbov")
_other_barge_in = changer(BargeIn, "after_ms")
_other_hang_up = changer(HangUp, "after_ms")
_other_answer: Final[dict[type, Callable[..., Answer]]] = {
    kind: changer(kind, "after_ms") for kind in (Speak, Press, Leave)
}


def varied(persona: Persona, chance: Random) -> Persona:
    """`persona` with each of its pauses stretched by chance; the same chance, the same caller."""
    answers = tuple(_answer(answer, chance) for answer in persona.answers)
    barge_in, hang_up = persona.barge_in, persona.hang_up
    if barge_in is not None:
        barge_in = _other_barge_in(barge_in, after_ms=_stretched(barge_in.after_ms, chance))
    if hang_up is not None:
        hang_up = _other_hang_up(hang_up, after_ms=_stretched(hang_up.after_ms, chance))
    level = persona.level_dbov + chance.uniform(-_LEVEL_DB, _LEVEL_DB)
    return _other(
        persona, answers=answers, barge_in=barge_in, hang_up=hang_up, level_dbov=round(level, 1)
    )


def _answer(answer: Answer, chance: Random) -> Answer:
    if isinstance(answer, Silent):
        return answer
    return _other_answer[type(answer)](answer, after_ms=_stretched(answer.after_ms, chance))


def _stretched(ms: int, chance: Random) -> int:
    return round(ms * chance.uniform(LEAST, MOST))
