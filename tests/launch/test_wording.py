"""Whatever commands say is there in both languages, with the same places for values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from launch.telling.reply_texts import reply
from launch.telling.wording import Wording

ROOT = Path(__file__).parents[2]
PLACE = re.compile(r"{(\w+)}")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def catalogues() -> Iterator[tuple[str, Wording]]:
    """Every one that a module of `launch` has, by the module's name."""
    for path in sorted((ROOT / "launch").rglob("*.py")):
        if not re.search(r"^\w+(: Final)? = Wording\(", path.read_text("utf-8"), re.MULTILINE):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for value in vars(import_module(name)).values():
            found = value if isinstance(value, Wording) else getattr(value, "__self__", None)
            if isinstance(found, Wording):
                yield name, found


EVERY = [
    pytest.param(zh, en, id=f"{name} {key}")
    for name, found in catalogues()
    for key, (zh, en) in found.texts.items()
]


@pytest.mark.parametrize(("zh", "en"), EVERY)
def test_every_text_is_there_in_both_languages(zh: str, en: str) -> None:
    assert sorted(set(PLACE.findall(zh))) == sorted(set(PLACE.findall(en)))
    assert CHINESE.search(zh) or not re.search("[a-z]{2}", PLACE.sub("", en)), "no Chinese"
    assert not CHINESE.search(en)


def test_there_are_catalogues() -> None:
    assert len({name for name, _ in catalogues()}) >= 10


def test_a_terminal_is_answered_in_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reply("enabled", name="li") == "li may sign in again."
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert reply("enabled", name="li") == "li 可以重新登录。"
    assert reply("enabled", "en", name="li") == "li may sign in again."
