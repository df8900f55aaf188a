"""Small windows over the panel: pick one, write one row, press keys. Esc always closes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from softphone_panel.agent.fields import Entered, TextField, Typed
from softphone_panel.agent.parts import KEY_STYLE
from softphone_panel.cells import cut, wrap
from softphone_panel.panes import MUTED, lines
from softphone_panel.safe import one_line
from softphone_panel.texts import Texts
from softphone_panel.window import Window

ROWS = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One line that can be picked."""

    id: str
    title: str
    key: str = ""
    group: str = ""
    """Shown at the right, dimmed."""


class Dialog(Window[str | None]):
    """Base: a frame with a title and a row that says the keys; gives a text, or nothing for Esc."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > Vertical {
        width: 64; max-width: 96%; height: auto; max-height: 90%; border: heavy $accent;
        padding: 0 1; background: $surface;
    }
    """

    of_call = False
    """It is about the call at the ear, and closes with it."""

    def __init__(self, title: str, keys: str) -> None:
        super().__init__()
        self._heading, self._keys = title, keys
        self._box = Vertical()

    def compose(self) -> ComposeResult:
        with self._box:
            self._box.border_title = Content(self._heading)
            self._box.border_subtitle = Content.assemble((self._keys, MUTED))
            yield from self.inside()

    def inside(self) -> ComposeResult:
        """The dialog's own widgets."""
        yield from ()


class ItemList(Widget):
    """Lines with one of them picked."""

    DEFAULT_CSS = "ItemList { height: auto; text-wrap: nowrap; }"

    def __init__(self, items: Sequence[Item], none: str) -> None:
        super().__init__(markup=False)
        self._items, self._none = tuple(items), none
        self._at = 0

    @property
    def picked(self) -> Item | None:
        """The line picked now."""
        return self._items[self._at] if self._items else None

    def offer(self, items: Sequence[Item]) -> None:
        """Other lines; the first is picked."""
        self._items, self._at = tuple(items), 0
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Pick another line."""
        self._at = min(max(self._at + step, 0), max(len(self._items) - 1, 0))
        self.refresh()

    def by_key(self, key: str) -> Item | None:
        """The line that has `key`."""
        return next((item for item in self._items if key and item.key == key), None)

    def at(self, place: object) -> Item | None:
        """The line at a place, as the mouse tells it."""
        known = isinstance(place, int) and 0 <= place < len(self._items)
        return self._items[place] if isinstance(place, int) and known else None

    def render(self) -> Content:
        """Textual's hook."""
        width = self.content_size.width
        if not self._items:
            return lines([Content(row) for row in wrap(self._none, width)], ROWS)
        first = max(self._at - ROWS + 1, 0)
        rows = [
            self._row(place, item, width)
            for place, item in enumerate(self._items[first : first + ROWS], first)
        ]
        return lines(rows, ROWS)

    def _row(self, place: int, item: Item, width: int) -> Content:
        picked = place == self._at
        group = cut(one_line(item.group), 20)
        key = f"{cut(item.key, 8)} " if item.key else ""
        room = width - cell_len(group) - cell_len(key) - 4
        title = cut(one_line(item.title), room)
        gap = " " * max(room - cell_len(title), 0)
        content = Content.assemble(
            ("▸ " if picked else "  ", "bold $text-accent"),
            (key, KEY_STYLE),
            (title + gap, "bold reverse" if picked else ""),
            (f" {group}", MUTED),
        )
        return content.stylize(Style.from_meta({"place": place}))


class PickDialog(Dialog):
    """Pick a line: arrows and Enter, its key, or the mouse."""

    def __init__(
        self, title: str, keys: str, items: Sequence[Item], *, none: str = "", also: str = ""
    ) -> None:
        """Keys in `also` take the picked line too and come before its id: `b:802`."""
        super().__init__(title, keys)
        self.items = ItemList(items, none)
        self._also = also

    def inside(self) -> ComposeResult:
        yield self.items

    def on_key(self, event: events.Key) -> None:
        picked = self.items.picked
        if event.key in ("up", "down", "pageup", "pagedown"):
            steps = {"up": -1, "down": 1, "pageup": -ROWS, "pagedown": ROWS}
            self.items.move(steps[event.key])
        elif event.key == "enter" and picked is not None:
            self.dismiss(picked.id)
        elif event.character and event.character in self._also and picked is not None:
            self.dismiss(f"{event.character}:{picked.id}")
        elif event.character and (found := self.items.by_key(event.character)) is not None:
            self.dismiss(found.id)
        else:
            return
        event.stop()

    def on_click(self, event: events.Click) -> None:
        item = self.items.at(event.style.meta.get("place"))
        if item is not None:
            self.dismiss(item.id)


class WriteDialog(Dialog):
    """Write one row."""

    def __init__(self, title: str, keys: str, *, most: int, first: str = "") -> None:
        super().__init__(title, keys)
        self.field = TextField("text", first, most=most)

    def inside(self) -> ComposeResult:
        yield self.field

    def on_mount(self) -> None:
        self.field.focus()

    def on_entered(self) -> None:
        self.dismiss(str(self.field.read()).strip())


class FindDialog(PickDialog):
    """Write a few letters, pick what fits: the palette."""

    def __init__(
        self, title: str, keys: str, find: Callable[[str], Sequence[Item]], *, none: str
    ) -> None:
        super().__init__(title, keys, find(""), none=none)
        self.field = TextField("find")
        self._find = find

    def inside(self) -> ComposeResult:
        yield self.field
        yield from super().inside()

    def on_mount(self) -> None:
        self.field.focus()

    def on_typed(self, message: Typed) -> None:
        self.items.offer(self._find(str(message.value)))

    def on_entered(self, message: Entered) -> None:
        message.stop()
        if self.items.picked is not None:
            self.dismiss(self.items.picked.id)


class KeypadDialog(Dialog):
    """Every key goes out as it is pressed; the last ones are shown."""

    PAD = ("123", "456", "789", "*0#")

    def __init__(self, title: str, keys: str, press: Callable[[str], None]) -> None:
        super().__init__(title, keys)
        self._press = press
        self._pressed = ""
        self._shown = Static(markup=False)

    def inside(self) -> ComposeResult:
        yield self._shown

    def on_mount(self) -> None:
        self._draw()

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "0123456789*#":
            event.stop()
            self._take(event.character)

    def on_click(self, event: events.Click) -> None:
        key = event.style.meta.get("digit")
        if isinstance(key, str) and key in "0123456789*#":
            self._take(key)

    def _take(self, key: str) -> None:
        self._pressed = (self._pressed + key)[-24:]
        self._press(key)
        self._draw()

    def _draw(self) -> None:
        rows = [Content.assemble((f"> {self._pressed}", "bold"))]
        for row in self.PAD:
            keys = [
                Content.assemble((f"  {key}  ", KEY_STYLE)).stylize(Style.from_meta({"digit": key}))
                for key in row
            ]
            rows.append(Content("").join(keys))
        self._shown.update(Content("\n").join(rows))


class HelpDialog(Dialog):
    """Words about the widget that has the focus, then every key; any other key closes it."""

    DEFAULT_CSS = """
    HelpDialog > Vertical { width: 76; height: 90%; }
    HelpDialog VerticalScroll { height: 1fr; }
    """

    def __init__(self, texts: Texts, rows: Sequence[Content]) -> None:
        super().__init__(texts("help.title"), f"Esc {texts('key.close')}")
        self._rows = rows
        self._scroll = VerticalScroll()

    def inside(self) -> ComposeResult:
        with self._scroll:
            yield Static(Content("\n").join(self._rows), markup=False)

    def on_mount(self) -> None:
        self._scroll.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key not in ("up", "down", "pageup", "pagedown", "home", "end", "tab"):
            event.stop()
            self.dismiss(None)
