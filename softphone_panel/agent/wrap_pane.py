"""After the call: what came of it, and a note."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from calls.floor.view import CallView
from softphone_panel.agent.drafts import Drafts
from softphone_panel.agent.fields import ChoiceField, LongField, Typed, Words
from softphone_panel.agent.scene import Scene
from softphone_panel.panes import MUTED, Framed

RESULT, NOTE = "disposition", "note"


class WrapPane(Vertical, Framed):
    """Dispositions by figure, a note, one key to close."""

    DEFAULT_CSS = """
    WrapPane { height: auto; border: heavy $secondary; padding: 0 1; display: none; }
    WrapPane Static { color: $foreground-muted; }
    WrapPane #note-label { margin-top: 1; }
    WrapPane LongField { height: 4; }
    """

    def __init__(self, drafts: Drafts) -> None:
        super().__init__()
        self._drafts = drafts
        self._heads = Words(), Words(id="note-label")
        self.results, self.note = ChoiceField(RESULT), LongField(NOTE)
        self.call_id = ""

    def compose(self) -> ComposeResult:
        yield self._heads[0]
        yield self.results
        yield self._heads[1]
        yield self.note

    def show(self, scene: Scene) -> bool:
        """Follow the snapshot; True when another call's wrap-up came on the screen."""
        call = scene.call if scene.call is not None and scene.call.over else None
        self.display = call is not None
        if call is None:
            self._keep()
            self.call_id = ""
            return False
        fresh = call.call_id != self.call_id
        if fresh:
            self._begin(call)
        self.results.offer({item.name: scene.title(item.title) for item in call.dispositions})
        texts = scene.texts
        for head, word in zip(self._heads, ("wrap.result", "wrap.note"), strict=True):
            head.put(texts(word))
        done = texts("wrap.done", key=scene.key("save"))
        self.entitle(
            Content.assemble((texts("wrap.title"), "bold")), Content.assemble((done, MUTED))
        )
        return fresh

    def _keep(self) -> None:
        """Keep what was typed in the last moment, whose messages may still be on their way."""
        if self.call_id:
            draft = self._drafts.wrap_up(self.call_id)
            draft.disposition, draft.note = self.value()

    def _begin(self, call: CallView) -> None:
        self._keep()
        self.call_id = call.call_id
        draft = self._drafts.wrap_up(call.call_id)
        self.results.write(draft.disposition or call.disposition or None)
        self.note.write(draft.note)

    def value(self) -> tuple[str, str]:
        """Disposition and note as they stand."""
        return str(self.results.read()), str(self.note.read())

    def on_typed(self, message: Typed) -> None:
        """Nothing of a wrap-up goes to the desk before it is closed."""
        message.stop()
        self._keep()
