"""A small hotline, calls of its past, and the hotline changed."""

from __future__ import annotations

from callers.loader import read_persona
from callers.persona import Persona
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual import simulate, spoken_ms
from callflow.house import House
from callflow.replaying.comparing import Comparison, compare
from calls.events import CallEvent

LINES = """
greeting: {tags: [greeting], zh-Hans: "您好，这里是{company}。", en: "Hello, {company}."}
ask: {tags: [question], zh-Hans: "请问有什么可以帮您？", en: "How may I help you?"}
other: {tags: [question], zh-Hans: 请讲。, en: Go on.}
menu: {tags: [question], zh-Hans: 咨询按一，人工按零。, en: "Questions 1, a person 0."}
hours: {zh-Hans: 早八点到晚八点。, en: Eight to eight.}
dear: {zh-Hans: "{name}您好。", en: "Dear {name}."}
hold: {zh-Hans: 请稍等。, en: Please hold.}
sorry: {tags: [closing], zh-Hans: 听不到您的声音，再见。, en: "I cannot hear you, goodbye."}
bye: {tags: [closing], zh-Hans: 感谢来电，再见！, en: Goodbye!}
"""
FLOW = """
flow: hotline
title: {zh: 热线, en: Hotline}
languages: [zh-Hans, en]
variables: {name: ""}
always: {noise: silent, faint: silent}
steps:
  ringing:
    ring: 1
  known:
    lookup: {in: customers, by: ani, store: [name]}
    on: {found: next, not_found: welcome, error: welcome}
  which:
    choose:
      - if: name == "王"
        go: named
      - else: welcome
  named:
    say: dear
  welcome:
    say: greeting
  asking:
    say: ask
    listen: 4s
    on: {speech: choice, silence: silent}
  choice:
    say: menu
    barge_in: true
    menu: {keys: {"1": info, "0": person}, window: 5s, attempts: 2}
    on: {speech: person, exhausted: silent}
  info:
    say: hours
  closing:
    say: bye
    end: served
  person:
    say: hold
    queue: {name: support, wait: 20s}
    on: {answered: closing, no_answer: closing, failed: closing}
  silent:
    say: sorry
    end: silent
"""
RULES = """
A01:
  title: {zh: 说再见, en: Goodbye first}
  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}
A02:
  title: {zh: 先报公司, en: The company before the question}
  precedence: {before: {said: ask}, expect: {said: greeting}}
"""
COMPANY = {"company": {"zh-Hans": "三声", "zh-Hant": "三聲", "en": "Thirdring"}}
ASKS_HOURS = 'answers: [{say: inquiry, after: 500ms}, {press: "1", after: 800ms}]'
WANTS_A_PERSON = 'answers: [{say: inquiry, after: 500ms}, {press: "0", after: 800ms}]'
SLOW = 'answers: [{say: inquiry, after: 3200ms}, {press: "1", after: 800ms}]'
SILENT = "answers: [silent]"
LEAVES_IN_THE_MENU = "answers: [{say: inquiry, after: 500ms}]\nhang_up: {line: 3, after: 1s}"


def house(*changes: tuple[str, str], lines: str = LINES) -> House:
    """The hotline, with texts of its flow replaced."""
    flow = FLOW
    for old, new in changes:
        assert old in flow, old
        flow = flow.replace(old, new)
    files = {"lines.yaml": lines, "hotline.yaml": flow, "house_rules.yaml": RULES}
    return House.of_texts(files)


def caller(text: str) -> Persona:
    """A persona of these lines."""
    whole = (
        f"persona: somebody\ntitle: {{zh: 人, en: Somebody}}\nlanguage: zh\nvoice: zh_f\n{text}\n"
    )
    return read_persona(whole, "somebody.yaml")


def past(
    text: str,
    *,
    by: House | None = None,
    queue: QueuePlan | None = None,
    office: PlannedOffice | None = None,
    language: str = "zh-Hans",
) -> tuple[CallEvent, ...]:
    """The facts of a call by the hotline as it was."""
    run = (by or house()).start("hotline", COMPANY, language)
    more = {} if office is None else {"office": office}
    return tuple(
        simulate(run, caller(text), queue=queue or QueuePlan(), **more).events  # type: ignore[arg-type]
    )


def compared(events: tuple[CallEvent, ...], now: House) -> Comparison:
    """That call against the hotline of now."""
    return compare(events, now, COMPANY, "zh-Hans", spoken_ms)


def side(found: Comparison, *, now: bool, kind: str) -> list[CallEvent]:
    """One side's facts of a kind."""
    events = [pair.now if now else pair.then for pair in found.pairs]
    return [event for event in events if event is not None and event.kind == kind]
