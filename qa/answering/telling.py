"""Figures in the words of people, Chinese and English."""

from __future__ import annotations

from callflow.spelling import spell_ms
from qa.rubric.form import Band, Fact, SourceKind
from qa.rubric.sources import FIGURES, MEASURES, Source, Unit


def source_of(fact: Fact) -> Source:
    """What a figure's fact is taken from. KeyError for a rule."""
    return (MEASURES if fact.kind is SourceKind.MEASURE else FIGURES)[fact.name]


def told_value(source: Source, value: int) -> str:
    """A figure as people write it: `1.5 s`, `3`."""
    return spell_ms(value) if source.unit is Unit.TIME and value else str(value)


def told_figure(source: Source, value: int, band: Band | None) -> dict[str, str]:
    """A figure and the band it lies in, in both languages."""
    told = told_value(source, value)
    zh, en = _limits(source, band)
    return {"zh": f"{source.title['zh']} {told}{zh}", "en": f"{source.title['en']} {told}{en}"}


def _limits(source: Source, band: Band | None) -> tuple[str, str]:
    if band is None:
        return "，超出各档", ", beyond every band"
    zh, en = [], []
    if band.at_least is not None:
        zh.append(f"不少于 {told_value(source, band.at_least)}")
        en.append(f"at least {told_value(source, band.at_least)}")
    if band.at_most is not None:
        zh.append(f"不超过 {told_value(source, band.at_most)}")
        en.append(f"at most {told_value(source, band.at_most)}")
    return f"（{'，'.join(zh)}）", f" ({' and '.join(en)})"
