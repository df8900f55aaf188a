"""The sentence to say now, the clock on the caller's ear, what is heard, what comes next."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from calls.floor.script_view import ClockView, ScriptView
from softphone_panel.agent.parts import Rows, row, styled_rows
from softphone_panel.agent.scene import Scene, clock_spent, held_word
from softphone_panel.cells import bar, cut, fit
from softphone_panel.panes import MUTED, SOUND_STYLES
from softphone_panel.safe import one_line
from softphone_panel.watch.heard_meter import METER_CELLS, QUIETEST_DBOV, level_share

LABEL_CELLS = 24
CLOCK_WORDS = {"silence": "clock.quiet", "noise": "clock.noisy"}
CLOCK_STYLES = {"noise": "$text-error", "silence": "$text-warning", "clear": "$text-error"}


def sentence_of(scene: Scene) -> tuple[str, str, str]:
    """What to do now, as (heading, text, style)."""
    texts, script = scene.texts, scene.script
    if script is None:
        return texts("talk.title"), _without_flow(scene), MUTED
    if (apart := _apart(scene)) and not script.over:
        line = script.line or script.said
        return apart, scene.question or (line.text if line else ""), MUTED
    if script.line is not None:
        return texts("script.say"), script.line.text, "bold $text-primary"
    if script.form is not None:
        if scene.question:
            return texts("script.ask"), scene.question, "bold $text-primary"
        return texts("script.fill"), scene.title(script.form.title), "bold"
    if script.over:
        return texts("script.say"), texts("script.over"), "bold $text-warning"
    said = script.said.text if script.said else ""
    return _waiting_for(scene, script), said, MUTED


def _without_flow(scene: Scene) -> str:
    call = scene.call
    if call is None or not call.asked_by:
        return scene.texts("script.none")
    known = "script.joined" if call.joined else "script.colleague"
    return scene.texts(known, who=cut(one_line(scene.whom(call.asked_by)), 40))


def _apart(scene: Scene) -> str:
    """How to come back to a caller who hears music; nothing, if the caller hears the agent."""
    consult = scene.call.consult if scene.call else None
    if consult is not None and consult.state in ("dialling", "talking"):
        word = "script.asked" if consult.state == "talking" else "script.asking"
        keys = {"done": scene.key("consult_done"), "back": scene.key("consult_back")}
        return scene.texts(word, **keys)
    if consult is not None and consult.state == "three_way":
        return ""
    return scene.texts("script.held", key=scene.key("hold")) if scene.on_hold else ""


def _waiting_for(scene: Scene, script: ScriptView) -> str:
    texts = scene.texts
    if script.ask:
        return texts("script.digits_now")
    if script.picks:
        return texts("script.hear" if script.clock else "script.pick")
    return texts("script.listen")


class SayNow(Rows):
    """Heavy frame; its colour tells speaking from listening."""

    DEFAULT_CSS = """
    SayNow { border: heavy $foreground 35%; padding: 0 1; }
    SayNow.-say { border: heavy $primary; }
    SayNow.-listen { border: heavy $success; }
    SayNow.-closing { border: heavy $accent; }
    """

    def show(self, view: Scene) -> None:
        """Frame and title first."""
        script = view.script
        line = script.line if script and not _apart(view) else None
        closing = line is not None and "closing" in line.tags
        self.set_class(closing, "-closing")
        self.set_class(line is not None and not closing, "-say")
        self.set_class(line is None and bool(script and script.clock), "-listen")
        self.entitle(_heading(view, script), _where(view, script))
        super().show(view)

    def rows(self, view: Scene, width: int) -> list[Content]:
        if not view.talking:
            return []
        _, text, style = sentence_of(view)
        most = 5 if view.tall else 3
        margin = 2 if width > 40 else 0
        rows = styled_rows(text, width, style, most=most, margin=margin) or [Content("")]
        if view.tall:
            rows = [Content(""), *rows, Content("")]
        rows.append(_clock_row(view, width))
        rows.append(heard_row(view, width))
        if view.call is not None and view.call.hearing.text:
            words = view.texts("hear.words", text=view.call.hearing.text)
            rows += styled_rows(words, width, "$text-success", most=2)
        script = view.script
        if script is not None and script.hint:
            rows += _dim(view, "script.hint", view.title(script.hint), width, 2)
        if script is not None:
            for line in script.next_lines[: 2 if view.tall else 1]:
                rows += _dim(view, "script.next", line, width, 1)
        return rows


def _heading(scene: Scene, script: ScriptView | None) -> Content:
    heading, _, _ = sentence_of(scene)
    if script is None or script.count is None:
        return Content.assemble((heading, "bold"))
    at, whole = script.count
    tries = "●" * min(at, 9) + "○" * min(max(whole - at, 0), 9)
    return Content.assemble((f"{heading} ({at}/{whole})", "bold"), (f" {tries}", "$text-warning"))


def _where(scene: Scene, script: ScriptView | None) -> Content:
    if script is None:
        return Content()
    language = script.line.language if script.line else ""
    parts = [scene.title(script.title) or script.flow]
    if language and language != "zh-Hans":
        parts.append(scene.texts.or_plain("language", language))
    return Content.assemble((cut(" · ".join(part for part in parts if part), 48), MUTED))


def _dim(scene: Scene, label: str, text: str, width: int, most: int) -> list[Content]:
    told = scene.texts("script.labelled", label=scene.texts(label), text=text)
    return styled_rows(told, width, MUTED, most=most)


def clock_label(clock: ClockView, scene: Scene) -> str:
    """`静默 2.5 / 4.0 秒`, or why it stands."""
    held = held_word(clock, scene)
    word = scene.texts.or_plain("clock", clock.what)
    if clock.what in CLOCK_WORDS:
        word = scene.texts(CLOCK_WORDS[clock.what])
    spent, whole = clock_spent(clock, scene) / 1000, clock.whole_ms / 1000
    label = scene.texts("clock.of", what=word, spent=f"{spent:.1f}", whole=f"{whole:.1f}")
    return f"{label}  {scene.texts.or_plain('held', held)}" if held else label


def _clock_row(scene: Scene, width: int) -> Content:
    clock = scene.script.clock if scene.script else None
    if clock is None:
        return Content("")
    held = bool(held_word(clock, scene))
    label = clock_label(clock, scene)
    cells = max(LABEL_CELLS, cell_len(label) + 2)
    style = MUTED if held else CLOCK_STYLES.get(clock.what, "$text-success")
    share = clock_spent(clock, scene) / clock.whole_ms if clock.whole_ms > 0 else 1.0
    return row(
        (fit(label, cells), f"bold {style}" if not held else MUTED),
        (bar(share, max(width - cells, 0)), f"{style} on $surface"),
        width=width,
    )


def heard_row(scene: Scene, width: int) -> Content:
    """What the ears, or the built-in phone, hear of the caller."""
    call, texts = scene.call, scene.texts
    if call is None:
        return Content("")
    hearing, label = call.hearing, fit(texts("hear.label"), 6)
    level, told = hearing.level_dbov, hearing.what not in ("", "silence")
    if level is None and scene.phone is not None:
        level, told = scene.phone.heard_dbov, True
    word = texts.or_plain("sound", hearing.what) if hearing.what else texts("hear.waiting")
    style = SOUND_STYLES.get(hearing.what, MUTED) if scene.live else MUTED
    parts: list[tuple[str, str] | str] = [
        (label, MUTED),
        (fit(word, max(12, cell_len(word))), f"bold {style}"),
    ]
    if level is not None:
        parts.append((bar(level_share(level), METER_CELLS), f"{style} on $surface"))
    # The figure of a line that is quiet tells an agent nothing.
    if level is not None and level > QUIETEST_DBOV and told:
        parts.append((f" {level:.0f} dBov", MUTED))
    if hearing.agent_speaks:
        parts.append((f"   {texts('hear.you')}", "bold $text-secondary"))
    return row(*parts, width=width)
