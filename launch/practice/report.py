"""The score of a practice call, for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from callflow.rules.monitor import Rule
from launch.practice.score import Advice, Score

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "text": (
        "没有声音，客户的话只显示文字（{why}）",
        "No sound: the caller is text only ({why})",
    ),
    "none": (
        "这通电话没有走到能评分的地方。按 r 示闲、a 接听，说完一句按回车。",
        "The call did not come to anything that can be scored. Be ready, answer, say the lines.",
    ),
    "points": (
        "得分 {points}：守住 {kept} 条，违反 {broken} 条",
        "{points} points: {kept} rules kept, {broken} broken",
    ),
    "kept": ("守住：{rules}", "kept: {rules}"),
    "broken": ("违反 {rule} {title}（{at}）", "broken: {rule} {title} ({at})"),
    "why": ("{why}", "{why}"),
    "do": ("规范：{do}", "the house: {do}"),
    "say": ("要说：“{say}”", "say: “{say}”"),
    "skipped": ("漏说（{at}）：“{say}”", "left out ({at}): “{say}”"),
    "ear": ("请带教的人听了再评：{rules}", "for a trainer who listens: {rules}"),
    "best": ("一条不漏，做得好。", "Nothing to do better. Well done."),
}


def text_only(why: str, language: str) -> str:
    """That the caller is not heard, and why; empty for no reason."""
    return _words("text", language, why=why) if why else ""


def show_score(found: Score, language: str, console: Console) -> None:
    """The score for a person; `language` is `zh` or `en`."""

    def say(key: str, style: str = "", *, under: int = 0, **values: object) -> None:
        text = Text(_words(key, language, **values), style=style)
        console.print(Padding(text, (0, 0, 0, under), expand=False))

    if found.points is None:
        say("none", "yellow")
        return
    clean = not found.broken and not found.skipped
    kept, broken = len(found.kept), len(found.broken)
    points = found.points
    say("points", f"bold {'green' if clean else 'yellow'}", points=points, kept=kept, broken=broken)
    for one in found.broken:
        title = one.title.get(language, "")
        say("broken", "bold red", rule=one.rule, title=title, at=_at(one))
        say("why", "dim", under=2, why=one.why.get(language, ""))
        for sentence in one.say:
            say("say", "bold", under=2, say=sentence)
        say("do", under=2, do=one.do.get(language, ""))
    for one in found.skipped:
        say("skipped", "yellow", at=_at(one), say="".join(one.say))
    if clean:
        say("best", "green")
    _rules(say, "kept", "green", found.kept, language)
    _rules(say, "ear", "dim", found.by_ear, language)


def _rules(
    say: Callable[..., None], key: str, style: str, rules: Sequence[Rule], language: str
) -> None:
    names = [f"{rule.id} {rule.title.get(language, '')}" for rule in rules]
    if names:
        say(key, style, rules=("、" if language == "zh" else "; ").join(names))


def _words(key: str, language: str, **values: object) -> str:
    return WORDS[key][0 if language == "zh" else 1].format(**values)


def _at(one: Advice) -> str:
    return "" if one.at_ms is None else f"{one.at_ms // 60000}:{one.at_ms // 1000 % 60:02}"
