"""Scoring question by question, by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from launch.quality.showing import answer_title, machine_line, score_line, shown_lines
from launch.quality.texts import word
from launch.quality.wrapping import tell
from qa.rubric import asked
from qa.work import Answering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.work.desk import WorkDesk
    from console.work.evaluating import Sheet
    from qa.rubric import Question
    from qa.work import Actor

_LEAVE = "q"


class Asking:
    """One evaluator at one form; every answer is kept the moment it is given."""

    def __init__(
        self,
        desk: WorkDesk,
        actor: Actor,
        evaluation_id: str,
        lang: str,
        *,
        every: bool = False,
    ) -> None:
        self._every = every
        self._desk = desk
        self._actor = actor
        self._id = evaluation_id
        self._lang = lang
        self.sheet: Sheet = desk.sheet(actor, evaluation_id)

    def run(self) -> bool:
        """Ask what is the person's in turn, then show what the machine answered.

        Whether the end was reached.
        """
        tell(word("keys", self._lang))
        at = 0
        while True:
            questions = [each for each in self._asked() if self._every or self._is_mine(each)]
            if at >= len(questions):
                return self._every or self._review()
            typed = self._ask(questions[at], at + 1, len(questions))
            if typed == _LEAVE:
                return False
            at = max(0, at - 1) if typed == "b" else at + 1

    def _asked(self) -> tuple[Question, ...]:
        return asked(self.sheet.form, self.sheet.answers)

    def _is_mine(self, question: Question) -> bool:
        """Whether facts leave it to a person."""
        return question.name not in self.sheet.machine

    def _review(self) -> bool:
        """What the machine answered: one can be changed by its number; False when left."""
        while True:
            found = [each for each in self._asked() if not self._is_mine(each)]
            if not found:
                return True
            typer.echo("")
            typer.secho(word("by_machine", self._lang), bold=True)
            self._tell_all(found)
            prompt = word("change_which", self._lang)
            typed: str = typer.prompt(prompt, default="", show_default=False).strip().lower()
            if not typed or typed == _LEAVE:
                return not typed
            if typed.isdigit() and 1 <= int(typed) <= len(found):
                if self._ask(found[int(typed) - 1], int(typed), len(found)) == _LEAVE:
                    return False
            else:
                typer.echo(word("no_such", self._lang, word=typed))

    def _tell_all(self, found: Sequence[Question]) -> None:
        """One line each; what does not apply, and that nobody changed, on one line together."""
        beside = []
        for number, question in enumerate(found, 1):
            if self.sheet.answers.get(question.name) == "na" and not self._answer(question):
                beside.append(f"{number} {question.title.get(self._lang, '')}")
            else:
                tell(f"{number:3}  {self._told(question)}")
        if beside:
            names = word("semicolon", self._lang).join(beside)
            tell(word("na_list", self._lang, names=names), indent=5)

    def _told(self, question: Question) -> str:
        lang = self._lang
        said = machine_line(self.sheet.machine.get(question.name), question, lang)
        given = self._answer(question)
        yours = f"  {_answered(question, given, lang)}" if given else ""
        return f"{question.title.get(lang, '')}  {said}{yours}"

    def _ask(self, question: Question, number: int, count: int) -> str:
        """Put one question until it is answered or left; what was typed last."""
        choices = {str(place): name for place, name in enumerate(question.answers, 1)}
        if question.na:
            choices["n"] = "na"
        self._tell(question, number, count, choices)
        while True:
            prompt = f"[{'/'.join(choices)}]"
            typed: str = typer.prompt(prompt, default="", show_default=False).strip().lower()
            if typed in (_LEAVE, "b"):
                return typed
            if typed == "?":
                help_text = question.help.get(self._lang) or word("no_help", self._lang)
                tell(help_text, indent=3)
            elif typed == "c":
                self._keep(question, self._answer(question), comment=self._text("comment"))
            elif typed in choices:
                self._take(question, choices[typed])
                return typed
            elif not typed and self.sheet.answers.get(question.name):
                self._take(question, self.sheet.answers[question.name])
                return typed
            else:
                typer.echo(word("no_such", self._lang, word=typed or "↵"))

    def _tell(self, question: Question, number: int, count: int, choices: dict[str, str]) -> None:
        section = self.sheet.form.section_of(question.name)
        lang = self._lang
        typer.echo("")
        tell(
            f"{number}/{count}  {section.title.get(lang, '')} · {question.title.get(lang, '')}",
            bold=True,
        )
        said = machine_line(self.sheet.machine.get(question.name), question, lang)
        for line in filter(None, (said, *shown_lines(self.sheet, question, lang))):
            tell(line, indent=3)
        given = self.sheet.evaluation.draft.get(question.name)
        if given is not None and given.answer:
            tell(_answered(question, given.answer, lang), indent=3)
        if given is not None and given.comment:
            tell(f"{word('comment', lang)}{word('colon', lang)}{given.comment}", indent=3)
        titles = (f"{key} {answer_title(question, name, lang)}" for key, name in choices.items())
        tell("  ".join(titles), indent=3)

    def _take(self, question: Question, answer: str) -> None:
        """Keep the answer, with the reason or the comment that it needs."""
        machine = self.sheet.machine.get(question.name)
        reason = self._reason(question)
        if machine is not None and machine.answer not in ("", answer) and not reason:
            reason = self._text("why_other")
        self._keep(question, answer, reason=reason)
        if question.name in self.sheet.unmet.uncommented:
            self._keep(question, answer, comment=self._text("needs_comment"), reason=reason)

    def _keep(
        self, question: Question, answer: str, *, comment: str | None = None, reason: str = ""
    ) -> None:
        before = self.sheet.evaluation.draft.get(question.name)
        kept = before.comment if before is not None else ""
        given = Answering(
            question=question.name,
            answer=answer,
            comment=kept if comment is None else comment,
            reason=reason or self._reason(question),
            at_ms=before.at_ms if before is not None else None,
        )
        self.sheet = self._desk.answer(self._actor, self._id, given)

    def _answer(self, question: Question) -> str:
        given = self.sheet.evaluation.draft.get(question.name)
        return given.answer if given is not None else ""

    def _reason(self, question: Question) -> str:
        given = self.sheet.evaluation.draft.get(question.name)
        return given.reason if given is not None else ""

    def _text(self, key: str) -> str:
        text = word(key, self._lang)
        suffix = " " if text.endswith(("?", "？")) else word("colon", self._lang)
        found: str = typer.prompt(f"   {text}", prompt_suffix=suffix)
        return found.strip()


def _answered(question: Question, given: str, lang: str) -> str:
    return f"{word('yours', lang)}{word('colon', lang)}{answer_title(question, given, lang)}"


def finish(asking: Asking, desk: WorkDesk, actor: Actor, lang: str) -> Sheet | None:
    """Show the score and ask whether to submit; the submitted sheet, None when not."""
    typer.echo("")
    typer.secho(score_line(asking.sheet, lang), bold=True)
    if asking.sheet.unmet:
        tell(word("incomplete", lang, what=missing(asking.sheet, lang)))
        return None
    if not typer.confirm(word("complete", lang), default=True):
        return None
    return desk.submit(actor, asking.sheet.evaluation.id)


def missing(sheet: Sheet, lang: str) -> str:
    """What keeps the sheet from being submitted."""
    found = {
        "unanswered": sheet.unmet.unanswered,
        "uncommented_q": sheet.unmet.uncommented,
        "unreasoned": sheet.unmet.unreasoned,
    }
    return "; ".join(
        f"{word(key, lang)}: {', '.join(names)}" for key, names in found.items() if names
    )
