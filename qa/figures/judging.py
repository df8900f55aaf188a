"""Figures of how well it was done: rules kept, callers' verdicts, evaluations, agreement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from qa.figures.columns import Columns, known
from qa.figures.figure import Better, Figure, Parts, Unit, Value
from qa.figures.rows import Scored
from qa.figures.terms import Terms


def _rules(calls: Columns, _terms: Terms) -> Parts:
    return calls.kept, calls.kept + calls.broken


def _spotless(calls: Columns, _terms: Terms) -> Parts:
    return calls.broken == 0, calls.kept + calls.broken > 0


def _satisfied(calls: Columns, terms: Terms) -> Parts:
    return calls.survey >= terms.satisfied, known(calls.survey)


def _verdict(calls: Columns, _terms: Terms) -> Parts:
    return calls.survey, known(calls.survey)


def _responded(calls: Columns, _terms: Terms) -> Parts:
    return known(calls.survey), calls.asked


FIGURES: Final = (
    Figure(
        id="RULE.1",
        titles={"zh": "规章遵守率", "en": "House rules kept"},
        words={
            "zh": "遵守的规章 ÷（遵守 + 违反），逐通逐条",
            "en": "rules kept ÷ (kept + broken), each rule of each call",
        },
        tells={
            "zh": "系统从通话事件判定的规章；要人听的规章看质检分。",
            "en": "The rules that the trace of a call shows; what a person must hear is in QA.1.",
        },
        unit=Unit.SHARE,
        rules=("Q04",),
        better=Better.HIGH,
        of=_rules,
    ),
    Figure(
        id="RULE.2",
        titles={"zh": "无违规来电率", "en": "Calls without a breach"},
        words={
            "zh": "没有违反任何规章的来电 ÷ 已判定的来电",
            "en": "calls with no rule broken ÷ calls judged",
        },
        tells={
            "zh": "一条违规就算整通；比 RULE.1 严。",
            "en": "One breach costs the whole call: stricter than RULE.1.",
        },
        unit=Unit.SHARE,
        rules=("Q04",),
        better=Better.HIGH,
        of=_spotless,
    ),
    Figure(
        id="CSAT.1",
        titles={"zh": "满意率", "en": "Satisfied callers"},
        words={
            "zh": "评分 {satisfied} 及以上 ÷ 给出评分的客户",
            "en": "verdicts of {satisfied} or more ÷ verdicts given",
        },
        tells={
            "zh": "只有与参评率（CSAT.3）同看才有意义：参评少时，满意率说明不了什么。",
            "en": "Means something only beside the response rate (CSAT.3).",
        },
        unit=Unit.SHARE,
        rules=("Q03",),
        better=Better.HIGH,
        of=_satisfied,
    ),
    Figure(
        id="CSAT.2",
        titles={"zh": "平均评分", "en": "Mean verdict"},
        words={"zh": "评分之和 ÷ 给出评分的客户", "en": "verdicts added up ÷ verdicts given"},
        tells={"zh": "1 最差，5 最好。", "en": "1 is worst, 5 best."},
        unit=Unit.MEAN,
        rules=("Q03",),
        better=Better.HIGH,
        of=_verdict,
    ),
    Figure(
        id="CSAT.3",
        titles={"zh": "参评率", "en": "Survey response"},
        words={"zh": "给出评分 ÷ 被邀请评分的客户", "en": "verdicts given ÷ callers asked"},
        tells={"zh": "被问到的客户有多少回答。", "en": "How many of those asked gave one."},
        unit=Unit.SHARE,
        rules=("Q03",),
        better=Better.HIGH,
        of=_responded,
    ),
)

QA: Final = Figure(
    id="QA.1",
    titles={"zh": "质检平均分", "en": "QA score"},
    words={"zh": "质检得分之和 ÷ 已提交的评分", "en": "scores added up ÷ evaluations submitted"},
    tells={
        "zh": "致命项失分的按零分计入；校准和神秘来电不算。",
        "en": "A fatal failure counts as zero; calibrations and mystery calls are not in it.",
    },
    unit=Unit.MEAN,
    rules=("Q04",),
    better=Better.HIGH,
    tail=False,
)
QA_PASSED: Final = Figure(
    id="QA.2",
    titles={"zh": "质检合格率", "en": "QA pass rate"},
    words={"zh": "合格 ÷ 已提交的评分", "en": "passed ÷ evaluations submitted"},
    tells={
        "zh": "合格线写在评分表里。",
        "en": "The pass mark is the form's own.",
    },
    unit=Unit.SHARE,
    rules=("Q04",),
    better=Better.HIGH,
)
AGREEMENT: Final = Figure(
    id="AGREE.1",
    titles={"zh": "人机一致率", "en": "Machine and human agree"},
    words={
        "zh": "人与机器答案相同 ÷ 机器答过的问题",
        "en": "same answer by both ÷ questions the machine answered",
    },
    tells={
        "zh": "机器从事实作答，人可以更改并说明理由。一致率低的问题，先查规章和问法。",
        "en": "The machine answers from facts, a person may overrule with a reason. Where they "
        "differ often, look at the rule and the question first.",
    },
    unit=Unit.SHARE,
    rules=("Q04",),
    better=Better.HIGH,
)


def counted(rows: Iterable[Scored], kind: str = "review") -> list[Scored]:
    """Evaluations of one kind: a calibration counts for nobody, a mystery call apart (Q07)."""
    return [row for row in rows if row.kind == kind]


def qa_score(rows: Iterable[Scored]) -> Value:
    """QA.1 of these evaluations."""
    scores = [row.score for row in rows]
    return Value(QA, sum(scores), len(scores))


def qa_passed(rows: Iterable[Scored]) -> Value:
    """QA.2 of these evaluations."""
    results = [row.result == "passed" for row in rows]
    return Value(QA_PASSED, sum(results), len(results))


def agreement(rows: Iterable[Scored]) -> Value:
    """AGREE.1 over all questions of these evaluations."""
    same = asked = 0
    for _question, (agreed, answered) in agreement_by_question(rows).items():
        same += agreed
        asked += answered
    return Value(AGREEMENT, same, asked)


def agreement_by_question(rows: Iterable[Scored]) -> dict[str, tuple[int, int]]:
    """Question -> how often both gave the same answer, of how many that the machine answered."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        for question, machine in row.machine.items():
            human = row.answers.get(question, "")
            if machine and human:
                same, asked = found.get(question, (0, 0))
                found[question] = (same + (machine == human), asked + 1)
    return dict(sorted(found.items()))
