"""The score of a practice call, for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console

from launch.practice_score import Advice, Score

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "text": (
        "没有声音，客户的话只显示文字（{why}）",
        "No sound: the caller is text only ({why})",
    ),
    "none": (
        "这通电话没有走到能评分的地方。按 r 就绪、a 接听，说完一句按回车。",
        "The call did not come to anything that can be scored. Be ready, answer, say the lines.",
    ),
    "points": (
        "得分 {points}：守住 {kept} 条，违反 {broken} 条",
        "{points} points: {kept} rules kept, {broken} broken",
    ),
    "kept": ("守住：{rules}", "kept: {rules}"),
    "broken": ("违反 {rule} {title}（{at}）", "broken {rule} {title} ({at})"),
    "do": ("应当：{do}", "instead: {do}"),
    "skipped": ("漏说（{at}）{do}", "left out ({at}) {do}"),
    "ear": (
        "要靠耳朵评的：{rules}（请带教的人听）",
        "to be judged by ear: {rules} (ask a trainer)",
    ),
}


def text_only(why: str, language: str) -> str:
    """That the caller is not heard, and why; empty for no reason."""
    return WORDS["text"][0 if language == "zh" else 1].format(why=why) if why else ""


def show_score(found: Score, language: str, console: Console) -> None:
    """The score for a person; `language` is `zh` or `en`."""

    def say(key: str, style: str = "", **values: object) -> None:
        text = WORDS[key][0 if language == "zh" else 1].format(**values)
        console.print(text, style=style or None, markup=False, highlight=False)

    if found.points is None:
        say("none", "yellow")
        return
    style = "bold green" if not found.broken else "bold yellow"
    say("points", style, points=found.points, kept=len(found.kept), broken=len(found.broken))
    for one in found.broken:
        title = one.title.get(language, "")
        say("broken", "bold red", rule=one.rule, title=title, at=_at(one))
        console.print(f"  {one.why}", style="dim", markup=False, highlight=False)
        say("do", do=one.do.get(language, ""))
    for one in found.skipped:
        say("skipped", "yellow", at=_at(one), do=one.do.get(language, ""))
    say("kept", "green", rules=" ".join(rule.id for rule in found.kept))
    if found.by_ear:
        say("ear", "dim", rules=" ".join(rule.id for rule in found.by_ear))


def _at(one: Advice) -> str:
    return "" if one.at_ms is None else f"{one.at_ms // 60000}:{one.at_ms // 1000 % 60:02}"
