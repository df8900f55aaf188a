"""Small forms for tests, and the house's own rules."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from textwrap import dedent

from callflow.house import House
from callflow.rules.monitor import RuleSet
from qa.rubric import Form, load_form

ROOT = Path(__file__).parents[2]
SMALL = """
form: small
title: {zh: 小表, en: Small}
version: "1"
pass_mark: 75
scales:
  graded3:
    good: {title: {zh: 好, en: Good}, share: 1}
    fair: {title: {zh: 中, en: Fair}, share: 0.5}
    poor: {title: {zh: 差, en: Poor}, share: 0}
sections:
  manner:
    title: {zh: 态度, en: Manner}
    weight: 60
    questions:
      tone: {title: {zh: 语气, en: Tone}, answers: graded3, weight: 2, comment: on_fail}
      listens: {title: {zh: 倾听, en: Listens}, na: true}
      blame: {title: {zh: 不责怪, en: No blame}, critical: section}
      why: {title: {zh: 为什么, en: Why}, ask_if: {tone: [fair, poor]}, comment: required}
  matter:
    title: {zh: 业务, en: Matter}
    weight: 40
    questions:
      closing: {title: {zh: 再见, en: Goodbye}, na: true, fact: {rule: A05}, rules: [A05]}
      quiet: {title: {zh: 抢话, en: Talk-over}, na: true, fact: {measure: talk_over, at_most: 1s}}
      abuse: {title: {zh: 辱骂, en: No abuse}, fatal: true, weight: 0}
"""


@lru_cache
def house_rules() -> RuleSet:
    """The rules of `scripts/`."""
    return House.load(ROOT / "scripts").rules


@lru_cache
def small() -> Form:
    """The form above."""
    return load_form(dedent(SMALL), "small.yaml", rules=house_rules())
