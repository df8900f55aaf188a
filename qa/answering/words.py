"""What speech recognition shows at a question, with where to listen. It answers nothing.

What was not recognised may have been said all the same, so that is a person's to hear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from calls.asides import is_aside
from calls.events import CallEvent
from qa.answering.answers import AFTER_MS, BEFORE_MS
from qa.answering.case import CaseFacts
from qa.rubric.form import Form, Texts
from qa.rubric.sources import POLITE_WORDS, SAID_LINES

MOST_PLACES: Final = 40
"""Of one kind at one question."""

_SAID, _UNSURE = "said", "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """A said line and what was recognised of it. Offsets are of the call."""

    line: str
    said_ms: int
    finding: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """What `calls.quality.words.WordsRecognised` says of a call."""

    recordings: Mapping[str, str]
    looked_for: tuple[str, ...]
    polite: tuple[tuple[str, int, int], ...]
    lines: tuple[HeardLine, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> HeardWords:
        """From the fact's data. LookupError, TypeError or ValueError when it is no such fact's."""
        return cls(
            recordings={str(name): str(digest) for name, digest in data["recordings"].items()},
            looked_for=tuple(str(word) for word in data["looked_for"]),
            polite=tuple(
                (str(word), int(from_ms), int(to_ms)) for word, from_ms, to_ms in data["polite"]
            ),
            lines=tuple(
                HeardLine(
                    line=str(each["line"]),
                    said_ms=int(each["said_ms"]),
                    finding=str(each["finding"]),
                    from_ms=int(each["from_ms"]),
                    to_ms=int(each["to_ms"]),
                )
                for each in data["lines"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to listen, and for what. Offsets are of the call."""

    text: Texts
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsShown:
    """What recognition shows at one question, of one kind."""

    kind: str
    """A name of `qa.rubric.sources.EVIDENCE`."""

    told: Texts
    places: tuple[Place, ...]


def words_shown(
    form: Form, case: CaseFacts, heard: HeardWords | None
) -> dict[str, tuple[WordsShown, ...]]:
    """By question, what its `evidence` asks for; nothing where `words_gaps` says why not."""
    if heard is None or _gap(case, heard):
        return {}
    return {
        question.name: tuple(_MAKERS[kind](case, heard) for kind in question.evidence)
        for question in form.questions()
        if question.evidence
    }


def words_gaps(form: Form, case: CaseFacts, heard: HeardWords | None) -> dict[str, Texts]:
    """The questions without a fact whose `evidence` cannot be shown, each with why not."""
    gap = _gap(case, heard)
    return {
        question.name: gap
        for question in form.questions()
        if gap and question.evidence and question.fact is None
    }


def kept_recordings(events: Sequence[CallEvent]) -> dict[str, str]:
    """Recordings of the call that can be heard, with the SHA-256 of each file.

    A supervisor's own voice is none of them.
    """
    found: dict[str, str] = {}
    for event in events:
        name = str(event.data.get("recording"))
        if event.kind == "recording_kept" and event.data.get("file") and not is_aside(name):
            found[name] = str(event.data.get("sha256"))
        elif event.kind == "recording_erased":
            found.pop(name, None)
    return found


def _gap(case: CaseFacts, heard: HeardWords | None) -> Texts:
    """Why nothing is shown; empty when something is."""
    kept = kept_recordings(case.events)
    if not kept:
        return {"zh": "没有可听的录音", "en": "there is no recording to hear"}
    if heard is None:
        return {
            "zh": "没有做语音识别（thirdring words），请人听",
            "en": "speech was not recognised (`thirdring words`): a person listens",
        }
    if dict(heard.recordings) != kept:
        return {
            "zh": "语音识别之后录音变了，请人听，或重新识别（thirdring words）",
            "en": "the recording is another than the one that was recognised: a person listens, "
            "or `thirdring words` again",
        }
    return {}


def _polite(case: CaseFacts, heard: HeardWords) -> WordsShown:
    counts = Counter(word for word, _, _ in heard.polite)
    said = [f"{word} {counts[word]}" for word in heard.looked_for if counts[word]]
    unheard = [word for word in heard.looked_for if not counts[word]]
    zh, en = f"礼貌用语听出 {len(heard.polite)} 处", f"{len(heard.polite)} polite words heard"
    if said:
        zh, en = f"{zh}：{'、'.join(said)}", f"{en}: {', '.join(said)}"
    if unheard:
        zh = f"{zh}；没听出来（不等于没说）：{'、'.join(unheard)}"
        en = f"{en}; not recognised, which does not mean not said: {', '.join(unheard)}"
    places = [_place(case, {"zh": word, "en": word}, *span) for word, *span in heard.polite]
    return WordsShown(
        kind=POLITE_WORDS, told={"zh": zh, "en": en}, places=tuple(places[:MOST_PLACES])
    )


def _said(case: CaseFacts, heard: HeardWords) -> WordsShown:
    doubtful = list(_doubtful(case, heard))
    count, alike = len(heard.lines), len(heard.lines) - len(doubtful)
    zh, en = (
        f"话术 {count} 句，与话术相符 {alike} 句",
        f"{alike} of {count} said lines heard as written",
    )
    if doubtful:
        zh, en = (
            f"{zh}；请人听 {len(doubtful)} 句",
            f"{en}; to be heard by a person: {len(doubtful)}",
        )
    if not count:
        zh, en = "没有可比对的话术", "no said line to compare with the script"
    return WordsShown(
        kind=SAID_LINES, told={"zh": zh, "en": en}, places=tuple(doubtful[:MOST_PLACES])
    )


def _doubtful(case: CaseFacts, heard: HeardWords) -> Iterator[Place]:
    """The lines that were not heard as the script has them."""
    texts = {
        (event.data.get("line"), event.data.get("start_ms")): str(event.data.get("text", ""))
        for event in case.events
        if event.kind == "said"
    }
    for one in heard.lines:
        if one.finding == _SAID:
            continue
        text = texts.get((one.line, one.said_ms)) or one.line
        zh, en = (
            ("有些像", "something like") if one.finding == _UNSURE else ("没听出来", "not heard")
        )
        yield _place(case, {"zh": f"{zh}：{text}", "en": f"{en}: {text}"}, one.from_ms, one.to_ms)


def _place(case: CaseFacts, text: Texts, from_ms: int, to_ms: int) -> Place:
    until_ms = max(from_ms, min(to_ms + AFTER_MS, case.length_ms))
    return Place(text=text, from_ms=max(0, from_ms - BEFORE_MS), to_ms=until_ms)


_MAKERS: Final[Mapping[str, Callable[[CaseFacts, HeardWords], WordsShown]]] = {
    POLITE_WORDS: _polite,
    SAID_LINES: _said,
}
