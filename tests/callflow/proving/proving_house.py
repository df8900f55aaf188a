"""Houses of a few lines with one rule, for proofs whose result is known."""

from __future__ import annotations

from textwrap import dedent

from callflow.house import House
from callflow.proving.proof import Proved, Result, prove
from tests.callflow.small_house import LOOPS

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
hello: {zh-Hans: 喂, zh-Hant: 喂, en: Hello}
question: {tags: [question], zh-Hans: 什么事, zh-Hant: 什麼事, en: What is it}
again: {tags: [reprompt], zh-Hans: 请再说, zh-Hant: 請再說, en: Again}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""

GOODBYE = "precedence: {before: {hung_up: us}, expect: {said: goodbye}, reset: {said: any}}"
"""The last line before we hang up is the goodbye."""

HANDLED = "always: {noise: bye, faint: bye, speech: bye, key: bye}"


def house(flow: str, rule: str = GOODBYE, *, greeting: str = "", **others: str) -> House:
    """A house of the flow `main`, others by name, and one rule `X01` with this body.

    `greeting` is another wording of that line.
    """
    lines = LINES
    if greeting:
        known = [line for line in LINES.splitlines() if not line.startswith("greeting:")]
        lines = "\n".join([*known, f"greeting: {greeting}"]) + "\n"
    texts = {"lines.yaml": lines, "main.yaml": _flow("main", flow)}
    texts |= {f"{name}.yaml": _flow(name, text) for name, text in others.items()}
    body = dedent(rule).strip().replace("\n", "\n  ")
    texts["house_rules.yaml"] = f"X01:\n  title: {{zh: 题, en: Title}}\n  {body}\n"
    return House.of_texts(texts, let_pass=LOOPS)


def _flow(name: str, text: str) -> str:
    text = dedent(text).strip()
    head = "" if "performer:" in text else "performer: ivr\n"
    return f"flow: {name}\ntitle: {{zh: 题, en: Title}}\n{head}{text}\n"


def result(flow: str, rule: str = GOODBYE, **others: str) -> Result:
    """What became of the rule on the flow `main`."""
    found = prove(house(flow, rule, **others), flows=["main"]).results
    assert len(found) == 1
    return found[0]


def proved(flow: str, rule: str = GOODBYE, **others: str) -> bool:
    """Whether it was proved; false when it is broken."""
    status = result(flow, rule, **others).status
    assert status is not Proved.UNDECIDABLE
    return status is Proved.PROVED


def why(flow: str, rule: str = GOODBYE, **others: str) -> str:
    """What broke it."""
    found = result(flow, rule, **others).counterexample
    assert found is not None
    return found.why


def path(flow: str, rule: str = GOODBYE, **others: str) -> list[str]:
    """The outcomes of the counterexample."""
    found = result(flow, rule, **others).counterexample
    assert found is not None
    return [edge.way.outcome.name for edge, _ in found.legs]
