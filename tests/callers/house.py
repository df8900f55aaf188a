"""The shipped flows, ready to run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from callflow.house import House
from callflow.tables import TableRun
from launch.settings.site import Settings

SCRIPTS = Path(__file__).parents[2] / "scripts"


@lru_cache(maxsize=1)
def house() -> House:
    return House.load(SCRIPTS)


def hotline(language: str = "zh-Hans") -> TableRun:
    """A run of the hotline's flow."""
    return house().start_again("greetings", Settings().house.variables(language), language)


def flow(text: str) -> TableRun:
    """A run of one flow `test`, written in the test, with a line `words` of 2 s to say."""
    lines = 'words: {zh-Hans: "一二三四五六七八九", zh-Hant: "一", en: "x"}\n'
    return House.of_texts({"lines.yaml": lines, "test.yaml": text}).start_again(
        "test", {}, "zh-Hans"
    )
