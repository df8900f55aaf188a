"""What each action of the table does: one method each, found by the action's id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from calls.floor import orders
from calls.floor.states import REASONS
from softphone_panel.agent.actions import BY_ID, Act, working
from softphone_panel.agent.dialogs import (
    FindDialog,
    HelpDialog,
    Item,
    KeypadDialog,
    PickDialog,
    WriteDialog,
)
from softphone_panel.agent.help import help_rows
from softphone_panel.agent.scene import Notice, Scene

if TYPE_CHECKING:
    from softphone_panel.agent.app import AgentApp

MOST_HELP = 200
MOST_NOTE = 1000
SURE_MS = 5000
"""So soon a second Ctrl+Q means it."""


class Deeds:
    """Carries an action out on an app."""

    def __init__(self, app: AgentApp) -> None:
        self._app = app
        self._asked_to_quit_ms = -SURE_MS - 1
        self._own: dict[str, Callable[[Scene], None]] = {
            "save": self._save,
            "fields": self._fields,
            "transfer": self._transfer,
            "keypad": self._keypad,
            "ask_help": self._ask_help,
            "not_ready": self._not_ready,
            "add_note": self._add_note,
            "palette": self._palette,
            "help": self._help,
            "reconnect": lambda scene: app.link.again(),
            "language": lambda scene: app.change_language(),
            "theme": lambda scene: app.change_theme(),
            "quit": self._quit,
        }

    def do(self, act_id: str) -> None:
        """Do it, or say that it cannot be done now."""
        act, scene = BY_ID.get(act_id), self._app.scene()
        if act is None:
            return
        if not act.works(scene):
            why = scene.texts("problem.not_now")
            told = scene.texts("notice.failed", what=act.title(scene), why=why)
            self._app.tell(Notice(told, bad=True))
        elif act.id in self._own:
            self._own[act.id](scene)
        elif act.order is not None:
            self._order(act, act.order(scene), scene)

    def _order(self, act: Act, order: orders.Order, scene: Scene) -> None:
        title = act.title(scene)
        if act.by_phone and scene.phone is not None:
            self._app.in_background(self._app.giving.by_phone(act.id, order, title))
        else:
            self._app.in_background(self._app.giving.give(order, title))

    def _give(self, act_id: str, order: orders.Order, scene: Scene) -> None:
        self._app.in_background(self._app.giving.give(order, BY_ID[act_id].title(scene)))

    def _quit(self, scene: Scene) -> None:
        """The built-in phone goes with the panel, and with it the call: not by a slip."""
        on_call = scene.phone is not None and scene.phone.on_call
        if scene.on_line:
            on_call = on_call and scene.talking
        sure = scene.now_ms - self._asked_to_quit_ms <= SURE_MS
        if not on_call or sure:
            self._app.exit()
            return
        self._asked_to_quit_ms = scene.now_ms
        told = scene.texts("notice.quit", key=scene.key("quit"))
        self._app.tell(Notice(told, bad=True))

    # form and wrap-up

    def _fields(self, scene: Scene) -> None:
        if scene.call is not None and scene.call.over:
            self._app.wrap.note.focus()
        else:
            self._app.form.focus_first()

    def _save(self, scene: Scene) -> None:
        if self._app.wrap.call_id:
            self._wrap_up(scene)
        elif self._app.form.is_open:
            self._app.in_background(self._form_done(scene))

    async def _form_done(self, scene: Scene) -> None:
        form, call_id = self._app.form.form, self._app.form.call_id
        order = orders.FormDone(form=form, values=self._app.form.values())
        if await self._app.giving.give(order, BY_ID["save"].title(scene)):
            self._app.form_taken(call_id, form)

    def _wrap_up(self, scene: Scene) -> None:
        disposition, note = self._app.wrap.value()
        choices = scene.call.dispositions if scene.call else ()
        if choices and not disposition:
            self._app.tell(Notice(scene.texts("wrap.none"), bad=True))
            return
        order = orders.WrapUp(call_id=self._app.wrap.call_id, disposition=disposition, note=note)
        self._app.in_background(self._close(order, scene))

    async def _close(self, order: orders.WrapUp, scene: Scene) -> None:
        if await self._app.giving.give(order, scene.texts("wrap.title")):
            self._app.drafts.call_over(order.call_id)
            self._app.tell(Notice(scene.texts("notice.saved")))

    # dialogs

    def _transfer(self, scene: Scene) -> None:
        texts, view = scene.texts, scene.view
        if view is None:
            return
        groups = (
            (view.destinations, texts("transfer.places")),
            (view.colleagues, texts("transfer.people")),
        )
        items = [
            Item(choice.name, scene.whom(choice.name), group=group)
            for choices, group in groups
            for choice in choices
        ]
        names = {item.id for item in items}

        def chosen(answer: str | None) -> None:
            blind = answer is not None and answer.startswith("b:")
            to = answer[2:] if answer is not None and blind else answer
            if to in names:
                how = "blind" if blind else "attended"
                order = orders.Transfer.model_validate({"to": to, "how": how})
                self._give("transfer", order, self._app.scene())

        dialog = PickDialog(
            texts("transfer.title"),
            texts("transfer.help"),
            items,
            none=texts("transfer.none"),
            also="b",
        )
        dialog.of_call = True
        self._app.open(dialog, chosen)

    def _keypad(self, scene: Scene) -> None:
        texts = scene.texts

        def press(digit: str) -> None:
            title = BY_ID["keypad"].title(scene)
            self._app.in_background(self._app.giving.send_keys(digit, f"{title} {digit}"))

        dialog = KeypadDialog(texts("keypad.title"), texts("keypad.help"), press)
        dialog.of_call = True
        self._app.open(dialog)

    def _ask_help(self, scene: Scene) -> None:
        texts = scene.texts
        if scene.view is not None and scene.view.help_asked:
            self._give("ask_help", orders.AskHelp(on=False), scene)
            return

        def written(text: str | None) -> None:
            if text is not None:
                order = orders.AskHelp(on=True, text=text[:MOST_HELP])
                self._give("ask_help", order, self._app.scene())

        dialog = WriteDialog(texts("ask_help.title"), texts("dialog.send"), most=MOST_HELP)
        self._app.open(dialog, written)

    def _not_ready(self, scene: Scene) -> None:
        texts = scene.texts
        items = [
            Item(reason, texts(f"reason.{reason}"), key=str(place))
            for place, reason in enumerate(REASONS, 1)
        ]

        def chosen(reason: str | None) -> None:
            if reason in REASONS:
                self._give("not_ready", orders.NotReady(reason=reason), self._app.scene())

        self._app.open(PickDialog(texts("not_ready.title"), texts("dialog.pick"), items), chosen)

    def _add_note(self, scene: Scene) -> None:
        def written(text: str | None) -> None:
            if text:
                self._give("add_note", orders.AddNote(text=text), self._app.scene())

        title, keys = scene.texts("note.title"), scene.texts("dialog.send")
        self._app.open(WriteDialog(title, keys, most=MOST_NOTE), written)

    def _help(self, scene: Scene) -> None:
        self._app.open(HelpDialog(scene.texts, help_rows(scene, self._app.keymap)))

    def _palette(self, scene: Scene) -> None:
        texts = scene.texts
        acts = [act for act in working(scene) if act.id != "palette"]

        def find(words: str) -> Sequence[Item]:
            return [
                Item(act.id, act.title(scene), group=scene.key(act.id))
                for act in acts
                if fits(act, words)
            ]

        def chosen(act_id: str | None) -> None:
            if act_id is not None:
                self.do(act_id)

        dialog = FindDialog(
            texts("palette.title"), texts("dialog.pick"), find, none=texts("palette.none")
        )
        self._app.open(dialog, chosen)


def fits(act: Act, words: str) -> bool:
    """Whether every word written is in one of the action's names, Chinese or English."""
    names = " ".join((act.id, act.zh, act.en, act.zh_off, act.en_off)).lower()
    return all(word in names for word in words.lower().split())
