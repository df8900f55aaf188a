"""A listening window: frames in, one answer out. No clock, no audio, no I/O.

Every time is a number of 20 ms frames; frames are numbered from the session's first one.
"""

from __future__ import annotations

from collections.abc import Callable

from agi.ears.answer import Answer, AnswerKind
from agi.ears.classifier import Declared, LineClassifier
from agi.ears.clearing import CLEAR_AFTER_MS, FLOOR_FRAMES, ClearWatch
from agi.ears.features import FRAME_MS
from agi.ears.keying import KEY_MASK_FRAMES, KeyGathering
from agi.ears.measures import Verdict
from agi.ears.onset import OnsetDetector
from calls.actions import Keys, Listen, Until
from calls.outcomes import Sound

Row = tuple[float, bool, float]
"""One frame: level in dBov, "is a key tone", probability of speech."""

HearingCallback = Callable[[Sound, float], None]

LEAST_UTTERANCE_FRAMES = 5
"""100 ms of speech: less than this before a pause was a click, a note, a breath."""

NOISE_AT_END_MS = 1500
"""A window that runs out on a line noisy for this long was noise, not silence."""

SPOKEN = frozenset({"speech", "faint", "noise"})
"""What an utterance can be called."""

_NEVER = 1 << 30


class Question:
    """One `Listen` while its window is open.

    `first_frame` is the number of the first frame that will be fed; `opened_frame` that of the
    window's opening, later than it when speech began over a prompt of ours.
    """

    def __init__(
        self,
        listen: Listen,
        *,
        first_frame: int = 0,
        opened_frame: int | None = None,
        on_hearing: HearingCallback | None = None,
    ) -> None:
        self._listen = listen
        self._first = first_frame
        self._opened = first_frame if opened_frame is None else opened_frame
        self._next = first_frame
        self._classifier = LineClassifier()
        self._onsets = OnsetDetector(end_ms=_NEVER)
        self._clear = ClearWatch() if listen.until is Until.CLEAR else None
        self._keys = KeyGathering(listen.keys or Keys()) if "key" in listen.wanted else None
        self._missing = 0
        self._on_hearing = on_hearing or (lambda _what, _level: None)
        self._shown: Sound | None = None

    @property
    def opened_ms(self) -> int:
        """When the window opened."""
        return self._opened * FRAME_MS

    @property
    def next_frame(self) -> int:
        """Number of the frame it takes next."""
        return self._next

    @property
    def waited_ms(self) -> int:
        """How far the window has run."""
        return (self._next - self._opened) * FRAME_MS

    @property
    def answering(self) -> bool:
        """Whether it waits for the end of an utterance, however long the window."""
        return self._onsets.speaking and self._listen.until is Until.PAUSE

    def frame(self, row: Row, *, missing: bool = False) -> Answer | None:
        """Take the next frame; `missing` says that none came and silence stands in for it."""
        level, tone, speech_p = row
        frame = self._next
        self._next += 1
        self._missing += missing
        declared = self._classifier.add(level, tone, speech_p)
        onset = self._onsets.add(speech_p, tone=tone)
        if self._keys is not None and self._keys.first_frame is not None:
            over = self._keys.waited_out(frame)
            return self._keyed(self._keys, over) if over else None
        if self._clear is not None:
            return self._clearing(self._clear)
        if declared is not None:
            self._show(declared.what, declared.verdict.level_dbov)
        return self._speech(onset) or self._noise(declared) or self._window_end()

    def key(self, digit: str) -> Answer | None:
        """Take a key the caller pressed."""
        self._classifier.mask_key(KEY_MASK_FRAMES)
        self._onsets.mask(KEY_MASK_FRAMES)
        # Speech that began just now was the tone of this key.
        began_at = self._first + self._onsets.began
        if not self._onsets.speaking or self._next - began_at <= 2 * KEY_MASK_FRAMES:
            self._onsets.forget()
        if self._keys is None:
            return None
        over = self._keys.add(digit, self._next)
        return self._keyed(self._keys, over) if over else None

    def hung_up(self) -> Answer:
        """The line went down."""
        digits = "" if self._keys is None else self._keys.digits
        return self._answer("hangup", self._opened, self._next, None, "the line went down", digits)

    def _speech(self, onset: int | None) -> Answer | None:
        """The answer of somebody speaking, at the onset or at the pause."""
        if onset is not None and self._listen.until is Until.ONSET:
            return self._spoke("began to speak") if "speech" in self._listen.wanted else None
        if not self._onsets.speaking or self._listen.until is Until.ONSET:
            return None
        length = (self._next - self._first - self._onsets.began) * FRAME_MS
        if self._onsets.pause_ms >= self._listen.end_pause_ms:
            if self._onsets.spoken < LEAST_UTTERANCE_FRAMES:
                self._onsets.forget()
                return None
            return self._spoke(f"paused {self._onsets.pause_ms} ms")
        return self._spoke(f"spoke for {length} ms") if length >= self._listen.longest_ms else None

    def _spoke(self, why: str) -> Answer | None:
        verdict = self._classifier.judge_now(least_speech=LEAST_UTTERANCE_FRAMES)
        what = self._speech_as(verdict)
        if what is None:
            self._onsets.forget()
            return None
        begin = self._first + self._onsets.began
        end = self._first + self._onsets.last_speech + 1
        figures = "" if verdict is None else f"{verdict.reason}; "
        return self._answer(what, begin, end, verdict, figures + why)

    def _speech_as(self, verdict: Verdict | None) -> Sound | None:
        """What an utterance is called: faint or noise if so and wanted, else speech if wanted."""
        wanted = self._listen.wanted
        if verdict is not None and verdict.snr_db is not None and verdict.what.value in wanted:
            return verdict.what
        return Sound.SPEECH if Sound.SPEECH.value in wanted else None

    def _noise(self, declared: Declared | None) -> Answer | None:
        if declared is None or declared.what is not Sound.NOISE:
            return None
        if Sound.NOISE.value not in self._listen.wanted:
            return None
        begin = self._first + declared.since_ms // FRAME_MS
        held = declared.at_ms - declared.since_ms
        reason = f"{declared.verdict.reason}; held {held} ms"
        return self._answer(Sound.NOISE, begin, self._next, declared.verdict, reason)

    def _window_end(self) -> Answer | None:
        """The window ran out and nobody had begun to speak."""
        waited = self.waited_ms
        finishing = self._onsets.speaking and not SPOKEN.isdisjoint(self._listen.wanted)
        if waited < self._listen.window_ms or (finishing and self._listen.until is Until.PAUSE):
            return None
        last = self._classifier.verdict
        what = Sound.SILENCE
        if last is not None and last.what is Sound.NOISE and "noise" in self._listen.wanted:
            held = self._classifier.held_ms
            what = Sound.NOISE if held >= NOISE_AT_END_MS else what
        figures = "" if last is None else f"; {last.reason}"
        reason = f"window of {self._listen.window_ms} ms ran out{figures}"
        return self._answer(what, self._opened, self._next, last, reason)

    def _clearing(self, watch: ClearWatch) -> Answer | None:
        watch.add(self._classifier.stretch(FLOOR_FRAMES))
        last = self._classifier.verdict
        if last is not None and watch.known:
            self._show(Sound.NOISE if watch.noisy else Sound.CLEAR, last.level_dbov)
        if watch.is_clear and "clear" in self._listen.wanted:
            begin = max(self._next - CLEAR_AFTER_MS // FRAME_MS, self._opened)
            reason = f"no noise for {watch.clear_ms} ms"
            return self._answer(Sound.CLEAR, begin, self._next, last, reason)
        waited = self.waited_ms
        if waited < self._listen.window_ms:
            return None
        reason = f"not clear within {waited} ms" + ("" if last is None else f"; {last.reason}")
        return self._answer(Sound.NOISE, self._opened, self._next, last, reason)

    def _keyed(self, gathered: KeyGathering, why: str) -> Answer:
        begin = self._next if gathered.first_frame is None else gathered.first_frame
        return self._answer("key", begin, self._next, None, why, gathered.digits)

    def _show(self, what: Sound, level_dbov: float) -> None:
        if what is not self._shown:
            self._shown = what
            self._on_hearing(what, round(level_dbov, 1))

    def _answer(
        self,
        kind: AnswerKind,
        begin: int,
        end: int,
        verdict: Verdict | None,
        reason: str,
        digits: str = "",
    ) -> Answer:
        if self._missing:
            reason += f"; {self._missing * FRAME_MS} ms of audio never came, taken as silence"
        return Answer(
            kind=kind,
            from_ms=begin * FRAME_MS,
            to_ms=end * FRAME_MS,
            window_opened_ms=self.opened_ms,
            ended_ms=self._next * FRAME_MS,
            level_dbov=None if verdict is None else round(verdict.level_dbov, 1),
            reason=reason,
            digits=digits,
        )
