"""What can be chosen now: a menu's keys, the branches, and what becomes of a transfer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from calls.floor.orders import Branch, Order, Pick
from softphone_panel.agent.parts import KEY_STYLE, Rows, clickable, flowing, row
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import clock, cut
from softphone_panel.panes import MUTED
from softphone_panel.safe import one_line

MOST = 16
"""Choices offered at most; a flow with more is not for a person's eye."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice on the screen: its key, its name, what it orders."""

    key: str
    title: str
    order: Order


def picks(scene: Scene) -> list[Option]:
    """Keys of the menu."""
    script = scene.script
    if script is None:
        return []
    return [
        Option(choice.name, scene.title(choice.title) or choice.name, Pick(keys=choice.name))
        for choice in script.picks[:MOST]
        if 0 < len(choice.name) <= 64
    ]


def branches(scene: Scene) -> list[Option]:
    """Branches by their letters."""
    script = scene.script
    if script is None:
        return []
    return [
        Option(
            scene.branch_keys.get(choice.name, ""),
            scene.title(choice.title) or choice.name,
            Branch(name=choice.name),
        )
        for choice in script.branches[:MOST]
        if 0 < len(choice.name) <= 200
    ]


def options(scene: Scene) -> list[Option]:
    """All of them, in the order of the screen; a click names one by its place."""
    return [*picks(scene), *branches(scene)]


class Choices(Rows):
    """Picks in one block, branches in the other."""

    DEFAULT_CSS = """
    Choices { padding: 0 1; border: round $foreground 35%; }
    """

    def show(self, view: Scene) -> None:
        """The frame says what the block is."""
        self.entitle(Content.assemble((view.texts("choices.title"), MUTED)))
        super().show(view)

    def rows(self, view: Scene, width: int) -> list[Content]:
        chosen, anytime = picks(view), branches(view)
        rows = flowing(_items(chosen, 0, view, width), width)
        if not anytime:
            return rows
        label = Content.assemble((f"{view.texts('branches.title')}:", MUTED))
        return [*rows, *flowing([label, *_items(anytime, len(chosen), view, width)], width, gap=2)]


def _items(found: Sequence[Option], first: int, scene: Scene, width: int) -> list[Content]:
    items = []
    for place, option in enumerate(found, first):
        title = cut(one_line(option.title), min(28, width - 4))
        letter = option.key.isalpha() and scene.typing
        key = f"Alt+{option.key.upper()}" if letter else cut(one_line(option.key), 8)
        item = Content.assemble((key, KEY_STYLE), " " if key else "", title)
        items.append(clickable(item, f"choose({place})"))
    return items


class ConsultBar(Rows):
    """The transfer under way."""

    DEFAULT_CSS = "ConsultBar { padding: 0 1; background: $accent-muted; }"

    def rows(self, view: Scene, width: int) -> list[Content]:
        consult = view.call.consult if view.call and not view.call.over else None
        if consult is None:
            return []
        known = f"consult.{consult.state}"
        to = cut(one_line(view.whom(consult.to)), 40)
        if consult.state in ("dialling", "talking", "three_way", "failed"):
            text = view.texts(known, to=to)
        else:
            text = f"{consult.state} {to}"
        spent = clock(consult.for_ms + view.age_ms)
        return [row((text, "bold"), f"  {spent}", width=width)]
