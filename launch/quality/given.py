"""Answers given on the command line or in a YAML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import NodeError, Scalar, parse
from calls.errors import WorkError
from qa.work import Answering, DraftAnswer

if TYPE_CHECKING:
    from callflow.nodes import Node

_KEYS = ("answer", "comment", "reason", "at")


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for one question; None: not given, so what the draft has stays."""

    question: str
    answer: str | None = None
    comment: str | None = None
    reason: str | None = None
    at_ms: int | None = None

    def over(self, draft: Mapping[str, DraftAnswer]) -> Answering:
        """The whole answer, over what the draft has."""
        before = draft.get(self.question)
        if before is None:
            before = DraftAnswer(answer="", comment="", machine="", reason="", at_ms=None, by="")
        return Answering(
            question=self.question,
            answer=before.answer if self.answer is None else self.answer,
            comment=before.comment if self.comment is None else self.comment,
            reason=before.reason if self.reason is None else self.reason,
            at_ms=before.at_ms if self.at_ms is None else self.at_ms,
        )


def answers_of(
    file: Path | None, answers: Sequence[str], comments: Sequence[str], reasons: Sequence[str]
) -> list[Given]:
    """All that was given, the command line over the file. Raises WorkError."""
    parts: dict[str, dict[str, str]] = {}
    if file is not None:
        parts |= _of_file(file)
    for key, pairs in (("answer", answers), ("comment", comments), ("reason", reasons)):
        for pair in pairs:
            question, equals, text = pair.partition("=")
            if not equals or not question:
                raise WorkError(f"{pair!r}: write QUESTION=TEXT")
            parts.setdefault(question.strip(), {})[key] = text.strip()
    return [_given(question, part) for question, part in parts.items()]


def _given(question: str, part: Mapping[str, str]) -> Given:
    at = part.get("at", "")
    if at and not at.isdigit():
        raise WorkError(f"{question}: at: {at!r} is no offset; write milliseconds of the call")
    return Given(
        question,
        part.get("answer"),
        part.get("comment"),
        part.get("reason"),
        int(at) if at else None,
    )


def _of_file(file: Path) -> dict[str, dict[str, str]]:
    try:
        top = parse(file.read_text(encoding="utf-8"), str(file))
    except NodeError as error:
        raise WorkError(str(error.problem)) from None
    except UnicodeDecodeError:
        raise WorkError(f"{file}: is not UTF-8; save it as UTF-8") from None
    return {key.text: _of_node(key, value) for key, value in top.items}


def _of_node(key: Scalar, value: Node) -> dict[str, str]:
    if isinstance(value, Scalar):
        return {"answer": value.text}
    found: dict[str, str] = {}
    if isinstance(value, MappingNode):
        for name, inner in value.items:
            if name.text not in _KEYS or not isinstance(inner, Scalar):
                problem = name.place.problem(
                    f"{key.text} has no {name.text!r}", f"write {', '.join(_KEYS)}"
                )
                raise WorkError(str(problem))
            found[name.text] = inner.text
        return found
    problem = key.place.problem(f"{key.text} is no answer", "write question: answer")
    raise WorkError(str(problem))
