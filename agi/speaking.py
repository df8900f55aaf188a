"""Spoken lines: a prompt from the store, played by Asterisk."""

from __future__ import annotations

import asyncio
import os

from agi.phone_line import PhoneLine
from agi.ports import Prompt, Prompts
from agi.pyst2 import AGICommandError, AGIHangup, AGIHangupDuring
from calls.actions import Line, Say
from calls.errors import PromptError
from calls.events import Fault, Said, Saying
from calls.outcomes import Outcome, SaidEnd, Spoken
from calls.values import maker

SAMPLES_PER_MS = 8
MAKING_MOST_S = 8.0
"""How long a caller may wait for a line that has to be synthesized."""

_a_saying = maker(Saying)
_a_said = maker(Said)
_a_spoken = maker(Spoken)


async def ready_prompt(line: PhoneLine, prompts: Prompts, words: Line) -> Prompt:
    """The prompt, waiting for its synthesis under the lease.

    Raises PromptError when there is none in time, AGIHangup when the caller has gone.
    """
    found = prompts.find(words)
    if found is not None:
        return found
    making = asyncio.ensure_future(prompts.obtain(words))
    left = MAKING_MOST_S
    try:
        while left > 0:
            # In pieces: were we to die now, the caller would wait in silence for the whole lease.
            piece = min(left, await line.session.silence_granted())
            done, _ = await asyncio.wait((making,), timeout=piece)
            if done:
                return making.result()
            left -= piece
    finally:
        making.cancel()
    raise PromptError(
        f"line {words.name} ({words.language}) was not synthesized in {MAKING_MOST_S:.0f} s; "
        "run `thirdring prompts build`"
    )


def saying(words: Line, performer: str) -> Saying:
    """The fact that a line begins."""
    return _a_saying(
        line=words.name,
        text=words.text,
        tags=words.tags,
        language=words.language,
        performer=performer,
    )


def said(words: Line, performer: str, start_ms: int, end_ms: int, ended: SaidEnd) -> Said:
    """The fact that a line ended."""
    return _a_said(
        line=words.name,
        text=words.text,
        tags=words.tags,
        language=words.language,
        performer=performer,
        start_ms=start_ms,
        end_ms=end_ms,
        ended=ended.value,
    )


async def say(line: PhoneLine, prompts: Prompts, action: Say) -> Outcome:
    """Speak a line to its end. Raises AGIHangup when the line was down before it began."""
    words, call = action.line, line.call
    if call.answered_ms is None:
        await line.answer()
    try:
        prompt = await ready_prompt(line, prompts, words)
    except PromptError as error:
        call.record(Fault(where=f"prompt {words.name}", problem=str(error)))
        return _spoken(line, words, call.elapsed_ms(), 0, SaidEnd.FAILED)
    call.record(saying(words, call.performer))
    line.agent_left = False
    start_ms = call.elapsed_ms()
    duration_ms = prompt.duration_ms
    try:
        played = await line.session.run(
            line.session.agi.stream_file, sound_name(prompt), "", most_s=duration_ms / 1000
        )
    except AGICommandError as error:
        call.record(Fault(where=f"prompt {words.name}", problem=str(error)))
        return _spoken(line, words, start_ms, error.endpos, SaidEnd.FAILED)
    except AGIHangup as error:
        samples = error.endpos if isinstance(error, AGIHangupDuring) else 0
        _spoken(line, words, start_ms, samples, SaidEnd.HANGUP)
        raise
    return _spoken(line, words, start_ms, played.endpos, SaidEnd.COMPLETED)


def sound_name(prompt: Prompt) -> str:
    """The file as Asterisk wants it named: without its extension."""
    return os.fspath(prompt.path).rpartition(".")[0]


def _spoken(line: PhoneLine, words: Line, start_ms: int, samples: int, ended: SaidEnd) -> Spoken:
    end_ms = start_ms + samples // SAMPLES_PER_MS
    line.call.record(said(words, line.call.performer, start_ms, end_ms, ended))
    return _a_spoken(start_ms=start_ms, end_ms=end_ms, ended=ended)
