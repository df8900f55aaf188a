"""The sound of practice: a player for the caller's voice, engines for words no voice has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agi.prompts.engines import make_engines
from agi.prompts.store import PromptStore
from callers.practice_voices import Render
from callers.speaker import Argv, SpeakerError, find_player
from calls.actions import Line
from launch.settings.site import Settings


def player_or_why(command: str) -> tuple[Argv, str]:
    """The player to be heard through; without one nothing, and why. Blocks for some seconds.

    Raises ConfigError for a command that is none.
    """
    try:
        return find_player(command), ""
    except SpeakerError as error:
        return (), str(error)


@contextmanager
def engines_of(settings: Settings, state: Path) -> Iterator[Render]:
    """The house's engines, for what a caller says in words of its own; kept like any prompt."""
    prompts = settings.prompts
    engines = make_engines(
        prompts.engines, kokoro_models=prompts.kokoro_models, command=prompts.command
    )
    store = PromptStore(state, settings.bundled_prompts, None, engines)

    async def render(text: str, language: str) -> bytes:
        prompt = await store.obtain(Line(name="practice", text=text, language=language))
        return await asyncio.to_thread(prompt.pcm)

    try:
        yield render
    finally:
        store.close()
