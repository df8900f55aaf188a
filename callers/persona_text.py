"""A persona as the YAML its file would hold; reading it back gives the same persona."""

from __future__ import annotations

import json
from collections.abc import Iterator

from callers.persona import (
    FAINT_DBOV,
    NORMAL_DBOV,
    Answer,
    Background,
    BargeIn,
    HangUp,
    Leave,
    Moment,
    Persona,
    Point,
    Press,
    Speak,
)


def persona_yaml(persona: Persona, *, comments: tuple[str, ...] = ()) -> str:
    """The file's text; `comments` stand at its head, a line each. `expect` is not written."""
    lines = [f"# {comment}" for comment in comments]
    lines += [
        f"persona: {persona.name}",
        f"language: {persona.language}",
        f"voice: {persona.voice}",
    ]
    if persona.title:
        titles = ", ".join(f"{key}: {_quoted(text)}" for key, text in persona.title.items())
        lines.insert(len(comments) + 1, f"title: {{{titles}}}")
    if persona.level_dbov != NORMAL_DBOV:
        lines.append(f"level: {_level(persona.level_dbov)}")
    if persona.backgrounds:
        lines.append("background:")
        lines += [f"  - {_background(each)}" for each in persona.backgrounds]
    if persona.hang_up is not None:
        lines.append(f"hang_up: {_hang_up(persona.hang_up)}")
    if persona.barge_in is not None:
        lines.append(f"barge_in: {_barge_in(persona.barge_in)}")
    lines.append("answers:")
    lines += [f"  - {_answer(answer)}" for answer in persona.answers]
    lines.append(f"then: {'silent' if persona.then_silent else 'repeat'}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """JSON's quoting is YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _ms(ms: int) -> str:
    return f"{ms}ms"


def _level(level_dbov: float) -> str:
    if level_dbov == FAINT_DBOV:
        return "faint"
    return "normal" if level_dbov == NORMAL_DBOV else f"{level_dbov:g}"


def _moment(moment: Moment) -> str:
    if not moment.turn:
        return _ms(moment.after_ms)
    return f"{{turn: {moment.turn}, after: {_ms(moment.after_ms)}}}"


def _background(background: Background) -> str:
    parts = [f"noise: {background.noise.value}", f"level_dbov: {background.level_dbov:g}"]
    parts.append(f"from: {_moment(background.begin)}")
    if background.end is not None:
        parts.append(f"until: {_moment(background.end)}")
    return f"{{{', '.join(parts)}}}"


def _hang_up(plan: HangUp) -> str:
    if plan.point in (Point.RING, Point.LINE):
        return f"{{{plan.point.value}: {plan.count}, after: {_ms(plan.after_ms)}}}"
    return f"{{{plan.point.value}: {_ms(plan.after_ms)}}}"


def _barge_in(plan: BargeIn) -> str:
    does = f"say: {plan.utterance}" if plan.utterance else f"press: {_quoted(plan.keys)}"
    line = f", line: {plan.line}" if plan.line else ""
    return f"{{after: {_ms(plan.after_ms)}, {does}{line}}}"


def _answer(answer: Answer) -> str:
    match answer:
        case Speak():
            parts = [f"say: {answer.utterance}", f"after: {_ms(answer.after_ms)}"]
            if answer.level_dbov is not None:
                parts.append(f"level: {_level(answer.level_dbov)}")
            return f"{{{', '.join(parts)}}}"
        case Press():
            return f"{{{', '.join(_press(answer))}}}"
        case Leave(after_ms=after_ms):
            return f"{{hang_up: {_ms(after_ms)}}}"
        case _:
            return "silent"


def _press(answer: Press) -> Iterator[str]:
    yield f"press: {_quoted(answer.keys)}"
    yield f"after: {_ms(answer.after_ms)}"
    yield f"gap: {_ms(answer.gap_ms)}"
