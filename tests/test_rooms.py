"""The tree stays easy to live in: sizes, rooms and documents that say what is true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from calls import events
from launch.settings.site import Settings

ROOT = Path(__file__).parents[1]
ROOMS = (
    "agi",
    "calls",
    "callers",
    "callflow",
    "casework",
    "console",
    "launch",
    "ledger",
    "qa",
    "recorder",
    "desk",
    "softphone_panel",
)
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MOST_LINES, MOST_IN_FUNCTION = 330, 45
"""Near 300 and near 40, with the slack of a docstring."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_and_no_function_grows_too_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_IN_FUNCTION
    ]

    assert len(text.splitlines()) <= MOST_LINES
    assert not long


def test_every_kind_of_fact_is_documented() -> None:
    documented = set(re.findall(r"^\| `(\w+)`", _doc("events.md"), re.MULTILINE))
    kinds = {
        found.kind
        for found in vars(events).values()
        if isinstance(found, type) and issubclass(found, events.Fact) and found is not events.Fact
    }

    assert documented == kinds


def test_every_setting_is_documented() -> None:
    text = _doc("settings.md")
    missing = []
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        for setting in inner or [name]:
            if not re.search(rf"^({setting} = |\[{setting}\.)", text, re.MULTILINE):
                missing.append(f"{name}.{setting}")

    assert not missing


def test_every_command_is_in_the_readme() -> None:
    from launch.__main__ import build

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    app = build()
    names = {
        command.name or str(command.callback.__name__)
        for command in app.registered_commands
        if command.callback
    } | {str(group.name) for group in app.registered_groups}

    assert {name for name in names if f"thirdring {name}" not in readme} == set()


def test_flow_example_in_the_docs_loads() -> None:
    from callflow.house import House, house_files

    example = re.search(r"```yaml\n(.*?)```", _doc("flow-format.md"), re.DOTALL)
    texts = {str(path): path.read_text("utf-8") for path in house_files(ROOT / "scripts")}
    assert example

    loaded = House.of_texts({**texts, "night.yaml": example[1]})

    assert "night" in loaded.flows


def _doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")
