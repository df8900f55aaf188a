"""The line being spoken, in the language it is spoken in."""

from __future__ import annotations

from textual.content import Content

from softphone_panel.cells import cut, wrap
from softphone_panel.watch.view import MUTED, Pane, View, lines


class Sentence(Pane):
    """The sentence over the whole width, with room around it when there is room."""

    DEFAULT_CSS = "Sentence { height: 1fr; }"

    def draw(self, view: View, width: int, height: int) -> Content:
        call = view.picked
        if call is None or call.line is None:
            return Content.assemble((view.texts("say.nothing"), MUTED))
        tense = view.texts("say.now" if call.speaking else "say.last")
        spoken = view.texts.or_plain("language", call.line.language)
        head = cut(f"{tense} · {call.line.name} · {spoken}", width)
        style = "bold $text-primary" if call.speaking else MUTED
        margin = 2 if width > 40 else 0
        room = width - margin * 2
        text = wrap(call.line.text, room)
        most = height - 1
        if len(text) > most > 0:
            text = [*text[: most - 1], cut("".join(text[most - 1 :]), room)]
        rows = [Content.assemble((head, MUTED))]
        if len(text) + 1 < most:
            rows.append(Content(""))
        rows += [Content.assemble(" " * margin, (row, style)) for row in text]
        return lines(rows, height)
