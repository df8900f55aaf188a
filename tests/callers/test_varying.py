"""The same caller in another hurry."""

from __future__ import annotations

from random import Random

from callers.loader import find_persona, names
from callers.persona import Press, Silent, Speak
from callers.varying import LEAST, MOST, varied


def test_the_same_chance_gives_the_same_caller() -> None:
    persona = find_persona("impatient_barge_in")

    assert varied(persona, Random(7)) == varied(persona, Random(7))
    assert varied(persona, Random(7)) != varied(persona, Random(8))


def test_only_timing_and_level_change() -> None:
    for name in names():
        persona = find_persona(name)
        other = varied(persona, Random(1))
        assert other.voice == persona.voice
        assert other.utterances() == persona.utterances()
        for before, after in zip(persona.answers, other.answers, strict=True):
            assert type(after) is type(before)
            if isinstance(before, Speak | Press) and not isinstance(after, Silent):
                assert before.after_ms * LEAST - 1 <= after.after_ms <= before.after_ms * MOST + 1
