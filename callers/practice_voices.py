"""The voice of a caller in practice: the voice bank's, and for words of its own an engine's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np

from callers.audio import from_pcm
from callers.noises import RATE, Samples
from callers.persona import Persona, Words
from callers.voicebank import VoiceBank, at_speech_level
from calls.errors import CallCenterError

CHARACTER_MS: Final = 220
"""A Chinese syllable of unhurried speech."""

LETTER_SHARE: Final = 0.3
"""A letter or digit of anything else beside it."""

LEAST_MS: Final = 400

Render = Callable[[str, str], Awaitable[bytes]]
"""A text and its language (`zh-Hans`, `en`) as 8 kHz mono s16le. Raises CallCenterError."""

_LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}


class PracticeVoices:
    """What one persona can say: lengths, words and samples by utterance, or by its own words."""

    def __init__(self, bank: VoiceBank, persona: Persona, render: Render | None = None) -> None:
        self._bank, self._persona, self._render = bank, persona, render
        self._rendered: dict[str, Samples] = {}

    def length_ms(self, utterance: str) -> int:
        """How long it takes: as rendered, else by its length in writing."""
        if utterance in self._bank.utterances:
            return self._bank.length_ms(self._persona.voice, utterance)
        rendered = self._rendered.get(utterance)
        if rendered is not None:
            return -(-len(rendered) * 1000 // RATE)
        syllables = sum(1.0 if ord(letter) > 0x2E7F else LETTER_SHARE for letter in utterance)
        return max(round(syllables * CHARACTER_MS), LEAST_MS)

    def text(self, utterance: str) -> str:
        """It in words."""
        return self._bank.text(self._persona.voice, utterance)

    def samples(self, voice: str, utterance: str, level_dbov: float) -> Samples:
        """It as sound at this level; nothing for words that no engine has spoken."""
        if utterance in self._bank.utterances:
            return self._bank.samples(voice, utterance, level_dbov)
        rendered = self._rendered.get(utterance)
        if rendered is None:
            return np.zeros(0, np.float32)
        return at_speech_level(rendered, level_dbov)

    async def render_ahead(self) -> None:
        """Have the engines speak the persona's own words, one after the other, for when they come.

        What no engine can speak stays text.
        """
        render, language = self._render, _LANGUAGES.get(self._persona.language, "zh-Hans")
        if render is None:
            return
        for words in own_words(self._persona):
            try:
                self._rendered[words] = from_pcm(await render(words, language))
            except CallCenterError:
                continue


def own_words(persona: Persona) -> tuple[str, ...]:
    """What a persona says that stands in no voice bank, each once."""
    replies = [one.answer.text for one in persona.when if isinstance(one.answer, Words)]
    return tuple(dict.fromkeys([*persona.details.values(), *replies]))
