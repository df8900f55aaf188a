"""Two versions of the house rules, and which rules a change touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from callflow.comparing.change import Change, Kind
from callflow.comparing.steps import changed
from callflow.rules.events import EventPattern
from callflow.rules.monitor import Rule, RuleSet
from callflow.rules.state import Times
from callflow.spelling import spell_ms


def rule_changes(old: RuleSet, new: RuleSet) -> Iterator[Change]:
    """Rules added, removed, or stated otherwise; each part that changed."""
    for rule in old:
        if rule.id not in new:
            yield Change(Kind.RULE, f"rule {rule.id}", "删去了这条规章", "removed", (rule.id,))
    for rule in new:
        if rule.id not in old:
            yield Change(Kind.RULE, f"rule {rule.id}", "新增了这条规章", "added", (rule.id,))
            continue
        before, after = stated(old[rule.id]), stated(rule)
        for key in dict.fromkeys((*before, *after)):
            was, now = before.get(key, ""), after.get(key, "")
            if was != now:
                where = f"rule {rule.id}"
                change = changed(Kind.RULE, where, (key, key), was, now)
                yield Change(change.kind, where, change.zh, change.en, (rule.id,))


def stated(rule: Rule) -> Mapping[str, str]:
    """Every part of a rule by its path: `chain 1 links 2 times` -> `at least 3 s, at most 8 s`."""
    found: dict[str, str] = {}
    for field in fields(rule):
        if field.name != "patterns":
            found.update(_parts(field.name, getattr(rule, field.name)))
    for at, pattern in enumerate(rule.patterns, 1):
        name = f"{type(pattern).__name__.lower()} {at}"
        for field in fields(pattern):
            found.update(_parts(f"{name} {field.name}", getattr(pattern, field.name)))
    return found


def _parts(path: str, value: object) -> dict[str, str]:
    whole = _whole(value)
    if whole is not None:
        return {path: whole}
    found: dict[str, str] = {}
    for name, part in _inner(value):
        found.update(_parts(f"{path} {name}", part))
    return found


def _whole(value: object) -> str | None:
    """A value that is told in one piece; None for one that has parts."""
    if isinstance(value, Times):
        return _times(value)
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, EventPattern | str | bool | int) or value is None:
        return "" if value is None else str(value)
    return None


def _inner(value: object) -> list[tuple[object, object]]:
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, tuple):
        return list(enumerate(value, 1))
    return [(field.name, getattr(value, field.name)) for field in fields(value)]  # type: ignore[arg-type]


def _times(times: Times) -> str:
    low = [f"at least {spell_ms(times.at_least_ms)}"] if times.at_least_ms else []
    high = [] if times.at_most_ms is None else [f"at most {spell_ms(times.at_most_ms)}"]
    slack = [f"give or take {spell_ms(times.slack_ms)}"] if times.slack_ms else []
    return ", ".join([*low, *high, *slack])
