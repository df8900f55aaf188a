"""Everything a person can do at the panel, in one table.

Bindings, footer, palette, help and the key list of `docs/panel.md` are made from it. A letter
works while no field has the focus; F-keys, Ctrl keys and Alt with the letter work always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from calls.floor import orders
from calls.floor.states import AgentState
from softphone_panel.agent.scene import Scene
from softphone_panel.texts import Language

S = AgentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that can be done, and when."""

    id: str
    zh: str
    en: str
    keys: str
    """Comma-separated, in Textual's words."""

    works: Callable[[Scene], bool]
    order: Callable[[Scene], orders.Order] | None = None
    """What the desk is told; None for what the panel does by itself."""

    by_phone: bool = False
    """The built-in phone does it, where there is one."""

    is_on: Callable[[Scene], bool] | None = None
    """Of a switch: whether it is on now; then `zh_off` and `en_off` say how it goes off."""

    zh_off: str = ""
    en_off: str = ""
    orders: str = ""
    """Kind of the order in `calls.floor.orders`, for the documentation."""

    quiet: bool = False
    """Left out of the footer: everyday keys come first there."""

    def title(self, scene: Scene) -> str:
        """Its name now, in the panel's language."""
        off = self.is_on is not None and self.is_on(scene)
        if scene.texts.language is Language.ZH:
            return self.zh_off if off else self.zh
        return self.en_off if off else self.en


def _in(*states: AgentState) -> Callable[[Scene], bool]:
    return lambda scene: scene.view is not None and scene.state in states


def _always(scene: Scene) -> bool:
    del scene
    return True


def _can_answer(scene: Scene) -> bool:
    if scene.phone is not None and (scene.phone.ringing or not scene.on_line):
        return scene.phone.ringing
    return scene.offer is not None and bool(scene.view and scene.view.phone.controlled)


def _at_ear(scene: Scene) -> bool:
    """A call to hold, mute, hang up: the desk's word, or the built-in phone's without a desk."""
    return scene.talking or scene.call_phone is not None


def _consulting(scene: Scene) -> bool:
    consult = scene.call.consult if scene.call else None
    return scene.talking and consult is not None


def _consult_talks(scene: Scene) -> bool:
    consult = scene.call.consult if scene.call else None
    return _consulting(scene) and consult is not None and consult.state == "talking"


def _can_transfer(scene: Scene) -> bool:
    # A colleague who asks has the caller: it is not for the one asked to send them anywhere.
    return scene.talking and not _consulting(scene) and not (scene.call and scene.call.asked_by)


def _has_line(scene: Scene) -> bool:
    return scene.script is not None and scene.script.line is not None


def _has_form(scene: Scene) -> bool:
    return scene.script is not None and scene.script.form is not None


def _wraps(scene: Scene) -> bool:
    return scene.call is not None and scene.call.over


def _may_leave(scene: Scene) -> bool:
    return scene.view is not None and scene.state in (S.READY, S.NOT_READY)


def _line(how: str) -> Callable[[Scene], orders.Order]:
    def order(scene: Scene) -> orders.Order:
        line = scene.script.line if scene.script else None
        return orders.LineDone.model_validate({"line": line.name if line else "", "how": how})

    return order


def _consult(how: str) -> Callable[[Scene], orders.Order]:
    return lambda scene: orders.Consult.model_validate({"how": how})


def _form_left(scene: Scene) -> orders.Order:
    form = scene.script.form if scene.script else None
    return orders.FormLeft(form=form.name if form else "")


def _not_live(scene: Scene) -> bool:
    return not scene.live


ACTS: Final = (
    Act(
        id="answer",
        orders="answer",
        zh="接听",
        en="answer",
        keys="a,f4",
        works=_can_answer,
        by_phone=True,
        order=lambda scene: orders.Answer(),
    ),
    Act(
        id="say_done",
        orders="line_done",
        zh="说完了",
        en="said it",
        keys="space,f5",
        works=_has_line,
        order=_line("confirmed"),
    ),
    Act(
        id="say_changed",
        orders="line_done",
        zh="换了说法",
        en="said otherwise",
        keys="c",
        works=_has_line,
        order=_line("changed"),
    ),
    Act(
        id="say_skipped",
        orders="line_done",
        zh="跳过",
        en="skip",
        keys="s",
        works=_has_line,
        order=_line("skipped"),
    ),
    Act(
        id="save",
        orders="form_done, wrap_up",
        zh="提交",
        en="submit",
        keys="ctrl+s,f10",
        works=lambda scene: _has_form(scene) or _wraps(scene),
    ),
    Act(
        id="fields",
        zh="去填写",
        en="to the fields",
        keys="i",
        quiet=True,
        works=lambda scene: _has_form(scene) or _wraps(scene),
    ),
    Act(
        id="form_left",
        orders="form_left",
        zh="不填了",
        en="leave the form",
        keys="z",
        works=_has_form,
        order=_form_left,
    ),
    Act(
        id="consult_done",
        orders="consult",
        zh="转过去",
        en="complete transfer",
        keys="T",
        works=_consult_talks,
        order=_consult("complete"),
    ),
    Act(
        id="consult_back",
        orders="consult",
        zh="不转了",
        en="take back",
        keys="U",
        works=_consulting,
        order=_consult("cancel"),
    ),
    Act(
        id="three_way",
        orders="consult",
        zh="三方",
        en="three-way",
        keys="Y",
        works=_consult_talks,
        order=_consult("three_way"),
    ),
    Act(
        id="hold",
        orders="hold",
        zh="保持",
        en="hold",
        zh_off="取回",
        en_off="resume",
        keys="h,f6",
        works=_at_ear,
        by_phone=True,
        is_on=lambda scene: scene.on_hold,
        order=lambda scene: orders.Hold(on=not scene.on_hold),
    ),
    Act(
        id="mute",
        orders="mute",
        zh="静音",
        en="mute",
        zh_off="取消静音",
        en_off="unmute",
        keys="m,f7",
        works=_at_ear,
        by_phone=True,
        is_on=lambda scene: scene.muted,
        order=lambda scene: orders.Mute(on=not scene.muted),
    ),
    Act(
        id="transfer", orders="transfer", zh="转接", en="transfer", keys="t,f9", works=_can_transfer
    ),
    Act(id="keypad", orders="send_keys", zh="按键", en="keypad", keys="k", works=_at_ear),
    Act(
        id="ask_help",
        orders="ask_help",
        zh="求助",
        en="ask help",
        zh_off="不用帮了",
        en_off="no help needed",
        keys="e,f12",
        works=lambda scene: scene.talking or bool(scene.view and scene.view.help_asked),
        is_on=lambda scene: bool(scene.view and scene.view.help_asked),
    ),
    Act(
        id="hang_up",
        orders="hang_up",
        zh="挂机",
        en="hang up",
        keys="x,f8",
        works=_at_ear,
        by_phone=True,
        order=lambda scene: orders.HangUp(),
    ),
    Act(
        id="ready",
        orders="ready",
        zh="示闲",
        en="ready",
        keys="r,f2",
        order=lambda scene: orders.Ready(),
        works=lambda scene: (
            _in(S.SIGNED_OUT, S.NOT_READY)(scene)
            or bool(scene.view and scene.view.state.after_call)
        ),
    ),
    Act(
        id="not_ready",
        orders="not_ready",
        zh="示忙",
        en="not ready",
        keys="n,f3",
        works=_in(*S),
    ),
    Act(
        id="add_note",
        orders="add_note",
        zh="交班留言",
        en="shift note",
        keys="o",
        works=lambda scene: scene.view is not None and scene.state is not S.SIGNED_OUT,
        quiet=True,
    ),
    Act(
        id="sign_out",
        orders="sign_out",
        zh="签出",
        en="sign out",
        keys="O",
        works=_may_leave,
        quiet=True,
        order=lambda scene: orders.SignOut(),
    ),
    Act(id="reconnect", zh="马上重连", en="reconnect", keys="ctrl+r", works=_not_live),
    Act(id="palette", zh="找操作", en="find", keys="colon,ctrl+p", works=_always),
    Act(id="help", zh="帮助", en="help", keys="question_mark,f1", works=_always),
    Act(id="language", zh="English", en="中文", keys="l", works=_always, quiet=True),
    Act(id="theme", zh="配色", en="theme", keys="v", works=_always, quiet=True),
    Act(id="quit", zh="退出面板", en="quit", keys="ctrl+q", works=_always, quiet=True),
)
"""In the order of the footer."""

BY_ID: Final = {act.id: act for act in ACTS}


def working(scene: Scene) -> list[Act]:
    """What can be done now."""
    return [act for act in ACTS if act.works(scene)]
