"""Values under which conditions come out as wanted, found by trying those the conditions name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from callflow.templates import Condition, WordingError

Value = str | int | bool
_CONSTANT: Final = re.compile(r"""'([^']*)'|"([^"]*)"|(?<![\w.])(\d+)(?![\w.])""")
_ANY: Final[tuple[Value, ...]] = ("", "王", 0, 1, True, False)
MOST_TRIALS: Final = 5000


def suppose(
    wanted: Iterable[tuple[str, bool]], keyed: Iterable[str] = ()
) -> dict[str, Value] | None:
    """Variables under which each condition (its text) has the answer given with it.

    `keyed` names variables that hold digits. None when none were found.
    """
    asked = [(Condition(text), answer) for text, answer in wanted]
    names = sorted({name for condition, _ in asked for name in condition.names})
    digits = frozenset(keyed)
    tried = [list(_candidates(name, asked, digits=name in digits)) for name in names]
    for values in itertools.islice(itertools.product(*tried), MOST_TRIALS):
        found = dict(zip(names, values, strict=True))
        if all(_holds(condition, found) is answer for condition, answer in asked):
            return found
    return None


def _holds(condition: Condition, values: Mapping[str, Value]) -> bool | None:
    try:
        return bool(condition.value(values))
    except WordingError:
        return None


def _candidates(
    name: str, asked: Iterable[tuple[Condition, bool]], *, digits: bool
) -> Iterable[Value]:
    named: list[Value] = []
    for condition, _ in asked:
        if name in condition.names:
            for single, double, number in _CONSTANT.findall(condition.text):
                if number:
                    named += [int(number), int(number) + 1, max(int(number) - 1, 0)]
                else:
                    named.append(single or double)
    if digits:
        keyed = (str(value) for value in (*named, "1", "2") if str(value).isdigit())
        return dict.fromkeys(keyed)
    return {(type(value), value): value for value in (*named, *_ANY)}.values()
