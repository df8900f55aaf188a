"""Talks of known sound: when the agent speaks into the caller's words, and when nobody speaks.

An utterance sounds from its first to its last frame of 20 ms that is less than 20 dB below its own
level, as docs/recordings.md defines talk: told of the clean voice, before any noise of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

from callers.persona import Noise
from callers.voicebank import VoiceBank
from calls.events import CallEvent, EndedFact
from qa.answering import CaseFacts, machine_answers
from qa.rubric import load_forms
from recorder.measuring import measure_samples
from tests.recorder.spoken import RATE, Scene, Span
from tests.recorder.spoken import sounding as sounding_of

ANSWERED_MS: Final = 3_000
LONG: Final = ("complaint", "repair", "dialect", "hurry")
"""Utterances of some seconds, that can be spoken into."""

SHORT: Final = ("inquiry", "no_thanks", "can_you_hear", "agent_please", "hello")
NOISES: Final = (None, None, Noise.STREET, Noise.WHITE, Noise.BABBLE)
NEAR_MS: Final = 400
QUIET_MS: Final = (2_500, 5_000, 9_000, 12_000, 18_000, 24_000)
"""Lengths of the longest dead air; none near the forms' limit of 15 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTalk:
    """A talk with its truth."""

    scene: Scene
    talk_overs: int
    talk_over_ms: int
    dead_air_ms: int

    def events(self) -> list[CallEvent]:
        """The call's facts, with what is measured of its sound."""
        scene = self.scene
        measures = measure_samples(scene.samples(), RATE, scene.events, scene.begins_ms)
        end_ms = round(scene.seconds * 1000)
        scene.fact(end_ms, EndedFact(end_reason="completed", disposition="served"))
        scene.fact(end_ms + 1000, measures.fact("r1"))
        return scene.events


class _Talk:
    """Both sides speak, and where each utterance sounds is known."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.spans: list[Span] = []

    def caller(self, utterance: str, at_ms: int) -> Span:
        """The caller says it from `at_ms` on; gives where it sounds."""
        self.scene.caller_says(utterance, at_ms, voice="zh_m")
        return self._sounds("zh_m", utterance, at_ms)

    def agent(self, utterance: str, at_ms: int) -> Span:
        """The agent says it; gives where it sounds."""
        self.scene.agent_says(utterance, at_ms, voice="zh_f")
        return self._sounds("zh_f", utterance, at_ms)

    def _sounds(self, voice: str, utterance: str, at_ms: int) -> Span:
        begins, ends = sounding(voice, utterance)
        self.spans.append((at_ms + begins, at_ms + ends))
        return self.spans[-1]

    @property
    def silent_from(self) -> int:
        """When the last word is over."""
        return max(ends for _, ends in self.spans)


@lru_cache(maxsize=64)
def sounding(voice: str, utterance: str) -> Span:
    """Where a clean utterance sounds, ms from its first sample."""
    return sounding_of(VoiceBank.load().samples(voice, utterance, -20.0))


def known_talk(seed: int) -> KnownTalk:
    """A talk by chance; the same seed, the same talk."""
    chance = Random(seed)
    scene = Scene(150, noise=chance.choice(NOISES), noise_dbov=-45.0)
    scene.queued(1_000)
    scene.answered(ANSWERED_MS)
    talk, overs = _Talk(scene), 0
    talk.agent("hello", ANSWERED_MS + 300)
    turns = chance.randrange(4, 8)
    quiet_turn = chance.randrange(turns)
    spoken_into = chance.sample(range(turns), chance.randrange(4))
    for turn in range(turns):
        gap_ms = chance.choice(QUIET_MS) if turn == quiet_turn else chance.randrange(400, 1_200)
        at_ms = talk.silent_from + gap_ms
        if turn in spoken_into:
            caller = talk.caller(chance.choice(LONG), at_ms)
            # Well into the caller's words, and well before their end.
            agent = talk.agent(
                chance.choice(LONG), chance.randrange(caller[0] + 500, caller[1] - 900)
            )
            overs += min(caller[1], agent[1]) - agent[0]
        else:
            caller = talk.caller(chance.choice(SHORT), at_ms)
            talk.agent(chance.choice(SHORT), caller[1] + chance.randrange(500, 1_500))
    over_ms = talk.silent_from + 500
    scene.over(over_ms)
    return KnownTalk(
        scene=scene,
        talk_overs=len(spoken_into),
        talk_over_ms=overs,
        dead_air_ms=_longest_gap(talk.spans, over_ms),
    )


def _longest_gap(spans: list[Span], over_ms: int) -> int:
    longest, spoken_to = 0, ANSWERED_MS
    for begins, ends in sorted([*spans, (over_ms, over_ms)]):
        longest = max(longest, begins - spoken_to)
        spoken_to = max(spoken_to, ends)
    return longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was made of a talk, beside its truth."""

    talk_over_off_ms: int
    """Measured less true."""

    dead_air_off_ms: int
    wrong: tuple[str, ...]
    """Answers of the forms that are not the true ones."""


def near(off_ms: int, true_ms: int) -> bool:
    """Within 100 ms or 2 %, whichever is more."""
    return abs(off_ms) <= max(100.0, 0.02 * true_ms)


def heard(talk: KnownTalk) -> Heard:
    """Measure a talk, let the machine answer, and compare."""
    case = CaseFacts.of(talk.events(), ())
    over, air = case.figures["talk_over"].value, case.figures["dead_air"].value
    return Heard(
        talk_over_off_ms=(-1 if over is None else over) - talk.talk_over_ms,
        dead_air_off_ms=(-1 if air is None else air) - talk.dead_air_ms,
        wrong=tuple(_wrong(talk, case)),
    )


def _wrong(talk: KnownTalk, case: CaseFacts) -> Iterator[str]:
    """The questions of the default form about the sound; none where the truth is near a limit."""
    form = load_forms()["q04"]
    answers = machine_answers(form, case)
    for name, true_ms in (("no_interrupting", talk.talk_over_ms), ("dead_air", talk.dead_air_ms)):
        fact = form.question(name).fact
        assert fact is not None
        limits = [band.at_most or 0 for band in fact.bands]
        if any(abs(true_ms - limit) <= NEAR_MS for limit in limits):
            continue
        band = next((one for one in fact.bands if one.holds(true_ms)), None)
        true = band.answer if band else fact.otherwise
        if name not in answers or answers[name].answer != true:
            yield f"{name}: {answers[name].answer if name in answers else 'nothing'} for {true}"
