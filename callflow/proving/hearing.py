"""Every way a listening window can end, with the times of the timers in `docs/flow-format.md`.

- `silence`: when the window runs out, later only by a sound that began in it and was no word: at
  most BLIPS of them, each let go after `end_pause`. Where words do not count (`speech` unrouted),
  by an utterance to its end.
- `speech`, `faint`: an utterance that began in the window, up to `longest`, or over the prompt.
- `noise`: an utterance lost in it, or 1.5 s of it at the least; the end of the window at the most.
- `clear`: 1.5 s without noise, within the window; else `noise` exactly at its end.
- `key`: the first key while the window is open or in the prompt, then the pauses between keys.
- the caller hangs up, or the network does, at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from callflow.acts.base import Act
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.proving.lengths import NO_TIME, Length, exactly, up_to
from callflow.proving.unknown import Unknown
from callflow.proving.ways import CUT, FAULT, LEAVES, Standing, Tell, Telling, Way
from calls.actions import Line, Listen, Until
from calls.events import Fact, Fault, HeardFact, KeyFact, Listening, Said, Saying
from calls.outcomes import Failed, Heard, Keyed, SaidEnd, Sound

ONSET_MS: Final = 60
LEAST_UTTERANCE_MS: Final = 100
NOISE_MS: Final = 1500
USUAL_NOISE_MS: Final = 3000
CLEAR_MS: Final = 1500
BARGE_IN_MS: Final = 200
BLIPS: Final = 5
"""An utterance has five frames of speech; fewer, far apart, are as many blips."""

USUAL_ANSWER_MS: Final = 3000
ANY_KEY: Final = "1"
_PHONE: Final = "123456789*0#"


@dataclass(frozen=True, slots=True)
class Speaking:
    """How lines are spoken."""

    performer: str
    lag: Length
    """How long until one begins."""

    length: Callable[[Line], Length]


def listening_ways(
    listen: Listen, act: Act, standing: Standing, speaking: Speaking, *, by_key: bool
) -> list[Way]:
    """All of them. With `by_key` a menu has a way for each key, else one for each target."""
    start = Telling(standing).answered()
    keyed = list(_keys(listen, act, by_key=by_key))
    found: list[Way] = []
    for opened, cut in _prompts(listen, start, speaking, found):
        window = opened.tells(_opens(listen))
        if cut != "key":
            found += _heard(listen, window, cut)
        for digits in keyed if cut != "speech" else ():
            found.append(_pressed(listen, window.fork(), digits, cut))
        for by in LEAVES:
            gone = window.fork().passes(up_to(listen.window_ms + listen.longest_ms, 1500))
            found.append(gone.hangs_up(by, cut=cut, odd=CUT if cut else 0))
    return [*found, *_faults(start)]


def saying(line: Line, performer: str) -> Saying:
    """The fact that a line begins."""
    return Saying(
        line=line.name,
        text=line.text,
        language=line.language,
        performer=performer,
        tags=line.tags,
    )


def said(line: Line, performer: str, start: int, end: int, ended: SaidEnd) -> Tell:
    """Tells that a line ended; `start` and `end` are numbers of moments."""
    return lambda at: Said(
        line=line.name,
        text=line.text,
        tags=line.tags,
        language=line.language,
        performer=performer,
        start_ms=at[start],
        end_ms=at[end],
        ended=ended.value,
    )


def _faults(start: Telling) -> Iterator[Way]:
    fault = Fault(where="ears", problem="the audio ended before an answer")
    yield start.fork().note(fault).ends(Failed(reason="ears"), odd=FAULT)


def _prompts(
    listen: Listen, start: Telling, speaking: Speaking, found: list[Way]
) -> Iterator[tuple[Telling, str]]:
    """Where the window opens and what had cut the prompt; hang-ups in it go to `found`."""
    line = listen.prompt
    if line is None:
        yield start.fork(), ""
        return
    performer, length = speaking.performer, speaking.length(line)
    begun = start.fork().passes(speaking.lag).note(saying(line, performer))
    first = begun.now

    def over(ended: SaidEnd, lasts: Length) -> Telling:
        told = begun.fork().passes(lasts).now_is(agent_left=False)
        return told.tells(said(line, performer, first, first + 1, ended))

    yield over(SaidEnd.COMPLETED, length), ""
    cut_short = Length(0, min(900, length.usual_ms), length.most_ms)
    if "speech" in listen.wanted:
        yield over(SaidEnd.BARGE_IN, cut_short._replace(least_ms=BARGE_IN_MS)), "speech"
    if listen.keys is not None:
        yield over(SaidEnd.KEY, cut_short), "key"
    for by in LEAVES:
        found.append(over(SaidEnd.HANGUP, cut_short).hangs_up(by))


def _opens(listen: Listen) -> Tell:
    fact = Listening(
        until=listen.until.value,
        window_ms=listen.window_ms,
        wanted=tuple(sorted(listen.wanted)),
    )
    return lambda _at: fact


def _heard(listen: Listen, window: Telling, cut: str) -> Iterator[Way]:
    for what, length in _sounds(listen, over_prompt=bool(listen.prompt)):
        told = window.fork().passes(length)
        opened, ended = told.now - 1, told.now

        def fact(at: Sequence[int], what: Sound = what, o: int = opened, e: int = ended) -> Fact:
            return HeardFact(
                what=what.value, from_ms=at[o], to_ms=at[e], level_dbov=None, reason=""
            )

        odd = CUT + (what is not Sound.SPEECH) if cut else 0
        yield told.tells(fact).ends(
            Heard(what=what, from_ms=0, to_ms=0, level_dbov=None, reason=""), odd=odd, cut=cut
        )


def _sounds(listen: Listen, *, over_prompt: bool) -> Iterator[tuple[Sound, Length]]:
    window_ms, wanted = listen.window_ms, listen.wanted
    if listen.until is Until.CLEAR:
        if "clear" in wanted and window_ms >= CLEAR_MS:
            yield Sound.CLEAR, Length(CLEAR_MS, min(3000, window_ms), window_ms)
        yield Sound.NOISE, exactly(window_ms)
        return
    onset = listen.until is Until.ONSET
    latest_ms = window_ms if onset else window_ms + listen.longest_ms
    shortest_ms = ONSET_MS if onset else LEAST_UTTERANCE_MS + listen.end_pause_ms
    least_ms = 0 if over_prompt else min(shortest_ms, latest_ms)
    answer = Length(least_ms, max(least_ms, min(USUAL_ANSWER_MS, latest_ms)), latest_ms)
    if "speech" in wanted:
        yield Sound.SPEECH, answer
    yield Sound.SILENCE, Length(window_ms, window_ms, window_ms + _late_ms(listen))
    if "noise" in wanted:
        least_ms = min(least_ms if not onset else NOISE_MS, NOISE_MS, window_ms)
        usual_ms = max(least_ms, min(USUAL_NOISE_MS, window_ms))
        yield Sound.NOISE, Length(least_ms, usual_ms, latest_ms)
    if "faint" in wanted and not onset:
        yield Sound.FAINT, answer


def _late_ms(listen: Listen) -> int:
    """How long after the window's end `silence` may come."""
    if listen.until is Until.ONSET or listen.wanted.isdisjoint({"speech", "faint", "noise"}):
        return 0
    if "speech" in listen.wanted:
        return BLIPS * listen.end_pause_ms
    return listen.longest_ms


def _pressed(listen: Listen, window: Telling, digits: str, cut: str) -> Way:
    keys = listen.keys
    most, next_ms = (keys.most, keys.next_key_ms) if keys is not None else (1, 0)
    first = up_to(listen.window_ms + listen.longest_ms, 1000) if not cut else NO_TIME
    window.passes(first)
    begun = window.now
    if most > 1:
        window.passes(up_to(most * next_ms, 300 * (len(digits) - 1)))
    window.tells(lambda at: KeyFact(digits=digits, at_ms=at[begun]))
    return window.ends(Keyed(digits=digits, at_ms=0), odd=CUT if cut else 0, cut=cut)


def _keys(listen: Listen, act: Act, *, by_key: bool) -> Iterator[str]:
    """One row of keys for each different thing they can mean."""
    if listen.keys is None:
        return
    match act:
        case VerdictAct(answers=answers):
            yield from answers  # each is a fact of its own
            yield Unknown(next(key for key in _PHONE if key not in answers))
        case MenuAct(keys=keys):
            seen: list[object] = []
            for key, target in keys.items():
                if by_key or target not in seen:
                    seen.append(target)
                    yield key if by_key else Unknown(key)
            others = [key for key in _PHONE if key not in keys]
            yield from map(Unknown, others[:1])
        case AskAct(least=least, terminator=terminator):
            yield Unknown(ANY_KEY * least)
            yield Unknown("#" if terminator == "*" else "*")
        case _:
            yield Unknown(ANY_KEY)
