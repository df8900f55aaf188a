"""A persona's tree of nodes read into values; problems are collected, not raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callers.persona import (
    FAINT_DBOV,
    KEYS,
    NORMAL_DBOV,
    Answer,
    Background,
    BargeIn,
    Expectation,
    HangUp,
    Leave,
    Moment,
    Noise,
    Persona,
    Point,
    Press,
    Silent,
    Speak,
    When,
)
from callers.persona_when import read_when
from callers.voicebank import VoiceBank
from callflow.nodes import Mapping, Node, Scalar, Sequence
from callflow.reading import Reading, nearest

MOST_ANSWERS: Final = 100
_TOP: Final = (
    "persona", "title", "language", "voice", "level", "background", "answers", "then",
    "barge_in", "hang_up", "expect", "when", "details",
)  # fmt: skip
_LEVELS: Final = {"normal": NORMAL_DBOV, "faint": FAINT_DBOV}


class PersonaReader(Reading):
    """One pass over a persona file."""

    def __init__(self, voices: VoiceBank | None) -> None:
        super().__init__()
        self._voices = voices

    def persona(self, top: Mapping) -> Persona:
        self.keys(top, _TOP, "a persona")
        name_node = top.get("persona")
        if name_node is None:
            self.wrong(top.place, "the persona has no name", "begin with `persona: polite`")
        answers, then_silent = self._answers(top)
        return Persona(
            name=self.name(name_node, "the persona's name") if name_node else "",
            title=self._title(top.get("title")),
            language=self.one_of(top.get("language"), "language", ("zh", "en"), "zh"),
            voice=self._voice(top),
            level_dbov=self._level(top.get("level")) or NORMAL_DBOV,
            backgrounds=self._backgrounds(top.get("background")),
            answers=answers,
            then_silent=then_silent,
            barge_in=self._barge_in(top.get("barge_in")),
            hang_up=self._hang_up(top.get("hang_up")),
            expect=self._expect(top.get("expect")),
            when=self.list_of(top.get("when"), "when", self._when),
            details=self._details(top.get("details")),
        )

    def _when(self, node: Node) -> When:
        return read_when(self, node, self._answer)

    def _details(self, node: Node | None) -> dict[str, str]:
        found = self.mapping(node, "details") if node is not None else None
        return {
            self.name(key, "a form's field"): self.text(value, "a detail")
            for key, value in (found.items if found else ())
        }

    def _title(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if isinstance(node, Scalar):
            return {"zh": node.text, "en": node.text}
        found = self.mapping(node, "title")
        if found is None:
            return {}
        self.keys(found, ("zh", "en"), "title")
        return {key.text: self.text(value, "a title") for key, value in found.items}

    def _voice(self, top: Mapping) -> str:
        node = top.get("voice")
        if node is None:
            self.wrong(top.place, "the persona has no voice", "write `voice: zh_m` or another")
            return ""
        voice = self.name(node, "voice")
        if self._voices is not None and voice and voice not in self._voices.voices:
            self.wrong(
                node.place, f'there is no voice "{voice}"', nearest(voice, self._voices.voices)
            )
        return voice

    def _level(self, node: Node | None) -> float | None:
        if node is None:
            return None
        text = self.text(node, "level")
        if text in _LEVELS:
            return _LEVELS[text]
        return self._dbov(node, "level", "write normal, faint or a level from -60 to -5 dBov")

    def _dbov(self, node: Node, what: str, hint: str) -> float:
        text = self.text(node, what)
        try:
            level = float(text)
        except ValueError:
            level = 0.0
        if -60 <= level <= -5:
            return level
        self.wrong(node.place, f'{what} is "{text}"', hint)
        return NORMAL_DBOV

    def _backgrounds(self, node: Node | None) -> tuple[Background, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        found = (self._background(item) for item in items)
        return tuple(background for background in found if background is not None)

    def _background(self, node: Node) -> Background | None:
        found = self.mapping(node, "a background")
        if found is None:
            return None
        self.keys(found, ("noise", "level_dbov", "from", "until"), "a background")
        kinds = ("none", *(noise.value for noise in Noise))
        noise = self.one_of(found.get("noise"), "noise", kinds, "none")
        level = found.get("level_dbov")
        until = found.get("until")
        if noise == "none":
            return None
        return Background(
            noise=Noise(noise),
            level_dbov=self._dbov(level, "level_dbov", "write a level from -60 to -5 dBov")
            if level
            else -28.0,
            begin=self._moment(found.get("from"), "from"),
            end=self._moment(until, "until") if until is not None else None,
        )

    def _moment(self, node: Node | None, what: str) -> Moment:
        if node is None:
            return Moment(after_ms=0)
        if isinstance(node, Scalar):
            return Moment(after_ms=self.duration(node, what, 0, low_ms=0))
        found = self.mapping(node, what)
        if found is None:
            return Moment(after_ms=0)
        self.keys(found, ("turn", "after"), what)
        return Moment(
            turn=self.number(found.get("turn"), "turn", 1, 1, MOST_ANSWERS),
            after_ms=self.duration(found.get("after"), "after", 0, low_ms=0),
        )

    def _answers(self, top: Mapping) -> tuple[tuple[Answer, ...], bool]:
        node = top.get("answers")
        then = top.get("then")
        then_silent = self.one_of(then, "then", ("silent", "repeat"), "repeat") == "silent"
        if node is None:
            return (Silent(),), then_silent
        answers = self.list_of(node, "answers", self._answer)
        if not 1 <= len(answers) <= MOST_ANSWERS:
            self.wrong(
                node.place, f"{len(answers)} answers", f"write from 1 to {MOST_ANSWERS} answers"
            )
            return (Silent(),), then_silent
        return answers, then_silent

    def _answer(self, node: Node) -> Answer:
        acts: dict[str, Callable[[Mapping], Answer]] = {
            "say": self._speak,
            "press": self._press,
            "hang_up": self._leave,
        }
        if isinstance(node, Scalar):
            if node.text != "silent":
                self.wrong(
                    node.place,
                    f'"{node.text}" is no answer',
                    "write silent, or `say:`, `press:` or `hang_up:` with what follows",
                )
            return Silent()
        found = self.mapping(node, "an answer")
        given = [key.text for key, _ in found.items if key.text in acts] if found else []
        if found is None or len(given) != 1:
            if found is not None:
                self.wrong(
                    node.place, "an answer does one thing", "give one of say, press, hang_up"
                )
            return Silent()
        return acts[given[0]](found)

    def _speak(self, found: Mapping) -> Speak:
        self.keys(found, ("say", "after", "level"), "an answer that says something")
        return Speak(
            utterance=self._utterance(found.get("say")),
            after_ms=self.duration(found.get("after"), "after", 600, low_ms=0),
            level_dbov=self._level(found.get("level")),
        )

    def _utterance(self, node: Node | None) -> str:
        if node is None:
            return ""
        name = self.name(node, "utterance")
        if self._voices is not None and name and name not in self._voices.utterances:
            self.wrong(
                node.place,
                f'there is no utterance "{name}"',
                nearest(name, self._voices.utterances),
            )
        return name

    def _press(self, found: Mapping) -> Press:
        self.keys(found, ("press", "after", "gap"), "an answer that presses keys")
        return Press(
            keys=self._pressed(found.get("press")),
            after_ms=self.duration(found.get("after"), "after", 600, low_ms=0),
            gap_ms=self.duration(found.get("gap"), "gap", 300, low_ms=100),
        )

    def _pressed(self, node: Node | None) -> str:
        keys = self.text(node, "press")
        if node is not None and (not keys or len(keys) > 32 or set(keys) - set(KEYS)):
            self.wrong(node.place, f'"{keys}" are no keys', f"use up to 32 of {KEYS}, in quotes")
            return ""
        return keys

    def _leave(self, found: Mapping) -> Leave:
        self.keys(found, ("hang_up",), "an answer that hangs up")
        node = found.get("hang_up")
        if isinstance(node, Mapping):
            self.keys(node, ("after",), "hang_up")
            node = node.get("after")
        return Leave(after_ms=self.duration(node, "after", 0, low_ms=0))

    def _barge_in(self, node: Node | None) -> BargeIn | None:
        found = self.mapping(node, "barge_in") if node is not None else None
        if found is None:
            return None
        self.keys(found, ("after", "say", "press", "line"), "barge_in")
        if (found.get("say") is None) == (found.get("press") is None):
            self.wrong(found.place, "barge_in does one thing", "give either say or press")
        return BargeIn(
            after_ms=self.duration(found.get("after"), "after", 900, low_ms=0),
            utterance=self._utterance(found.get("say")),
            keys=self._pressed(found.get("press")),
            line=self.number(found.get("line"), "line", 0, 1, MOST_ANSWERS),
        )

    def _hang_up(self, node: Node | None) -> HangUp | None:
        found = self.mapping(node, "hang_up") if node is not None else None
        if found is None:
            return None
        self.keys(found, ("ring", "answered", "line", "queued", "after"), "hang_up")
        given = [point for point in Point if found.get(point.value) is not None]
        if len(given) != 1:
            self.wrong(
                found.place,
                "hang_up counts from one point",
                "give one of ring: 2, line: 1 (with after: 600ms), answered: 3s, queued: 5s",
            )
            return None
        return self._hang_up_at(found, given[0])

    def _hang_up_at(self, found: Mapping, point: Point) -> HangUp:
        value = found.get(point.value)
        if point in (Point.RING, Point.LINE):
            return HangUp(
                point=point,
                count=self.number(value, point.value, 1, 1, MOST_ANSWERS),
                after_ms=self.duration(found.get("after"), "after", 0, low_ms=0),
            )
        after = found.get("after")
        if after is not None:
            self.wrong(after.place, f"after means nothing with {point.value}", "add the two times")
        return HangUp(point=point, after_ms=self.duration(value, point.value, 0, low_ms=0))

    def _expect(self, node: Node | None) -> Expectation:
        found = self.mapping(node, "expect") if node is not None else None
        if found is None:
            return Expectation()
        self.keys(found, ("end_reason", "disposition", "lines", "never", "heard"), "expect")
        return Expectation(
            end_reason=self.text(found.get("end_reason"), "end_reason"),
            disposition=self.text(found.get("disposition"), "disposition"),
            lines=self.list_of(found.get("lines"), "lines", lambda n: self.name(n, "a line")),
            never=self.list_of(found.get("never"), "never", lambda n: self.name(n, "a line")),
            heard=self.list_of(found.get("heard"), "heard", lambda n: self.text(n, "heard")),
        )
