"""Forms for a house with rules of its own and no forms: made of the rules themselves.

The forms of the product ask about the rules of its own scripts. A house that has other rules, and
has not written forms yet, is asked about those it has: each rule that events show is a question
that the machine answers, each other rule one for a human, beside what every call is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from callflow.rules.monitor import Rule, RuleSet
from qa.rubric.form import Form
from qa.rubric.loading import FORMS_FOLDER, load_form, load_forms

SOURCE: Final = "made of the house rules"
_AGENTS: Final = ("坐席服务质量评分表", "Quality of an agent's call")
_IVR: Final = ("自助语音服务评分表", "Quality of a call that no agent took")
_ASKED: Final = {
    "agent": (
        ("polite", "礼貌用语，态度主动热情", "Polite, and willing to help"),
        ("listening", "耐心倾听，听懂了再答", "Listens to the end, and answers what was asked"),
        ("right", "答复正确", "The answer was right"),
    ),
    "ivr": (
        ("fitting", "话术适合客户的情况", "What was said fitted the caller's case"),
        ("served", "客户得到了需要的服务", "The caller got what they called for"),
    ),
}
"""What a human is asked of every call: name, Chinese, English."""


def forms_for(rules: RuleSet, folder: Path | None, usual: Sequence[str]) -> dict[str, Form]:
    """The forms of `folder`; with None those of the product, where the house has their rules.

    Where it has not, one form under each name of `usual` (agents' calls, then calls that no agent
    took) is made of the rules. FormFileError with everything that is wrong in a folder.
    """
    if folder is not None:
        return load_forms(folder, rules=rules)
    named = {
        rule
        for form in load_forms(FORMS_FOLDER).values()
        for question in form.questions()
        for rule in question.rules
    }
    if named <= {rule.id for rule in rules}:
        return load_forms(FORMS_FOLDER, rules=rules)
    return {
        name: load_form(_text(name, performer, rules), f"{name} ({SOURCE})", rules=rules)
        for name, performer in zip(usual, ("agent", "ivr"), strict=True)
    }


def _text(name: str, performer: str, rules: RuleSet) -> str:
    """A form as YAML: it is frozen as text with its first use, like any other."""
    asked = [rule for rule in rules if rule.performer in ("", performer)]
    return "\n".join([
        f"form: {name}",
        f"title: {_texts(*(_AGENTS if performer == 'agent' else _IVR))}",
        'version: "1"',
        "sections:",
        *(_section("rules", "服务规范", "Regulations", [_by_rule(rule) for rule in asked])),
        *_section("service", "服务效果", "Service", [_human(*one) for one in _ASKED[performer]]),
        "",
    ])  # fmt: skip


def _section(name: str, zh: str, en: str, questions: Sequence[list[str]]) -> Iterator[str]:
    if not questions:
        return
    yield from (f"  {name}:", f"    title: {_texts(zh, en)}", "    questions:")
    for question in questions:
        yield from (f"      {line}" for line in question)


def _by_rule(rule: Rule) -> list[str]:
    title = _texts(rule.title.get("zh", rule.id), rule.title.get("en", rule.id))
    asked = [f"  fact: {{rule: {rule.id}}}"] if rule.decidable else []
    named = f"rule_{rule.id.lower()}:"
    return [named, f"  title: {title}", f"  rules: [{rule.id}]", "  na: true", *asked]


def _human(name: str, zh: str, en: str) -> list[str]:
    return [f"{name}:", f"  title: {_texts(zh, en)}", "  na: true"]


def _texts(zh: str, en: str) -> str:
    """A title; JSON's quoted text is YAML's, so no title can be read as anything else."""
    return f"{{zh: {json.dumps(zh, ensure_ascii=False)}, en: {json.dumps(en, ensure_ascii=False)}}}"
