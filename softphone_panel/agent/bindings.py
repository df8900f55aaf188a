"""The table of actions as Textual's bindings."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from softphone_panel.agent.actions import ACTS
from softphone_panel.agent.keymap import Keymap


def by_binding(keymap: Keymap) -> dict[str, str]:
    """Keys by binding id; a kind of key that an action lacks gets one that nobody can press."""
    found = {}
    for act in ACTS:
        found[act.id] = ",".join(keymap.letters(act.id)) or f"no-letter-{act.id}"
        found[f"{act.id}.always"] = ",".join(keymap.always(act.id)) or f"no-key-{act.id}"
    return found


def made(keymap: Keymap) -> list[BindingType]:
    """Letters as bindings that a field comes before, all others as bindings that come first."""
    keys = by_binding(keymap)
    found: list[BindingType] = []
    for act in ACTS:
        letters, always = keys[act.id], keys[f"{act.id}.always"]
        found.append(Binding(letters, f"key('{act.id}')", act.en, id=act.id))
        action = f"act('{act.id}')"
        found.append(Binding(always, action, act.en, id=f"{act.id}.always", priority=True))
    # Before anything else, so that the next key finds the new focus even on a slow machine.
    found.append(Binding("tab", "app.focus_next", "next field", priority=True))
    found.append(Binding("shift+tab", "app.focus_previous", "field before", priority=True))
    found.append(Binding("escape", "leave", "back", priority=True))
    return found
