"""Every timer of the language: when it opens, what pauses it, when it ends, what comes of it.

Each statement is tested in virtual time (`tests/callers/test_timers.py`) and, where the ears
decide, on frames (`tests/agi/ears/test_question.py`). Change them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer, in words."""

    name: str
    opens: str
    pauses: str
    ends: str
    comes_to: str


TIMERS: Final = (
    Timer(
        "ring: 2",
        "when the call is offered",
        "nothing",
        "1 s into the last ring; a ring and its pause are 5 s",
        "the call is answered: `answered`",
    ),
    Timer(
        "listen: 4s",
        "when the last sample of the step's lines has been played, or where the caller cut them",
        "a speech that has begun is let finish, however long the window was",
        "4 s later",
        "`silence`; `noise` when the line was noisy for its last 1.5 s",
    ),
    Timer(
        "end_pause: 700ms",
        "at the last sound of the caller's speech",
        "begins anew when the caller goes on",
        "700 ms later, so that we never talk over a caller",
        "`speech`; `faint` or `noise` when that is what the words sounded like",
    ),
    Timer(
        "longest: 20s",
        "at the first sound of the caller's speech",
        "nothing",
        "20 s later, without a pause",
        "as `end_pause`",
    ),
    Timer(
        "until: onset",
        "with the window",
        "nothing",
        "60 ms into the caller's speech",
        "`speech`",
    ),
    Timer(
        "until: clear",
        "with the window",
        "begins anew with each noise",
        "1.5 s without noise, or when the window has run out",
        "`clear`; `noise` at the end of the window",
    ),
    Timer(
        "noise",
        "with the first noise in the window",
        "nothing; a voice well above the noise makes it a line on which somebody speaks",
        "3 s of it; 1.5 s after somebody spoke who was lost in it",
        "`noise`",
    ),
    Timer(
        "barge_in",
        "with the first sample of the line",
        "nothing",
        "200 ms into the caller's speech, or at a key: the line stops and the window opens",
        "as the window: the speech is heard out, the key counts",
    ),
    Timer(
        "window: 6s",
        "as `listen`, after the lines and after each reprompt",
        "as `listen`",
        "6 s later without a key",
        "one attempt gone: the reprompt and a new window, after the last `exhausted`",
    ),
    Timer(
        "next_key: 4s",
        "at each key, past the end of the window too",
        "nothing",
        "4 s later, or at once with the last digit wanted or the terminator",
        "the digits so far: `ok` when they are enough, else one attempt gone",
    ),
    Timer(
        "wait: 500ms",
        "when the step's lines have been spoken",
        "nothing",
        "500 ms later",
        "`ok`",
    ),
    Timer(
        "queue wait: 30s",
        "when the caller is put into the queue",
        "ends for good when an agent answers: a talk has no limit",
        "30 s later",
        "`no_answer`",
    ),
    Timer(
        "queue every: 30s",
        "1 s after the caller was put into the queue: the first telling; else when one is over",
        "nothing",
        "30 s later",
        "the lines of `tell`, over the music and with the place of that moment; cut by an agent's "
        "answer, by one of the `keys` and by the end of the wait",
    ),
    Timer(
        "transfer wait: 30s",
        "when the destination is called",
        "ends for good when it answers",
        "30 s later",
        "`no_answer`",
    ),
)
