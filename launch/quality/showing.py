"""An evaluation in the terminal: the call as it went, the verdicts, the form with its answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from calls.masking import mask, plain
from launch.quality.texts import state_word, word
from launch.telling.call_story import clock, story
from qa.answering.rule_words import verdict_why
from qa.work.reasons import why_in

if TYPE_CHECKING:
    from rich.console import Console

    from callflow.rules.monitor import Verdict
    from calls.events import CallEvent
    from console.work.evaluating import Sheet
    from console.work.remarking import Remark
    from ledger.quality.rows import EvaluationRow
    from ledger.rows import CallRow
    from qa.answering import MachineAnswer
    from qa.rubric import Question
    from qa.work import Evaluation

_MARKS = {"kept": "✓", "broken": "✗"}
_LINE = 200
_PLACE, _A_LINE = 36, 3
"""Cells of a place to listen to, and places a line."""


def head_lines(sheet: Sheet, call: CallRow, lang: str) -> Iterator[str]:
    """What it is about and where it stands."""
    found = sheet.evaluation
    agent = found.agent or word("no_agent", lang)
    kind = state_word(found.purpose, lang)
    yield f"{found.id}  {state_word(found.state, lang)}  {kind}"
    yield (
        f"{word('call', lang)} {call.id}  {mask(call.ani)}  {clock(call.ended_ms or 0)}  "
        f"{word('agent', lang)} {agent}"
    )
    title = sheet.form.title.get(lang, "")
    yield f"{word('form', lang)} {sheet.form.name}@{found.form_digest[:8]} {title}"
    colon, why = word("colon", lang), why_in(found.why, found.drawn_by, lang)
    yield f"{word('why', lang)}{colon}{plain(why, most_cells=_LINE)}"
    if found.evaluator:
        yield f"{word('evaluator', lang)}{colon}{found.evaluator}"
    yield score_line(sheet, lang)
    yield from _after_lines(found, lang)


def score_line(sheet: Sheet, lang: str) -> str:
    """`score 92.5 (passed)`, or `score so far 92.5` while answers are missing."""
    found = sheet.score
    if found.percent is None or found.result is None:
        return word("no_score", lang)
    score = f"{found.percent:g}"
    if sheet.unmet.unanswered:
        return word("so_far", lang, score=score)
    return word("score", lang, score=score, result=state_word(found.result, lang))


def _after_lines(found: Evaluation, lang: str) -> Iterator[str]:
    if found.dispute is not None:
        about = f" ({', '.join(found.dispute.questions)})" if found.dispute.questions else ""
        text = plain(found.dispute.reason, most_cells=_LINE)
        yield f"{word('dispute', lang)}{about}: {found.dispute.by}: {text}"
    if found.resolved is not None:
        text = plain(found.closing, most_cells=_LINE)
        yield f"{word('resolution', lang)}: {found.resolved.by}: {text}"
    for note in found.coaching:
        clips = " ".join(f"[{clock(start)}-{clock(end)}]" for start, end in note.clips)
        yield f"{word('coaching', lang)}: {note.by}: {plain(note.note, most_cells=_LINE)} {clips}"


def print_story(console: Console, events: Sequence[CallEvent], lang: str) -> None:
    """Steps, lines and what was heard, by time; numbers masked."""
    from rich.table import Table

    table = Table(title=word("story", lang), show_header=False, title_justify="left", box=None)
    for overflow in ("crop", "crop", "fold"):  # a file's name is one long word
        table.add_column(overflow=overflow)
    for told in story(events, lang):
        table.add_row(clock(told.at_ms), told.who, told.what)
    console.print(table)


def print_verdicts(console: Console, verdicts: Sequence[Verdict], lang: str) -> None:
    """The rules that the call kept or broke, with their evidence."""
    from rich.table import Table

    table = Table(title=word("verdicts", lang), show_header=False, title_justify="left", box=None)
    for verdict in verdicts:
        mark = _MARKS.get(verdict.status)
        if mark is None:
            continue
        shown = " ".join(f"#{one.seq} {clock(one.offset_ms)}" for one in verdict.evidence[-4:])
        why = f"{verdict_why(verdict, lang)}  " if verdict.why else ""
        table.add_row(mark, verdict.rule.id, verdict.rule.title.get(lang, ""), f"{why}{shown}")
    console.print(table)


def print_remarks(console: Console, remarks: Sequence[Remark], lang: str) -> None:
    """Remarks by their place on the call; nothing when there is none."""
    if not remarks:
        return
    console.print(word("remarks", lang))
    for one in remarks:
        end = f"-{clock(one.to_ms)}" if one.to_ms is not None else ""
        about = f" [{one.question}]" if one.question else ""
        text = plain(one.text, most_cells=_LINE)
        console.print(f"  {one.id}  {clock(one.from_ms)}{end}  {one.by}{about}: {text}")


def print_form(console: Console, sheet: Sheet, lang: str) -> None:
    """Every question that is asked with its answers, the machine's evidence and what is missing."""
    from rich.table import Table

    for section, scored in zip(sheet.form.sections, sheet.score.sections, strict=True):
        percent = "-" if scored.percent is None else f"{scored.percent:g} %"
        title = f"{section.title.get(lang, section.name)}  {percent}"
        table = Table(title=title, show_header=False, title_justify="left", box=None)
        asked = {one.question for one in scored.questions}
        for question in section.questions:
            if question.name in asked:
                table.add_row(*_cells(sheet, question, lang))
        console.print(table)


def _cells(sheet: Sheet, question: Question, lang: str) -> tuple[str, str, str]:
    answer = sheet.answers.get(question.name, "")
    shown = answer_title(question, answer, lang) or word("unanswered", lang)
    notes = [machine_line(sheet.machine.get(question.name), question, lang)]
    notes += shown_lines(sheet, question, lang)
    given, colon = sheet.evaluation.draft.get(question.name), word("colon", lang)
    if given is not None:
        notes += [f"{word('comment', lang)}{colon}{given.comment}"] if given.comment else []
        notes += [f"{word('reason', lang)}{colon}{given.reason}"] if given.reason else []
    notes += [f"! {word(key, lang)}" for key in _lacking(sheet, question.name)]
    text = "\n".join(plain(note, most_cells=_LINE) for note in notes if note)
    return (f"{question.name}\n  {question.title.get(lang, '')}", shown, text)


def _lacking(sheet: Sheet, question: str) -> list[str]:
    missing = sheet.unmet
    found = {"uncommented_q": missing.uncommented, "unreasoned": missing.unreasoned}
    return [key for key, names in found.items() if question in names]


def machine_line(found: MachineAnswer | None, question: Question, lang: str) -> str:
    """What the machine says, why, which events show it and where to listen."""
    if found is None:
        return ""
    parts = [
        f"{word('machine', lang)}{word('colon', lang)}{answer_title(question, found.answer, lang)}",
        found.why.get(lang, ""),
        " ".join(f"#{seq}" for seq in found.events),
    ]
    if found.from_ms is not None and found.to_ms is not None:
        span = f"{clock(found.from_ms)}-{clock(found.to_ms)}"
        parts.append(word("listen", lang, span=span))
    return "  ".join(part for part in parts if part)


def shown_lines(sheet: Sheet, question: Question, lang: str) -> Iterator[str]:
    """What speech recognition shows, with where to listen; or why the machine says nothing."""
    gap = sheet.gaps.get(question.name)
    if gap and question.name not in sheet.machine:
        yield f"{word('gap', lang)}{word('colon', lang)}{gap.get(lang, '')}"
    for one in sheet.shown.get(question.name, ()):
        yield f"{word('recognised', lang)}{word('colon', lang)}{one.told.get(lang, '')}"
        told = [
            f"{clock(each.from_ms)}-{clock(each.to_ms)} "
            + plain(each.text.get(lang, ""), most_cells=_PLACE)
            for each in one.places
        ]
        for first in range(0, len(told), _A_LINE):
            yield "  ".join(told[first : first + _A_LINE])


def answer_title(question: Question, answer: str, lang: str) -> str:
    """An answer as people read it; empty for none."""
    if answer == "na":
        return word("na", lang)
    found = question.answers.get(answer)
    return found.title.get(lang, answer) if found is not None else answer


def row_json(row: EvaluationRow) -> dict[str, Any]:
    """An evaluation as `qa list --json` prints it; times are ISO 8601 UTC."""
    names = row.__dataclass_fields__
    found = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in found.items()
    }


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet as JSON-ready values."""
    found = sheet.evaluation
    score = sheet.score
    return {
        "id": found.id,
        "call": found.call_id,
        "agent": found.agent,
        "form": found.form,
        "form_digest": found.form_digest,
        "purpose": found.purpose.value,
        "state": found.state.value,
        "evaluator": found.evaluator,
        "why": found.why,
        "score": score.percent,
        "result": score.result.value if score.result is not None else None,
        "sections": score.by_section(),
        "answers": dict(sheet.answers),
        "machine": {name: _machine_json(each) for name, each in sheet.machine.items()},
        "gaps": {name: dict(each) for name, each in sheet.gaps.items()},
        "shown": {name: [asdict(one) for one in each] for name, each in sheet.shown.items()},
        "comments": {name: each.comment for name, each in found.draft.items() if each.comment},
        "reasons": {name: each.reason for name, each in found.draft.items() if each.reason},
        "unanswered": sheet.unmet.unanswered,
        "uncommented": sheet.unmet.uncommented,
        "unreasoned": sheet.unmet.unreasoned,
    }


def _machine_json(found: MachineAnswer) -> dict[str, Any]:
    return {
        "answer": found.answer,
        "why": dict(found.why),
        "events": found.events,
        "from_ms": found.from_ms,
        "to_ms": found.to_ms,
        "value": found.value,
    }
