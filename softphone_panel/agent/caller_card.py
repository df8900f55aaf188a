"""The caller's file: who it is, what they had before, what the house still owes them (K01)."""

from __future__ import annotations

from collections.abc import Hashable

from textual.content import Content

from calls.floor.view import CallerFile, OpenMatter, PastCall
from softphone_panel.agent.parts import Rows, labelled, row, styled_rows
from softphone_panel.agent.scene import Scene
from softphone_panel.panes import MUTED

MOST_HISTORY = 5
MOST_MATTERS = 4
MOST_FIELDS = 6


def file_of(scene: Scene) -> CallerFile | None:
    """Of the call that rings, or the one at the ear."""
    if scene.offer is not None:
        return scene.offer.caller
    return scene.call.caller if scene.call is not None else None


class CallerCard(Rows):
    """A card beside the talk; two rows under it on a narrow terminal."""

    DEFAULT_CSS = """
    CallerCard { border: round $foreground 35%; padding: 0 1; }
    """

    def show(self, view: Scene) -> None:
        """Name the frame."""
        self.entitle(Content.assemble((view.texts("caller.title"), MUTED)))
        super().show(view)

    def shown_of(self, view: Scene) -> Hashable:
        known = view.call.dispositions if view.call is not None else ()
        return file_of(view), known, view.wide, view.tall, view.texts.language

    def rows(self, view: Scene, width: int) -> list[Content]:
        file = file_of(view)
        if file is None:
            return []
        return _whole(file, view, width) if view.wide else _short(file, view, width)


def _name_row(file: CallerFile, scene: Scene, width: int) -> Content:
    name = file.name or scene.texts("caller.unknown")
    number = file.number or scene.texts("withheld")
    tier = f"  {file.tier}" if file.tier else ""
    return row(
        (name, "bold" if file.name else MUTED),
        (f"  {number}", ""),
        (tier, "bold $text-accent"),
        width=width,
    )


def _short(file: CallerFile, scene: Scene, width: int) -> list[Content]:
    texts = scene.texts
    rows = [_name_row(file, scene, width)]
    if file.open_matters:
        label = f"{texts('caller.open')} {len(file.open_matters)}"
        matter = (_matter(file.open_matters[0], scene), "$text-warning")
        rows.append(labelled(label, [matter], width))
    elif file.history:
        label = f"{texts('caller.history')} {len(file.history)}"
        rows.append(labelled(label, [_past(file.history[0], scene)], width))
    return rows


def _whole(file: CallerFile, scene: Scene, width: int) -> list[Content]:
    texts = scene.texts
    rows = [_name_row(file, scene, width)]
    for label, text in list(file.fields.items())[:MOST_FIELDS]:
        rows.append(labelled(label, [text], width))
    if file.open_matters:
        count = len(file.open_matters)
        rows.append(row((f"{texts('caller.open')} {count}", "bold $text-warning"), width=width))
        for matter in file.open_matters[:MOST_MATTERS]:
            rows += styled_rows(f"· {_matter(matter, scene)}", width, "$text-warning", most=2)
    if not file.history:
        return [*rows, row((texts("caller.first"), MUTED), width=width)]
    rows.append(row((f"{texts('caller.history')} {len(file.history)}", "bold"), width=width))
    most = MOST_HISTORY if scene.tall else 2
    return [*rows, *(row(_past(past, scene), width=width) for past in file.history[:most])]


def _matter(matter: OpenMatter, scene: Scene) -> str:
    kind = scene.texts.or_plain("matter", matter.kind)
    about = scene.texts.or_plain("about", matter.about)
    what = scene.texts("matter.due", about=about, due=scene.moment(matter.due))
    return f"{kind} {what}"


def _past(past: PastCall, scene: Scene) -> str:
    about = scene.texts.or_plain("about", past.matter)
    parts = (scene.moment(past.at), _result(past.disposition, scene), about, past.agent)
    return " · ".join(part for part in parts if part)


def _result(disposition: str, scene: Scene) -> str:
    """In the words of the house's list, where this call has it."""
    known = scene.call.dispositions if scene.call is not None else ()
    titles = {choice.name: scene.title(choice.title) for choice in known}
    return titles.get(disposition) or scene.texts.or_plain("disposition", disposition)
