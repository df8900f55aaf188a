"""Listening windows: `EXEC AudioSocket` lends the caller's audio to the ears until they know.

In a window nothing of Asterisk's own is heard: a server that died there would leave the caller in
silence for as long as the command may take. So no command outlives the lease; a longer window is
lent in pieces, a few milliseconds apart.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NoReturn

from agi.phone_line import PhoneLine
from agi.ports import Answer, Ears, HearingSession, Prompt, PromptPlayed, Prompts
from agi.pyst2 import LIVE_STATES, AGIError, AGIHangup
from agi.speaking import ready_prompt, said, saying
from calls.actions import Listen
from calls.errors import CallCenterError
from calls.events import Fault, HeardFact, Hearing, KeyFact, Listening
from calls.outcomes import Failed, Heard, Keyed, Outcome, SaidEnd, Sound
from calls.values import maker

_LAST_WORDS_S = 0.5
"""How long the ears may still take to answer after Asterisk has ended the audio."""

_CONNECTS_S = 0.05
_LOOKS_FOR_PAUSE_S = 1.0
"""Where Asterisk has not connected yet, the next look whether it has."""

_listening = maker(Listening)
_hearing = maker(Hearing)
_key_fact = maker(KeyFact)
_keyed = maker(Keyed)
_heard_fact = maker(HeardFact)
_heard = maker(Heard)


class _NoAudioError(CallCenterError):
    """Asterisk ended the audio before the ears could answer."""


@dataclass(slots=True)
class _Window:
    """One question to the ears and what becomes known of it."""

    line: PhoneLine
    action: Listen
    session: HearingSession
    prompt: Prompt | None
    lent_ms: int = 0
    """Call offset at which Asterisk was asked for the audio."""

    prompt_over: bool = False

    def base_ms(self) -> int:
        """Call offset of the audio session's first frame."""
        first_ms = self.session.first_frame_at_ms
        if first_ms is None:
            return self.lent_ms
        call = self.line.call
        return call.elapsed_ms() - (call.clock.monotonic_ms() - first_ms)

    def opens(self) -> None:
        """The window is open from here on."""
        action = self.action
        self.line.call.record(
            _listening(
                until=action.until.value,
                window_ms=action.window_ms,
                wanted=tuple(sorted(action.wanted)),
            )
        )

    def prompt_ends(self, played: PromptPlayed) -> None:
        """The prompt has been played, or was cut."""
        self._record_prompt(played.started_ms, played.ended_ms, played.ended)
        if played.ended is not SaidEnd.HANGUP:
            self.opens()

    def prompt_lost(self) -> None:
        """The line fell, or the ears did, before anybody could say how the prompt ended."""
        if self.prompt is not None and not self.prompt_over:
            now_ms = self.line.call.elapsed_ms() - self.lent_ms
            self._record_prompt(0, min(now_ms, self.prompt.duration_ms), SaidEnd.HANGUP)

    def _record_prompt(self, started_ms: int, ended_ms: int, ended: SaidEnd) -> None:
        words = self.action.prompt
        if words is None or self.prompt_over:
            return
        self.prompt_over = True
        call, base_ms = self.line.call, self.base_ms()
        call.record(said(words, call.performer, base_ms + started_ms, base_ms + ended_ms, ended))

    def hears(self, what: Sound, level_dbov: float) -> None:
        """What is heard changed."""
        self.line.call.record(_hearing(what=what.value, level_dbov=level_dbov))


async def listen(line: PhoneLine, prompts: Prompts, ears: Ears, action: Listen) -> Outcome:
    """Ask the ears. Raises AGIHangup when the line went down before they knew."""
    if line.call.answered_ms is None:
        await line.answer()
    try:
        prompt = await ready_prompt(line, prompts, action.prompt) if action.prompt else None
        window = _Window(line, action, ears.expect(), prompt)
    except CallCenterError as error:
        return _failed(line, "ears" if action.prompt is None else "prompt", error)
    try:
        answer = await _ask(window)
    except AGIHangup:
        window.prompt_lost()
        raise
    except (CallCenterError, AGIError) as error:
        window.prompt_lost()
        return _failed(line, "ears", error)
    return _recorded(window, answer)


def _failed(line: PhoneLine, where: str, error: Exception) -> Failed:
    line.call.record(Fault(where=where, problem=str(error)))
    return Failed(reason=str(error))


async def _ask(window: _Window) -> Answer:
    line, hearing = window.line, window.session
    asking = asyncio.get_running_loop().create_task(_question(window))
    # The answer ends the audio, and with it Asterisk's command.
    asking.add_done_callback(lambda _: hearing.close())
    window.lent_ms = line.call.elapsed_ms()
    try:
        try:
            while await _lend_audio(window) and not asking.done():
                pass
        except AGIError:
            # What the ears made of the end of the audio is worth a moment, for the cut prompt.
            await _last_words(window, asking)
            if _answered(asking):
                return asking.result()
            raise
        if not asking.done():
            await asyncio.wait((asking,), timeout=_LAST_WORDS_S)
        if not asking.done():
            raise _NoAudioError("the audio ended before an answer; is the ears' port reachable?")
        answer = asking.result()
        if answer.kind == "hangup":
            await _audio_broke_off(window, answer)
        return answer
    finally:
        hearing.close()
        if not asking.done():
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


async def _lend_audio(window: _Window) -> bool:
    """One `EXEC AudioSocket`; True when only the lease ended it and another is due."""
    session, hearing = window.line.session, window.session
    loop = asyncio.get_running_loop()
    granted_s = await session.silence_granted()
    until = loop.time() + granted_s
    released = False
    timer: asyncio.TimerHandle

    def release() -> None:
        # The last second of the grant is for finding a pause in a prompt: no word is torn.
        nonlocal released, timer
        left_s = until - loop.time()
        released = hearing.release_in_pause(left_s) if left_s > 0 else hearing.release()
        if not released:
            timer = loop.call_later(_CONNECTS_S, release)

    timer = loop.call_later(granted_s - min(_LOOKS_FOR_PAUSE_S, granted_s / 2), release)
    try:
        await session.run_granted(granted_s, session.agi.appexec, "AudioSocket", hearing.address)
    finally:
        timer.cancel()
    return released


async def _last_words(window: _Window, asking: asyncio.Task[Answer]) -> None:
    if not asking.done():
        await asyncio.wait((asking,), timeout=_LAST_WORDS_S)
    if asking.done() and not asking.cancelled() and asking.exception() is None:
        played = asking.result().prompt
        if played is not None:
            window.prompt_ends(played)


def _answered(asking: asyncio.Task[Answer]) -> bool:
    """The ears had decided before the line fell: the answer stands, the next command finds out."""
    if not asking.done() or asking.cancelled() or asking.exception() is not None:
        return False
    return asking.result().kind != "hangup"


async def _question(window: _Window) -> Answer:
    line, prompt, action = window.line, window.prompt, window.action
    if prompt is None or action.prompt is None:
        window.opens()
        return await window.session.ask(action, on_hearing=window.hears)
    line.call.record(saying(action.prompt, line.call.performer))
    line.agent_left = False
    return await window.session.ask(
        action, prompt_pcm=prompt.pcm(), on_prompt_end=window.prompt_ends, on_hearing=window.hears
    )


async def _audio_broke_off(window: _Window, answer: Answer) -> NoReturn:
    """The audio ended under the question: the caller hung up, or only the audio is gone."""
    if answer.prompt is not None:
        window.prompt_ends(answer.prompt)
    session = window.line.session
    # AudioSocket may return before Asterisk has told of the hang-up; this asks.
    state = await session.run(session.agi.channel_status)
    if state not in LIVE_STATES:
        raise AGIHangup("hung up while listening")
    raise _NoAudioError("the audio ended before an answer; see Asterisk's log")


def _recorded(window: _Window, answer: Answer) -> Outcome:
    """Record how the prompt and the window ended; the outcome."""
    call, base_ms = window.line.call, window.base_ms()
    if answer.prompt is not None and not window.prompt_over:
        window.prompt_ends(answer.prompt)
    if answer.kind == "key":
        at_ms = base_ms + answer.to_ms
        call.record(_key_fact(digits=answer.digits, at_ms=at_ms))
        return _keyed(digits=answer.digits, at_ms=at_ms)
    heard = _heard(
        what=Sound(answer.kind),
        from_ms=base_ms + answer.from_ms,
        to_ms=base_ms + answer.to_ms,
        level_dbov=answer.level_dbov,
        reason=answer.reason,
    )
    call.record(
        _heard_fact(
            what=heard.what.value,
            from_ms=heard.from_ms,
            to_ms=heard.to_ms,
            level_dbov=heard.level_dbov,
            reason=heard.reason,
        )
    )
    return heard
