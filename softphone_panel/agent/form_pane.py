"""The form of the step: fields with their problems, kept over every change of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from calls.actions import FieldType
from calls.floor.script_view import FieldView, FormView
from calls.values import Value
from softphone_panel.agent.drafts import Drafts
from softphone_panel.agent.fields import ChoiceField, Entered, FieldWidget, Typed, Words, make_field
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import cut, fit
from softphone_panel.panes import MUTED, Framed
from softphone_panel.safe import one_line

LABEL_CELLS, MOST_LABEL_CELLS = 18, 36
"""Of the column of names: as wide as the longest one needs, within these."""

MOST_FIELDS = 60


class FieldRow(Vertical):
    """Label, field, and what is wrong with it."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow Horizontal { height: auto; }
    FieldRow .label { width: 18; text-wrap: nowrap; }
    FieldRow .problem { color: $text-error; padding-left: 18; height: 1; display: none; }
    """

    def __init__(self, field: FieldView, value: Value | None) -> None:
        super().__init__()
        self.widget: FieldWidget = make_field(field, value)
        self.view = field
        self._cells = LABEL_CELLS
        self._label = Words(classes="label")
        self._problem = Words(classes="problem")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._label
            yield self.widget
        yield self._problem

    def show(self, field: FieldView, scene: Scene, cells: int) -> None:
        """Words of the field in the panel's language, the name in `cells`, choices, problem."""
        self.view = field
        if cells != self._cells:
            self._cells = cells
            self._label.styles.width = cells
            self._problem.styles.padding = (0, 0, 0, cells)
        star = "*" if field.required else ""
        self._label.put(fit(cut(_name(field, scene), cells - 3) + star, cells - 1))
        if isinstance(self.widget, ChoiceField):
            self.widget.offer(_choices(field, scene))
        problem = scene.texts.or_plain("problem", field.problem) if field.problem else ""
        self._problem.put(cut(one_line(problem), 60))
        self._problem.display = bool(problem)


def _name(field: FieldView, scene: Scene) -> str:
    return one_line(scene.title(field.label)) or field.name


def _label_cells(fields: Sequence[FieldView], scene: Scene) -> int:
    longest = max((cell_len(_name(field, scene)) + 3 for field in fields), default=0)
    return min(max(longest, LABEL_CELLS), MOST_LABEL_CELLS)


def _as_read(value: Value | None) -> Value:
    """The desk's value as the field's widget reads it back."""
    if value is None:
        return ""
    return value if isinstance(value, bool) else str(value)


def _choices(field: FieldView, scene: Scene) -> dict[Value, str]:
    if field.type == FieldType.FLAG:
        return {True: scene.texts("form.yes"), False: scene.texts("form.no")}
    return {value: scene.title(label) or value for value, label in field.choices.items()}


class FormPane(VerticalScroll, Framed, can_focus=False):
    """All fields of the form on the screen."""

    DEFAULT_CSS = """
    FormPane { height: 1fr; min-height: 4; border: round $primary; padding: 0 1; display: none; }
    """

    def __init__(self, drafts: Drafts) -> None:
        super().__init__()
        self._drafts = drafts
        self._rows: dict[str, FieldRow] = {}
        self._shown: tuple[object, ...] = ()
        self.call_id = ""
        self.form = ""
        self._rows_kept = False
        self.wants_focus = False
        """A field is to get the focus as soon as it can take keys."""

    @property
    def is_open(self) -> bool:
        """A form is on the screen."""
        return bool(self._shown)

    @property
    def is_built(self) -> bool:
        """Its fields can take keys."""
        return all(row.widget.is_mounted for row in self._rows.values())

    def show(self, scene: Scene) -> bool:
        """Bring the fields up to the snapshot; True when another form came on the screen.

        Then a field wants the focus, and when the desk refused this form.
        """
        form = scene.script.form if scene.script else None
        call_id = scene.call.call_id if scene.call else ""
        self.display = form is not None
        if form is None:
            self._close()
            return False
        shape = (call_id, form.name, *((field.name, field.type) for field in form.fields))
        fresh = shape != self._shown
        if fresh:
            self._build(call_id, form, shape)
        was_wrong = self._wrong()
        self._update(form, scene)
        if fresh or (self._wrong() and self._wrong() != was_wrong):
            self.wants_focus = True
        if self.wants_focus and self.is_built:
            self._focus_soon()
        title = one_line(scene.title(form.title)) or form.name
        keys = scene.texts("form.done", key=scene.key("save"))
        self.entitle(Content.assemble((cut(title, 40), "bold")), Content.assemble((keys, MUTED)))
        return fresh

    def taken(self, call_id: str, form: str) -> None:
        """The desk has it: what stands here is no draft any more."""
        self._drafts.form_over(call_id, form)
        if (call_id, form) == (self.call_id, self.form):
            self._rows_kept = True

    def _keep(self) -> None:
        """Keep what was typed in the last moment, whose messages may still be on their way."""
        for name, row in self._rows.items():
            value = row.widget.read()
            if not self._rows_kept and value != _as_read(row.view.value):
                self._drafts.typed(self.call_id, self.form, name, value)

    def _close(self) -> None:
        if self._shown:
            self._keep()
            self._shown, self._rows, self.form = (), {}, ""
            self.wants_focus = False
            self.remove_children()

    def _build(self, call_id: str, form: FormView, shape: tuple[object, ...]) -> None:
        self._keep()
        self._shown, self.call_id, self.form = shape, call_id, form.name
        self._rows_kept = False
        written = self._drafts.form(call_id, form.name)
        self.remove_children()
        self._rows = {
            field.name: FieldRow(field, written.get(field.name, field.value))
            for field in form.fields[:MOST_FIELDS]
        }
        self.mount_all(self._rows.values())

    def _update(self, form: FormView, scene: Scene) -> None:
        """What the agent wrote stands; the desk fills only what the agent left alone."""
        written = self._drafts.form(self.call_id, self.form)
        cells = _label_cells(form.fields[:MOST_FIELDS], scene)
        for field in form.fields[:MOST_FIELDS]:
            row = self._rows[field.name]
            untouched = row.widget.read() == _as_read(row.view.value)
            if field.name not in written and untouched and field.value != row.view.value:
                row.widget.write(field.value)
            row.show(field, scene, cells)

    def _wrong(self) -> list[tuple[str, str]]:
        return [(name, row.view.problem) for name, row in self._rows.items() if row.view.problem]

    def values(self) -> Mapping[str, Value]:
        """What stands in the form, by field; an empty one tells that it is empty."""
        return {name: row.widget.read() for name, row in self._rows.items()}

    def focus_first(self) -> None:
        """Go to the first field with a problem, else the first empty one, else the first."""
        target = self._first()
        if target is not None:
            target.focus()

    def _first(self) -> FieldWidget | None:
        rows = list(self._rows.values())
        wrong = [row for row in rows if row.view.problem]
        empty = [row for row in rows if row.widget.read() == ""]
        return next((row.widget for row in (*wrong, *empty, *rows)), None)

    def _focus_soon(self) -> None:
        """Asked for again with every snapshot and tick until it is so."""
        target = self._first()
        if target is None or target.has_focus:
            self.wants_focus = False
        else:
            target.focus()

    def on_descendant_focus(self) -> None:
        self.wants_focus = False

    def question(self) -> str:
        """What to ask the caller for the field that has the focus."""
        rows = self._rows.values()
        return next((row.view.question for row in rows if row.widget.has_focus), "")

    def on_typed(self, message: Typed) -> None:
        """Keep it; the app tells the desk. A field that is gone was kept when it went."""
        if message.name in self._rows and self._rows[message.name].widget is message.field:
            self._drafts.typed(self.call_id, self.form, message.name, message.value)

    def on_entered(self, message: Entered) -> None:
        """On to the next field; the last one lets the app know that the form is done."""
        rows = list(self._rows.values())
        at = next((place for place, row in enumerate(rows) if row.widget.has_focus), len(rows))
        if at + 1 < len(rows):
            message.stop()
            rows[at + 1].widget.focus()
