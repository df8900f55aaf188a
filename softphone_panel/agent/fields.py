"""What the agent types into: rows of text, text of several rows, one of several, yes or no.

Every field tells `Typed` when the agent changed it, never when the desk did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from calls.actions import FieldType
from calls.floor.script_view import FieldView
from calls.values import Value
from softphone_panel.agent.parts import flowing
from softphone_panel.cells import cut
from softphone_panel.panes import MUTED, lines
from softphone_panel.safe import one_line

MOST_TEXT = 200
MOST_LONG_TEXT = 4000


class Typed(Message):
    """The agent wrote `value` into a field."""

    def __init__(self, field: FieldWidget, value: Value) -> None:
        super().__init__()
        self.field, self.name, self.value = field, field.field, value


class Words(Static):
    """A label; putting the same again costs no repaint."""

    _words = ""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(markup=False, id=id, classes=classes)

    def put(self, words: str) -> None:
        """Show `words`."""
        if words != self._words:
            self._words = words
            self.update(Content(words))


class Entered(Message):
    """Enter in the field: on to the next, or done at the last one."""


def _as_text(value: Value | None) -> str:
    return "" if value is None else str(value)


class TextField(Input):
    """One row."""

    DEFAULT_CSS = """
    TextField { width: 1fr; background: $boost; }
    TextField:focus { background: $primary-muted; }
    """

    def __init__(self, name: str, value: Value | None = None, *, most: int = MOST_TEXT) -> None:
        self._own = _as_text(value)
        self.field = name
        super().__init__(self._own, compact=True, max_length=most, select_on_focus=False)

    def read(self) -> Value:
        return self.value

    def write(self, value: Value | None) -> None:
        self._own = _as_text(value)
        self.value = self._own

    def on_key(self, event: events.Key) -> None:
        """Alt with a letter is a key of the panel, not a letter of the text."""
        if event.key.startswith("alt+"):
            event.prevent_default()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.value != self._own:
            self._own = self.value
            self.post_message(Typed(self, self.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(Entered())


class LongField(TextArea):
    """Several rows."""

    DEFAULT_CSS = """
    LongField { width: 1fr; height: 3; padding: 0; background: $boost; }
    LongField:focus { background: $primary-muted; }
    """

    def __init__(self, name: str, value: Value | None = None) -> None:
        self._own = _as_text(value)
        self.field = name
        super().__init__(self._own, compact=True, soft_wrap=True, tab_behavior="focus")

    def read(self) -> Value:
        return self.text[:MOST_LONG_TEXT]

    def write(self, value: Value | None) -> None:
        self._own = _as_text(value)
        if self.text != self._own:
            self.text = self._own

    def on_key(self, event: events.Key) -> None:
        """As in a row of text; a full field takes no more."""
        full = len(self.text) >= MOST_LONG_TEXT and event.is_printable
        if event.key.startswith("alt+") or full:
            event.prevent_default()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._own:
            self._own = self.text
            self.post_message(Typed(self, self.read()))


class ChoiceField(Widget, can_focus=True):
    """One of several, side by side: by its figure, by the arrows, by the mouse."""

    DEFAULT_CSS = """
    ChoiceField { width: 1fr; height: auto; text-wrap: nowrap; background: $boost; }
    ChoiceField:focus { background: $primary-muted; }
    """

    def __init__(self, name: str, value: Value | None = None) -> None:
        super().__init__(markup=False)
        self.field = name
        self._value = value
        self._titles: dict[Value, str] = {}

    def read(self) -> Value:
        return "" if self._value is None else self._value

    def write(self, value: Value | None) -> None:
        if value != self._value:
            self._value = value
            self.refresh()

    def offer(self, titles: Mapping[Value, str]) -> None:
        """What can be chosen, in order."""
        if dict(titles) != self._titles:
            self._titles = dict(titles)
            self.refresh(layout=True)

    def choose(self, place: int) -> None:
        """Take the choice at `place`, from 0; one that is not there changes nothing."""
        values = list(self._titles)
        if 0 <= place < len(values):
            self.write(values[place])
            self.post_message(Typed(self, values[place]))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters typed here are no orders either."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        values = list(self._titles)
        at = values.index(self._value) if self._value in values else -1
        if event.character is not None and event.character in "123456789":
            self.choose(int(event.character) - 1)
        elif event.key in ("right", "left"):
            step = 1 if event.key == "right" else -1
            self.choose((at + step) % len(values) if at >= 0 and values else 0)
        elif event.key == "space":
            self.choose((at + 1) % len(values) if values else 0)
        elif event.key == "enter":
            self.post_message(Entered())
        elif event.is_printable and not event.key.startswith("alt+"):
            event.stop()
            return
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        place = event.style.meta.get("place")
        if isinstance(place, int):
            self.choose(place)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Textual's hook."""
        del container, viewport
        return max(len(self._rows(width)), 1)

    def render(self) -> Content:
        """Textual's hook."""
        return lines(self._rows(self.content_size.width), self.content_size.height)

    def _rows(self, width: int) -> Sequence[Content]:
        items = []
        for place, (value, title) in enumerate(self._titles.items()):
            on = value == self._value
            sign = "◉" if on else "○"
            key = f"{place + 1} " if place < 9 else ""
            text = cut(one_line(title), max(width - 6, 4))
            item = Content.assemble(
                (f"{sign} ", "bold $text-accent" if on else MUTED),
                (key, MUTED),
                (text, "bold" if on else ""),
            )
            items.append(item.stylize(Style.from_meta({"place": place})))
        return flowing(items, width, gap=2)


FieldWidget = TextField | LongField | ChoiceField


def make_field(field: FieldView, value: Value | None) -> FieldWidget:
    """The widget for a field of a form; a type of a newer desk is a row of text."""
    if field.type == FieldType.LONG_TEXT:
        return LongField(field.name, value)
    if field.type in (FieldType.CHOICE, FieldType.FLAG):
        return ChoiceField(field.name, value)
    return TextField(field.name, value)
