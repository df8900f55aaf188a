"""The agent's panel: the desk's snapshots on the screen, the agent's keys to the desk."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from calls.clock import Clock, SystemClock
from calls.floor import orders
from calls.floor.view import PanelView
from softphone_panel.agent import choices, layout
from softphone_panel.agent.bindings import by_binding, made
from softphone_panel.agent.caller_card import CallerCard
from softphone_panel.agent.choices import Choices, ConsultBar
from softphone_panel.agent.deeds import Deeds
from softphone_panel.agent.dialogs import Dialog
from softphone_panel.agent.digits import DigitsRow
from softphone_panel.agent.drafts import Drafts
from softphone_panel.agent.fields import ChoiceField, Entered, LongField, TextField, Typed
from softphone_panel.agent.footer import Footer
from softphone_panel.agent.form_pane import FormPane
from softphone_panel.agent.giving import Giving
from softphone_panel.agent.keymap import DEFAULT, Keymap
from softphone_panel.agent.link import Lamp, Link
from softphone_panel.agent.news import Lit, Shown
from softphone_panel.agent.prefs import Prefs, save_prefs
from softphone_panel.agent.present import Present
from softphone_panel.agent.rules import Rules
from softphone_panel.agent.say_now import SayNow
from softphone_panel.agent.scene import Notice, Scene, ring_number
from softphone_panel.agent.state_line import StateLine
from softphone_panel.agent.strips import Notes, NoticeRow, QueueStrip, Today
from softphone_panel.agent.top_bar import TopBar, Warnings
from softphone_panel.agent.waiting import Idle, Offer
from softphone_panel.agent.wrap_pane import WrapPane
from softphone_panel.phone.ports import Phone
from softphone_panel.screen_app import ScreenApp
from softphone_panel.texts import Language, Texts
from softphone_panel.themes import THEMES, theme_after

TICK_S = 0.1
DRAFT_S = 0.3
LATE_KEYS_MS = 1500
"""A form that goes while the agent types: letters typed on for so long are no orders."""


class AgentApp(ScreenApp):
    """`thirdring panel --agent 801`."""

    TITLE = "Thirdring"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (layout.WIDE, "-wide")]  # noqa: RUF012 (as App types it)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (layout.TALL, "-tall")]  # noqa: RUF012
    CSS = layout.CSS
    BINDINGS: ClassVar[list[BindingType]] = made(DEFAULT)

    def __init__(
        self,
        link: Link,
        *,
        phone: Phone | None = None,
        keymap: Keymap = DEFAULT,
        language: Language = Language.ZH,
        theme: str = "",
        prefs: Path | None = None,
        clock: Clock | None = None,
        timezone: tzinfo | None = None,
        problem: str = "",
    ) -> None:
        """`phone` is started already, on this event loop, and closed by whoever started it.

        `prefs`: the file that language and colours are remembered in; None forgets them.

        `problem` is shown at the start: why the person's keys were not taken.
        """
        super().__init__()
        self.link, self.keymap, self.drafts = link, keymap, Drafts()
        self.now = Present(Texts(language), keymap, phone, clock or SystemClock(), timezone)
        self._phone, self._prefs = phone, prefs
        self._first_theme = theme if theme in THEMES else THEMES[0]
        self._forget_phone: Callable[[], None] = lambda: None
        self._typed_ms = self._deaf_until = self._form_came_ms = 0
        self._rung: tuple[str, int] = ("", 0)
        self._draft_due = self._draft_owed = False
        self.giving = Giving(link, phone, self.scene, self.tell)
        self._deeds = Deeds(self)
        self.form, self.wrap = FormPane(self.drafts), WrapPane(self.drafts)
        self._digits, self._say = DigitsRow(), SayNow()
        self._top, self._over = (TopBar(), Warnings(), StateLine()), (Idle(), Offer())
        self._talk = (ConsultBar(), self._say, Rules(), Choices(), self._digits)
        self._beside = (CallerCard(), Notes(), Today())
        self._below = (QueueStrip(), NoticeRow(), Footer())
        if problem:
            self.now.tell(Notice(problem, bad=True), lasting=True)
        self.set_keymap(by_binding(keymap))

    def compose(self) -> ComposeResult:
        yield from self._top
        with Horizontal(id="floor"):
            with Vertical(id="work"):
                yield from (*self._over, *self._talk, self.form, self.wrap)
            with Vertical(id="side"):
                yield from self._beside
        yield from self._below

    def on_mount(self) -> None:
        self.theme = self._first_theme
        self.in_background(self.link.run(self._take_view, self._take_lamp))
        if self._phone is not None:
            self._forget_phone = self._phone.on_change(self.show_now)
        self.set_interval(TICK_S, self.show_now)
        self.call_after_refresh(self.show_now)

    def on_unmount(self) -> None:
        self._forget_phone()

    def in_background(self, work: Coroutine[Any, Any, object]) -> None:
        """Run it beside the screen, ended with it."""
        self.run_worker(work, exit_on_error=True)

    # what comes from the desk

    def _take_view(self, view: PanelView) -> None:
        self.post_message(Shown(view))

    def _take_lamp(self, lamp: Lamp) -> None:
        self.post_message(Lit(lamp))

    def on_shown(self, message: Shown) -> None:
        self.now.take(message.view)
        self.show_now()
        if self._draft_owed:
            self._draft_owed = False
            self.in_background(self._send_draft())

    def on_lit(self, message: Lit) -> None:
        if self.now.light(message.lamp):
            self._draft_owed = self.form.is_open
        self.show_now()

    # what is shown

    def scene(self) -> Scene:
        """Everything at this moment."""
        typing, question = self._typing(), self.form.question()
        return self.now.scene(typing=typing, question=question, size=self.size)

    def _typing(self) -> bool:
        focused = self.screen_stack[0].focused if self._screen_stacks["_default"] else None
        return isinstance(focused, TextField | LongField | ChoiceField)

    def show_now(self) -> None:
        """Bring every widget up to this moment."""
        if not self.is_running or not self.form.is_attached:
            return
        was_typing, was_form, scene = self._typing(), self.form.is_open, self.scene()
        fresh_form = self.form.show(scene)
        fresh_wrap = self.wrap.show(scene)
        fresh_digits = self._digits.show(scene)
        for pane in (*self._top, *self._over, *self._talk[:-1], *self._beside, *self._below):
            pane.show(scene)
        if was_form and not self.form.is_open and was_typing:
            self._form_went(scene)
        if fresh_form:
            self._form_came_ms = scene.now_ms
        elif fresh_digits:
            self._digits.field.focus()
        elif fresh_wrap:
            self.screen_stack[0].set_focus(None)
        if not scene.talking and isinstance(self.screen, Dialog) and self.screen.of_call:
            self.screen.dismiss(None)
        self._ring(scene)

    def _form_went(self, scene: Scene) -> None:
        """The next letters may still be meant for it."""
        self.screen_stack[0].set_focus(None)
        if scene.now_ms - self._typed_ms < LATE_KEYS_MS:
            self._deaf_until = scene.now_ms + LATE_KEYS_MS

    def _ring(self, scene: Scene) -> None:
        """The terminal's bell, once a ring."""
        offer = scene.offer
        rung = (offer.call_id, ring_number(offer, scene.age_ms)) if offer else ("", 0)
        if rung != self._rung and offer is not None:
            self.bell()
        self._rung = rung

    def tell(self, notice: Notice) -> None:
        """Show what became of something, for a while."""
        self.now.tell(notice)
        self.show_now()

    # what the person does

    def action_act(self, act: str) -> None:
        """A key that works everywhere, or a click."""
        self._deeds.do(act)

    def action_key(self, act: str) -> None:
        """A letter."""
        if not self._is_late():
            self._deeds.do(act)

    def action_choose(self, place: int) -> None:
        """A click on a choice."""
        found = choices.options(self.scene())
        if 0 <= place < len(found):
            self._take_option(found[place])

    def action_leave(self) -> None:
        """Esc: close the window on top, else leave the field."""
        if isinstance(self.screen, Dialog):
            self.screen.dismiss(None)
        else:
            self.form.wants_focus = False
            self.screen.set_focus(None)
            self.show_now()

    def action_help_quit(self) -> None:
        """Ctrl+C is for copying; it neither quits nor speaks English."""

    def on_key(self, event: events.Key) -> None:
        """Keys of the moment: picks, branches, dispositions."""
        if len(self.screen_stack) > 1:
            return
        with_alt = event.key.startswith("alt+")
        character = event.key[4:] if with_alt else event.character or ""
        if self._typing() and not with_alt:
            return
        if character and (with_alt or not self._is_late()):
            self._by_character(character)

    def _by_character(self, character: str) -> None:
        if self.wrap.call_id and character in "123456789":
            self.wrap.results.choose(int(character) - 1)
            return
        for option in choices.options(self.scene()):
            if option.key == character:
                self._take_option(option)
                return

    def _take_option(self, option: choices.Option) -> None:
        self.in_background(self.giving.give(option.order, option.title))

    def _is_late(self) -> bool:
        """A letter that was meant for a field: one that has just gone, or is just coming."""
        came_ms = self.now.clock.monotonic_ms() - self._form_came_ms
        if self.form.wants_focus and came_ms < LATE_KEYS_MS:
            return True
        late = self.now.clock.monotonic_ms() < self._deaf_until
        if late:
            self.tell(Notice(self.now.texts("notice.slow"), bad=True))
        return late

    def open(self, dialog: Dialog, then: Callable[[str | None], None] | None = None) -> None:
        """Put a dialog over the panel; one at a time."""
        if len(self.screen_stack) == 1:
            self.push_screen(dialog, then)

    # what is typed

    def on_typed(self, message: Typed) -> None:
        """A field of the form changed: the desk keeps it too, a moment later."""
        del message
        self._typed_ms = self.now.clock.monotonic_ms()
        if not self._draft_due and self.form.is_open:
            self._draft_due = True
            self.set_timer(DRAFT_S, lambda: self.in_background(self._send_draft()))

    async def _send_draft(self) -> None:
        self._draft_due = False
        if self.form.is_open:
            draft = orders.FormDraft(form=self.form.form, values=self.form.values())
            self._draft_owed = not await self.giving.give(draft, "", quietly=True)

    def on_entered(self, message: Entered) -> None:
        """Enter in the last field."""
        del message
        if self.form.is_open:
            self._deeds.do("save")

    def on_digits_row_given(self, message: DigitsRow.Given) -> None:
        self.in_background(self.giving.give(orders.Pick(keys=message.digits), message.digits))

    def form_taken(self, call_id: str, form: str) -> None:
        """The desk has it."""
        self._draft_owed = False
        self.form.taken(call_id, form)

    # the person's taste

    def change_language(self) -> None:
        """Every word of the panel in the other language."""
        self.now.texts = Texts(self.now.texts.language.other)
        self._remember()
        self.show_now()

    def change_theme(self) -> None:
        """The next colours."""
        self.theme = theme_after(self.theme)
        self._remember()
        self.tell(Notice(self.now.texts("notice.theme", name=self.theme)))

    def _remember(self) -> None:
        if self._prefs is not None:
            save_prefs(self._prefs, Prefs(self.now.texts.language, self.theme))
