"""A sentence on the agent's screen: how long it should take, and whether it has been said."""

from __future__ import annotations

import unicodedata
from typing import Final

from calls.actions import Line
from calls.events import Said, Saying
from calls.masking import plain
from calls.outcomes import SaidEnd
from desk.coaching.taps import Hearing

SYLLABLE_MS: Final = 210
"""One Chinese character at a calm telephone pace: 4 to 5 a second (broadcast Mandarin has 5)."""

LETTER_MS: Final = 65
"""One letter or digit of anything else: 150 words a minute at 6 letters a word."""

SAID_SHARE: Final = 0.55
"""Speech of so much of the expected length, then a pause, is the line said. People read faster
than the estimate far more often than they stop in the middle for `taps.FELL_SILENT_MS`."""

LEAST_SPEECH_MS: Final = 240
"""The shortest line there is (您好) is still this long; a cough may be shorter."""

MOST_LATE_MS: Final = 3000
AGENT: Final = "agent"


def expected_ms(text: str) -> int:
    """How long an agent takes to say `text`."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" and letter.isalnum() for letter in text)
    narrow = sum(letter.isalnum() for letter in text) - wide
    return wide * SYLLABLE_MS + narrow * LETTER_MS


def shown(line: Line) -> Line:
    """The line fit for a screen: what callers told us may stand in it."""
    text = plain(line.text, most_cells=4000)
    if text == line.text:
        return line
    return Line(name=line.name, text=text, language=line.language, tags=line.tags)


class LineOnShow:
    """One line from its showing to its end."""

    def __init__(self, line: Line, hearing: Hearing, shown_at_ms: int) -> None:
        self.line = line
        self._hearing = hearing
        self._shown_at_ms = shown_at_ms
        self._session = hearing.agent_session
        self._spoken_before_ms = self._spoken_ms()
        self._began_ms: int | None = None

    @property
    def is_said(self) -> bool:
        """Whether the agent's own leg has brought enough speech to be this line."""
        needed_ms = max(expected_ms(self.line.text) * SAID_SHARE, LEAST_SPEECH_MS)
        return self._said_ms() >= needed_ms

    def saying(self) -> Saying:
        """The fact that it is shown."""
        line = self.line
        return Saying(
            line=line.name,
            text=line.text,
            language=line.language,
            performer=AGENT,
            tags=line.tags,
        )

    def said(self, ended: SaidEnd, noted: str, now_ms: int) -> Said:
        """The fact that it is over; from and to by the agent's leg as far as it was heard."""
        start_ms, end_ms = self._span(now_ms)
        line = self.line
        return Said(
            line=line.name,
            text=line.text,
            tags=line.tags,
            language=line.language,
            performer=AGENT,
            start_ms=start_ms,
            end_ms=end_ms,
            ended=ended.value,
            noted=noted,
        )

    def quiet_ms(self) -> int:
        """How long ago the agent finished; 0 when that is not known, or speech goes on."""
        said_ms = self._said_ms()
        reading = None if self._session is None else self._session.reading
        return min(reading.quiet_ms, MOST_LATE_MS) if reading is not None and said_ms else 0

    def began(self) -> None:
        """The agent began to speak; the first time since it was shown is the line's start."""
        self._adopt()
        voice, session = self._hearing.voice, self._session
        if voice is not None and session is not None and self._began_ms is None:
            self._began_ms = self._hearing.base_ms(session) + voice.began_ms

    def anew(self) -> None:
        """What the agent has said so far is not this line."""
        self._adopt()
        self._spoken_before_ms, self._began_ms = self._spoken_ms(), None

    def _span(self, now_ms: int) -> tuple[int, int]:
        if not self._said_ms():
            return self._shown_at_ms, now_ms
        began_ms = self._shown_at_ms if self._began_ms is None else self._began_ms
        start_ms = max(min(began_ms, now_ms), self._shown_at_ms)
        return start_ms, max(now_ms - self.quiet_ms(), start_ms)

    def _said_ms(self) -> int:
        """Speech of the agent's since it was shown."""
        self._adopt()
        return self._spoken_ms() - self._spoken_before_ms

    def _adopt(self) -> None:
        """A tap that came up meanwhile has heard nothing from before the line was shown."""
        session = self._hearing.agent_session
        if session is not self._session:
            self._session, self._spoken_before_ms, self._began_ms = session, 0, None

    def _spoken_ms(self) -> int:
        reading = None if self._session is None else self._session.reading
        return 0 if reading is None else reading.spoken_ms
