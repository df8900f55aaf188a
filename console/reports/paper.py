"""The parts of a report's page: tiles, tables, charts, notes, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from markupsafe import Markup

from console.reports import telling
from console.reports.house import House
from qa.figures.figure import Figure, Value
from qa.figures.slots import Days
from qa.figures.terms import Terms

Cell = str | Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text; `numbers` tells which columns stand at the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    empty: str = ""
    """What is said when there is no row, with the next step."""

    left: int = 1
    """So many columns from the left hold words, the rest numbers."""

    wide: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure large."""

    figure: Figure
    amount: str
    basis: str
    tail: str
    change: str
    state: str
    """`met`, `missed` or empty: against the house's own goal."""

    formula: str
    tells: str
    rules: str
    href: str
    """To the calls behind it; empty where there are none, or no console."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Several of them."""

    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of explanation."""

    text: str
    warns: bool = False


Block = Table | Tiles | Note | Markup


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]
    new_page: bool = False
    """Begins on a page of its own in print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole report, ready to be drawn."""

    kind: str
    """`day`, `month`, `staffing`: also the word in its file's name."""

    title: str
    period: str
    about: str
    """Queue or the whole house."""

    made: str
    company: str
    language: str
    sections: Sequence[Section] = field(default=())


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one language, with links where the page stands in the console."""

    language: str
    """`zh` or `en`."""

    house: House
    links: bool = False

    def __call__(self, zh: str, en: str) -> str:
        """The text in the reader's language."""
        return zh if self.language == "zh" else en

    def title(self, figure: Figure) -> str:
        return figure.titles[self.language]

    def call(self, call_id: str) -> Cell:
        """A call's id; in the console a link to its page."""
        if not self.links:
            return call_id
        return Markup('<a href="/calls/{}">{}</a>').format(quote(call_id, safe=""), call_id)

    def begin_scoring(self) -> str:
        """The way to the first evaluation from here."""
        if self.links:
            return self("在“我的工作”里领取一通开始。", "Claim a call under My work to begin one.")
        return self("`thirdring qa next` 开始。", "`thirdring qa next` begins one.")

    def whole(self, text: str) -> Cell:
        """A short word that is not to be broken at the end of a line."""
        return Markup('<span class="whole">{}</span>').format(text)

    def calls(self, ids: Sequence[str], of: int) -> Cell:
        """Several calls, and how many more there are."""
        told = Markup(" ").join(self.call(one) for one in ids)
        more = of - len(ids)
        return told + self(f" 另有 {more} 通", f" and {more} more") if more > 0 else told

    def behind(self, figure: Figure, days: Days, queue: str) -> str:
        """Address of the calls behind a figure; empty outside the console."""
        if not self.links or figure.of is None:
            return ""
        asked = {"figure": figure.id, "first": days.first, "last": days.last, "queue": queue}
        return "/reports/calls?" + urlencode({key: str(one) for key, one in asked.items() if one})

    def tile(
        self, value: Value, terms: Terms, days: Days, queue: str, before: Value | None = None
    ) -> Tile:
        """One figure as a tile."""
        figure = value.figure
        p90 = telling.told(value.p90, figure.unit) if value.p90 is not None else ""
        return Tile(
            figure=figure,
            amount=telling.amount(value),
            basis=telling.basis(value),
            tail=f"P90 {p90}" if p90 else "",
            change=telling.change(value, before),
            state=_state(value, terms),
            formula=figure.formula(self.language, terms),
            tells=figure.tells[self.language],
            rules=" ".join(figure.rules),
            href=self.behind(figure, days, queue),
        )


def _state(value: Value, terms: Terms) -> str:
    """Good or bad, only where the house has said what it wants."""
    if not value.figure.id.startswith("SL.") or value.amount is None:
        return ""
    return "met" if value.amount >= terms.goal else "missed"
