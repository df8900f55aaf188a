"""Listening windows: `EXEC AudioSocket` lends the caller's audio to the ears until they know."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agi.phone_line import PhoneLine
from agi.ports import Answer, Ears, HearingSession, Prompt, Prompts
from agi.pyst2 import AGIError, AGIHangup
from agi.speaking import ready_prompt, said, saying
from calls.actions import Listen
from calls.errors import PromptError
from calls.events import Fault, HeardFact, Hearing, KeyFact, Listening
from calls.outcomes import Failed, Heard, Keyed, Outcome, SaidEnd, Sound

_LAST_WORDS_S = 0.5
"""How long the ears may still take to answer after Asterisk has ended the audio."""


class _NoAudioError(Exception):
    """Asterisk ended the audio before the ears could answer."""


@dataclass(slots=True)
class _Window:
    """One question to the ears and what becomes known of it."""

    line: PhoneLine
    action: Listen
    session: HearingSession
    prompt: Prompt | None
    began_ms: int = 0
    """Call offset of the audio session's first frame."""

    open: bool = False

    def opens(self) -> None:
        """The last sample of the prompt has been played, or there was none."""
        if self.open:
            return
        self.open = True
        action = self.action
        self.line.call.record(
            Listening(
                until=action.until.value,
                window_ms=action.window_ms,
                wanted=tuple(sorted(action.wanted)),
            )
        )

    def hears(self, what: str, level_dbov: float | None) -> None:
        """What is heard changed."""
        self.line.call.record(Hearing(what=what, level_dbov=level_dbov))

    def most_s(self) -> float:
        """The longest the audio session can take by itself."""
        action = self.action
        keys_ms = action.keys.most * action.keys.next_key_ms if action.keys else 0
        prompt_ms = self.prompt.duration_ms if self.prompt else 0
        longest_ms = max(action.longest_ms + action.end_pause_ms, keys_ms)
        return (prompt_ms + action.window_ms + longest_ms) / 1000


async def listen(line: PhoneLine, prompts: Prompts, ears: Ears, action: Listen) -> Outcome:
    """Ask the ears. Raises AGIHangup when the line went down before they knew."""
    await line.answer()
    prompt = None
    if action.prompt is not None:
        try:
            prompt = await ready_prompt(line, prompts, action.prompt)
        except PromptError as error:
            line.call.record(Fault(where=f"prompt {action.prompt.name}", problem=str(error)))
            return Failed(reason=str(error))
    window = _Window(line, action, ears.expect(), prompt)
    try:
        answer = await _ask(window)
    except AGIHangup:
        _cut_by_hangup(window)
        raise
    except (_NoAudioError, AGIError) as error:
        line.call.record(Fault(where="ears", problem=str(error)))
        return Failed(reason=str(error))
    return _recorded(window, answer)


async def _ask(window: _Window) -> Answer:
    line, session = window.line, window.session
    loop = asyncio.get_running_loop()
    executing = loop.create_task(_lend_audio(window))
    asking = loop.create_task(_question(window))
    try:
        await asyncio.wait((executing, asking), return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            await _after_audio_ended(executing, asking)
        answer = asking.result()
        await session.close()
        # The answer stands, whatever ended the audio; the next command finds a line that fell.
        await asyncio.wait((executing,))
        if answer.kind == "hangup":
            _raise_hangup(line, executing)
        return answer
    finally:
        asking.cancel()
        await session.close()
        if not executing.done():
            executing.cancel()
        await asyncio.gather(executing, asking, return_exceptions=True)


def _raise_hangup(line: PhoneLine, executing: asyncio.Task[None]) -> None:
    executing.result()
    if line.session.hung_up:
        raise AGIHangup("hung up while listening")
    raise _NoAudioError("the audio ended before an answer")


async def _lend_audio(window: _Window) -> None:
    session = window.line.session
    window.began_ms = window.line.call.elapsed_ms()
    await session.run(
        session.agi.appexec, "AudioSocket", window.session.address, most_s=window.most_s()
    )


async def _question(window: _Window) -> Answer:
    line, prompt, action = window.line, window.prompt, window.action
    if prompt is None or action.prompt is None:
        window.opens()
        return await window.session.ask(action, on_hearing=window.hears)
    line.call.record(saying(action.prompt, line.call.performer))
    return await window.session.ask(
        action, prompt_pcm=prompt.pcm(), on_prompt_end=window.opens, on_hearing=window.hears
    )


async def _after_audio_ended(executing: asyncio.Task[None], asking: asyncio.Task[Answer]) -> None:
    """Asterisk's command is over first: a hang-up, a failure, or an answer just behind it."""
    executing.result()
    await asyncio.wait((asking,), timeout=_LAST_WORDS_S)
    if not asking.done():
        raise _NoAudioError("the audio ended before an answer; is the ears' port reachable?")


def _cut_by_hangup(window: _Window) -> None:
    words = window.action.prompt
    if words is None or window.open or window.prompt is None:
        return
    call = window.line.call
    end_ms = min(call.elapsed_ms(), window.began_ms + window.prompt.duration_ms)
    call.record(said(words, call.performer, window.began_ms, end_ms, SaidEnd.HANGUP))


def _recorded(window: _Window, answer: Answer) -> Outcome:
    """Record how the prompt and the window ended; the outcome."""
    call, words, base_ms = window.line.call, window.action.prompt, window.began_ms
    played = answer.prompt
    if words is not None and played is not None:
        start_ms, end_ms = base_ms + played.started_ms, base_ms + played.ended_ms
        call.record(said(words, call.performer, start_ms, end_ms, played.ended))
    if answer.kind == "key":
        at_ms = base_ms + answer.to_ms
        call.record(KeyFact(digits=answer.digits, at_ms=at_ms))
        return Keyed(digits=answer.digits, at_ms=at_ms)
    heard = Heard(
        what=Sound(answer.kind),
        from_ms=base_ms + answer.from_ms,
        to_ms=base_ms + answer.to_ms,
        level_dbov=answer.level_dbov,
        reason=answer.reason,
    )
    call.record(
        HeardFact(
            what=heard.what.value,
            from_ms=heard.from_ms,
            to_ms=heard.to_ms,
            level_dbov=heard.level_dbov,
            reason=heard.reason,
        )
    )
    return heard
