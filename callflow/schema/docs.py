"""The tables of `docs/flow-format.md`, from the definitions; the prose around them is by hand.

Other documents may have tables of their own, made and replaced the same way.

A table stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from callflow.acts.base import EVERYWHERE, Act
from callflow.acts.deciding import CallAct
from callflow.acts.table import ACTS
from callflow.schema.telling import default_of, example_of, range_of
from callflow.schema.timers import TIMERS
from callflow.schema.words import (
    FIELD_KEYS,
    FIELD_TYPES,
    FLOW_KEYS,
    FORM_KEYS,
    LINE_KEYS,
    OUTCOMES,
    STEP_KEYS,
    TARGETS,
)
from callflow.targets import Next
from calls.errors import CallCenterError

_REGION: Final = re.compile(r"(<!-- begin: (\w+) -->\n)(.*?)(<!-- end: \2 -->)", re.DOTALL)


class DocsError(CallCenterError):
    """A mark names no table, or a table has no mark."""


Tables = Mapping[str, Callable[[], str]]
"""What makes each table, by the name of its marks."""


def with_tables(text: str, tables: Tables | None = None) -> str:
    """The Markdown text with every table between its marks made anew. Raises DocsError.

    `tables` are those of the document, by default those of the flow language.
    """
    known = TABLES if tables is None else tables
    found = [match[2] for match in _REGION.finditer(text)]
    unknown = [name for name in found if name not in known]
    if unknown:
        raise DocsError(f"no table is called {unknown[0]}; there are {', '.join(known)}")
    missing = [name for name in known if name not in found]
    if missing:
        raise DocsError(f"no marks of {missing[0]}; write <!-- begin: {missing[0]} --> and its end")
    return _REGION.sub(lambda match: f"{match[1]}{known[match[2]]()}{match[4]}", text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; `|` in a cell stays a letter."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _keys(known: Mapping[str, str]) -> Callable[[], str]:
    return lambda: table(("key", "meaning"), ((f"`{name}`", text) for name, text in known.items()))


def _targets() -> str:
    named = ((text if " step" in text else f"`{text}`", about) for text, about in TARGETS.items())
    return table(("written", "leads"), named)


def _outcomes() -> str:
    acts = {word: [act.word for act in ACTS.values() if word in _own(act)] for word in OUTCOMES}
    rows = (
        (
            f"`{word}`",
            about,
            "every step" if word in EVERYWHERE else " ".join(f"`{act}`" for act in acts[word]),
        )
        for word, about in OUTCOMES.items()
    )
    return table(("outcome", "meaning", "of"), rows)


def _own(act: type[Act]) -> frozenset[str]:
    return act.must | act.may | frozenset(act.default)


def _words(known: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in known)


def _acts() -> str:
    rows = ((f"`{act.word}`", act.about, _example(act), *_routed(act)) for act in ACTS.values())
    routed = ("must be routed", "goes on by itself", "may be routed")
    return table(("act", "what it does", "example", *routed), rows)


def _example(act: type[Act]) -> str:
    example = example_of(act).strip("`")
    return f"`{example}`"


def _routed(act: type[Act]) -> tuple[str, str, str]:
    if act is CallAct:
        return "what that flow `returns`", "", ""
    by_itself = [word for word, target in act.default.items() if isinstance(target, Next)]
    must = [word for word in OUTCOMES if word in act.must]
    return (
        _words(must) + _until_clear(act),
        _words(by_itself),
        _words(word for word in OUTCOMES if word in act.may and word not in by_itself),
    )


def _until_clear(act: type[Act]) -> str:
    return "; with `until: clear` only `clear noise`" if act.word == "listen" else ""


def _act_keys() -> str:
    parts = []
    for act in ACTS.values():
        if not act.fields[0].name or (len(act.fields) == 1 and not act.fields[0].low):
            continue
        rows = (
            (
                f"`{field.name}`" + (" (its bare value)" if field.name == act.scalar else ""),
                field.about,
                range_of(field),
                default_of(field) or ("must be written" if field.required else ""),
            )
            for field in act.fields
        )
        listed = table(("key", "meaning", "from, to", "unless told"), rows)
        parts.append(f"#### `{act.word}`\n\n{listed}")
    return "\n" + "\n".join(parts) + "\n"


def _timers() -> str:
    rows = ((f"`{t.name}`", t.opens, t.pauses, t.ends, t.comes_to) for t in TIMERS)
    return table(("timer", "opens", "pauses", "ends", "then"), rows)


TABLES: Final[Tables] = {
    "flow_keys": _keys(FLOW_KEYS),
    "step_keys": _keys(STEP_KEYS),
    "targets": _targets,
    "acts": _acts,
    "act_keys": _act_keys,
    "outcomes": _outcomes,
    "timers": _timers,
    "line_keys": _keys(LINE_KEYS),
    "form_keys": _keys(FORM_KEYS),
    "field_keys": _keys(FIELD_KEYS),
    "field_types": _keys(FIELD_TYPES),
}
"""Every table by the name of its marks."""
