"""The same caller in another hurry: a persona whose timing differs by chance."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

from callers.persona import Answer, Persona, Silent

LEAST, MOST = 0.5, 1.5
"""Between these a pause is stretched."""

_LEVEL_DB: Final = 2.0
"""So much louder or lower an ordinary voice may be."""


def varied(persona: Persona, chance: Random) -> Persona:
    """`persona` with each of its pauses stretched by chance; the same chance, the same caller."""
    answers = tuple(_answer(answer, chance) for answer in persona.answers)
    barge_in, hang_up = persona.barge_in, persona.hang_up
    if barge_in is not None:
        barge_in = replace(barge_in, after_ms=_stretched(barge_in.after_ms, chance))
    if hang_up is not None:
        hang_up = replace(hang_up, after_ms=_stretched(hang_up.after_ms, chance))
    level = persona.level_dbov + chance.uniform(-_LEVEL_DB, _LEVEL_DB)
    return replace(
        persona, answers=answers, barge_in=barge_in, hang_up=hang_up, level_dbov=round(level, 1)
    )


def _answer(answer: Answer, chance: Random) -> Answer:
    if isinstance(answer, Silent):
        return answer
    return replace(answer, after_ms=_stretched(answer.after_ms, chance))


def _stretched(ms: int, chance: Random) -> int:
    return round(ms * chance.uniform(LEAST, MOST))
