"""Files to damage, and the ways to damage them; everything follows from the dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LINES: Final = """\
hello: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: "Hello {name|default('you')}"}
bye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
FLOW: Final = """\
flow: main
title: {zh: 热线, en: Hotline}
variables: {name: 王, tries: 0, vip: false}
always:
  noise: {call: sub, done: bye}
  faint: bye
steps:
  ring: {ring: 1}
  ask:
    say: hello
    barge_in: true
    menu:
      keys: {"1": more, "2": bye}
      window: 6s
      reprompt: hello
    on: {speech: more, exhausted: bye}
  more:
    set: {tries: {is: tries + 1}, name: "{name}"}
  which:
    choose:
      - if: tries > 2 or vip
        go: bye
      - else: ask
  bye: {say: bye, end: served}
"""
SUB: Final = """\
flow: sub
returns: [done]
steps:
  one: {say: hello, listen: {for: 4s, until: clear}, on: {clear: return done, noise: return done}}
"""
FORM: Final = """\
form: record
title: {zh: 记录, en: Record}
fields:
  name: {label: {zh: 姓名, en: Name}, type: text, required: true, ask: hello}
  kind: {label: {zh: 类, en: Kind}, type: choice, choices: {a: {zh: 甲, en: A}}}
"""
RULES: Final = """\
tolerance: 200ms
A05:
  title: {zh: 以再见结束, en: Goodbye}
  must: false
  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}, reset: {said: any}}
A11:
  title: {zh: 无声, en: Silent}
  chain:
    when: {heard: silence}
    expect: [{said: hello, pause: {at_least: 3s, at_most: 8s}}, {hung_up: us}]
    unless: [key, {hung_up: [caller, network]}]
"""
TESTS: Final = """\
a caller who says nothing hears goodbye:
  given: {flow: main, caller: silent}
  expect:
    - said: [hello, bye]
    - ended: served
"""
_HOUSE: Final = {
    "lines.yaml": LINES,
    "main.yaml": FLOW,
    "sub.yaml": SUB,
    "house_rules.yaml": RULES,
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One file of a house, to be damaged among the others."""

    name: str
    text: str
    others: dict[str, str] = field(default_factory=dict)

    def whole(self) -> dict[str, str]:
        """The house with the file as it is."""
        return {**self.others, self.name: self.text}


def _seed(name: str, text: str) -> Seed:
    return Seed(name, text, {other: there for other, there in _HOUSE.items() if other != name})


SEEDS: Final = [
    *(_seed(name, text) for name, text in _HOUSE.items()),
    _seed("forms/record.yaml", FORM),
    _seed("tests/main.yaml", TESTS),
]

_TOKENS: Final = [
    "{", "}", "[", "]", ":", ",", "- ", "? ", "&a ", "*a ", "!!python/name:os.system ", "|", ">",
    "#", "'", '"', "\n", "\n  ", "\t", "\r", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "flow",
    "steps",
    "say", "listen", "menu", "choose", "set", "call", "end", "return", "on", "always", "again",
    "next", "keys", "if", "go", "else", "is", "form", "fields", "tags", "zh-Hans", "en", "4s", "0",
    "-1", "99999999999999999999", "1e400", ".inf", "~", "null", "true", "no", "{name}", "{{ x }}",
    "{% raw %}", "{name.__class__}", "name|int > 1", "\x00", "\ud800", "\ufeff", "\u2028", "\x85",
    "您好", "\U0001f600", "a" * 300, " " * 100, "[" * 30, "{a: " * 30,
]  # fmt: skip


def nonsense(dice: random.Random) -> str:
    """Words, signs and letters in no order."""
    if dice.random() < 0.3:
        return "".join(chr(dice.randrange(0x300)) for _ in range(dice.randrange(200)))
    tokens = dice.choices(_TOKENS, k=dice.randrange(60))
    return dice.choice(["", " ", ": "]).join(tokens)


def garbled(text: str, dice: random.Random) -> str:
    """A file with one to four things wrong in it."""
    for _ in range(dice.choice([1, 1, 1, 2, 2, 3, 4])):
        text = dice.choice(_WAYS)(text, dice)
    return text


def _cut(text: str, dice: random.Random) -> str:
    start = dice.randrange(len(text) + 1)
    return text[:start] + text[start + dice.randrange(1, 30) :]


def _put(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(_TOKENS) + text[at:]


def _letter(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return (
        text[:at]
        + chr(dice.choice([dice.randrange(128), dice.randrange(0x11000)]))
        + text[at + 1 :]
    )


def _drop_row(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    del rows[dice.randrange(len(rows))]
    return "\n".join(rows)


def _swap_rows(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    one, other = dice.randrange(len(rows)), dice.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]
    return "\n".join(rows)


def _again_row(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    rows.insert(dice.randrange(len(rows) + 1), dice.choice(rows))
    return "\n".join(rows)


def _indent(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    at = dice.randrange(len(rows))
    rows[at] = " " * dice.randrange(6) + rows[at].lstrip()
    return "\n".join(rows)


def _swap_words(text: str, dice: random.Random) -> str:
    words = text.split(" ")
    one, other = dice.randrange(len(words)), dice.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


def _other_file(text: str, dice: random.Random) -> str:
    other = dice.choice([LINES, FLOW, SUB, FORM, RULES, TESTS])
    at, there = dice.randrange(len(text) + 1), dice.randrange(len(other))
    return text[:at] + other[there : there + dice.randrange(200)] + text[at:]


def _truncate(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


_WAYS: Final[list[Callable[[str, random.Random], str]]] = [
    _cut, _put, _put, _letter, _letter, _drop_row, _swap_rows, _again_row, _indent, _swap_words,
    _swap_words, _other_file, _truncate,
]  # fmt: skip
