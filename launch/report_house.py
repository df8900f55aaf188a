"""What reports know of the house, from settings and scripts; and where they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callflow.rules.monitor import RuleSet
    from console.reports.house import House
    from console.reports.shelf import ReportShelf
    from console.reports.sources import HouseSources
    from launch.settings.qa import QaSettings
    from launch.settings.site import Settings
    from ledger.quality.book import QualityBook
    from ledger.reader import LedgerReader


def report_house(settings: Settings) -> House:
    """Names, limits and time zone of the site. Rules and forms that do not load cost only their
    titles."""
    from console.reports.house import House
    from qa.figures.consequences import Limits
    from qa.figures.staffing import Goals
    from qa.figures.terms import Terms

    wall, own = settings.wallboard, settings.reports
    rules = _rules(settings.scripts)
    return House(
        company={
            "zh": settings.house.company["zh-Hans"],
            "en": settings.house.company["en"],
        },
        terms=Terms(
            target_s=wall.service_target_s,
            goal=wall.service_goal,
            short_s=own.short_s,
            most_rings=settings.ring.most,
            satisfied=own.satisfied,
            long_silence_s=own.long_silence_s,
        ),
        limits=Limits(
            good_score=own.good_score,
            good_rules=own.good_rules,
            poor_score=own.poor_score,
            poor_rules=own.poor_rules,
            complaints=own.complaints,
        ),
        goals=Goals(
            target_s=wall.service_target_s,
            goal=min(wall.service_goal, 0.999),
            most_occupancy=own.most_occupancy,
            shrinkage=own.shrinkage,
        ),
        zone=settings.house.zone,
        agents={number: one.name for number, one in settings.agents.items() if one.name},
        rules={rule.id: dict(rule.title) for rule in rules},
        questions=_question_titles(settings.qa, rules),
        dispositions=_dispositions(settings),
    )


def _dispositions(settings: Settings) -> dict[str, Mapping[str, str]]:
    from launch.settings.floor import DISPOSITIONS

    titles: dict[str, Mapping[str, str]] = dict(DISPOSITIONS)
    for name, one in settings.dispositions.items():
        titles[name] = {"zh": one.get("zh", name), "en": one.get("en", name)}
    return titles


def _rules(scripts: Path) -> RuleSet:
    from callflow.house import RULES_FILE
    from callflow.reading import Reading
    from callflow.rules.loader import read_rules
    from callflow.rules.monitor import RuleSet

    try:
        text = (scripts / RULES_FILE).read_text(encoding="utf-8")
    except OSError:
        return RuleSet(())
    return read_rules(text, RULES_FILE, Reading())


def _question_titles(qa: QaSettings, rules: RuleSet) -> dict[str, dict[str, str]]:
    """Those of the usual form first, where two forms have a question of the same name."""
    from calls.errors import CallCenterError
    from qa.rubric.own_rules import forms_for

    try:
        forms = forms_for(rules, qa.forms, (qa.form, qa.form_ivr))
    except CallCenterError:
        return {}
    titles: dict[str, dict[str, str]] = {}
    for form in sorted(forms.values(), key=lambda one: one.name != qa.form):
        for question in form.questions():
            titles.setdefault(question.name, dict(question.title))
    return titles


def report_shelf(reader: LedgerReader, book: QualityBook, settings: Settings) -> ReportShelf:
    """What the console's report pages stand on."""
    from calls.clock import SystemClock
    from console.reports.shelf import ReportShelf
    from console.reports.sources import HouseSources

    clock = SystemClock()
    return ReportShelf(HouseSources(reader, book, clock), report_house(settings), clock)


@contextmanager
def report_sources(state: Path, settings: Settings) -> Iterator[HouseSources]:
    """The quality book, and the ledger of this node, or the one that all nodes ship into.

    LedgerMissingError without a ledger.
    """
    from calls.clock import SystemClock
    from console.reports.sources import HouseSources
    from launch.quality.desk import quality_place
    from launch.serving.shipping import ledger_place
    from ledger.quality.book import QualityBook
    from ledger.reader import LedgerReader

    with (
        LedgerReader(ledger_place(settings, state)) as reader,
        QualityBook.open(quality_place(state)) as book,
    ):
        yield HouseSources(reader, book, SystemClock())
