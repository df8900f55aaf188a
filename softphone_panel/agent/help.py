"""Help: about the part that has the focus, then every key; the same list for `docs/panel.md`."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from softphone_panel.agent.actions import ACTS, Act
from softphone_panel.agent.keymap import Keymap, display
from softphone_panel.agent.parts import KEY_STYLE
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import fit, wrap
from softphone_panel.panes import MUTED

WIDTH = 68
TITLE_CELLS = 22
PARTS = ("form", "wrap_up", "ringing", "talk", "waiting")


def part_of(scene: Scene) -> str:
    """Which part of the screen the person is at."""
    if scene.call is not None and scene.call.over:
        return "wrap_up"
    if scene.typing:
        return "form"
    if scene.offer is not None:
        return "ringing"
    return "talk" if scene.talking else "waiting"


def help_rows(scene: Scene, keymap: Keymap) -> list[Content]:
    """The text of the part, then the keys that work now, then the others dimmed."""
    text = scene.texts(f"help.{part_of(scene)}")
    rows = [Content(row) for part in text.split("\n") for row in (wrap(part, WIDTH) or [""])]
    rows += [Content(""), Content.assemble((scene.texts("help.now"), "bold"))]
    rows += [_row(act, scene, keymap, "") for act in ACTS if act.works(scene)]
    rows += [Content(""), Content.assemble((scene.texts("help.later"), "bold"))]
    rows += [_row(act, scene, keymap, MUTED) for act in ACTS if not act.works(scene)]
    return rows


def keys_text(act: Act, keymap: Keymap) -> str:
    """All keys of an action: `h F6 Alt+H`."""
    return " ".join(display(key) for key in (*keymap.letters(act.id), *keymap.always(act.id)))


def _row(act: Act, scene: Scene, keymap: Keymap, style: str) -> Content:
    title = act.title(scene)
    title = fit(title, max(TITLE_CELLS, cell_len(title) + 1))
    return Content.assemble("  ", (title, style), (keys_text(act, keymap), style or KEY_STYLE))


def key_table(keymap: Keymap) -> str:
    """The key list of `docs/panel.md`, in Markdown."""
    rows = ["| id | 中文 | English | keys | order |", "| --- | --- | --- | --- | --- |"]
    for act in ACTS:
        zh = f"{act.zh} / {act.zh_off}" if act.zh_off else act.zh
        en = f"{act.en} / {act.en_off}" if act.en_off else act.en
        keys = " ".join(f"`{key}`" for key in keys_text(act, keymap).split())
        rows.append(f"| `{act.id}` | {zh} | {en} | {keys} | {act.orders} |")
    return "\n".join(rows)
