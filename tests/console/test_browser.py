"""The console in a real Chromium: find a call that was made, hear it, score, dispute, resolve."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from callers.fastagi import call_over_fastagi
from callers.loader import find_persona, load_persona
from callers.queue_plan import QueuePlan
from calls.quality.states import Role
from calls.quality.words import WordsRecognised
from console.accounts.service import Accounts
from launch.console.sound_shelf import StateShelf
from launch.demo.run import demo_settings
from launch.serving.server import serving
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from qa.answering import kept_recordings
from recorder.timeline import CallSound
from tests.console.conftest import PASSWORD, PEOPLE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SILENT, QUEUED = "13800130001", "13800130002"
KEYS = """
persona: wants_a_person
title: {zh: "找人工", en: "Wants a person"}
language: zh
voice: zh_m
answers:
  - {press: "1", after: 800ms}
  - {press: "0", after: 800ms}
then: silent
expect: {end_reason: completed, disposition: served}
"""


SignIn = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class Site:
    """A state folder with two calls, and a console over it."""

    state: Path
    address: str
    calls: dict[str, str]
    """Caller's number -> id of the call."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two callers on the real server, one after hours of nothing; then the console alone."""
    state = tmp_path_factory.mktemp("site")
    # In a thread of its own: Playwright has a loop in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, _calls(state)).result()
    with QualityBook.open(state / "quality.sqlite") as book:
        accounts = Accounts(book)
        for name, role, agent in PEOPLE:
            accounts.add(name, Role(role), PASSWORD, actor="system", agent=agent, title=name)
    with LedgerReader(state / "ledger.sqlite") as reader:
        calls = {call.ani: call.id for call in reader.calls()}
    command = [sys.executable, "-m", "launch", "console", "--state", str(state), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as console:
        assert console.stderr is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", console.stderr.readline())
            assert found
            yield Site(state, found[0], calls)
        finally:
            console.terminate()


async def _calls(state: Path) -> None:
    silent, person = find_persona("silent"), state / "person.yaml"
    person.write_text(KEYS, encoding="utf-8")
    async with serving(demo_settings(), state) as running:
        host, port = running.agi_address
        monitor = running.state / "monitor"
        agent = QueuePlan(agent="PJSIP/801", answers_after_ms=1500, talks_ms=4000)
        async with asyncio.TaskGroup() as group:
            for persona, ani in ((silent, SILENT), (load_persona(person), QUEUED)):
                group.create_task(
                    call_over_fastagi(persona, host, port, ani=ani, monitor=monitor, queue=agent)
                )
        await _taken_in(state)


async def _taken_in(state: Path) -> None:
    """Until what was recorded can be heard: a server that ends leaves it for the next one."""
    for _ in range(600):
        with LedgerReader(state / "ledger.sqlite") as reader:
            told = [{one.kind for one in reader.events(call.id)} for call in reader.calls()]
        if len(told) == 2 and all("recording_measured" in kinds for kinds in told):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the recordings were not taken in within a minute")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Skipped where there is none; with CI=true that fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    path = path or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("no Chromium for the tests: apt-get install chromium fonts-noto-cjk")
        pytest.skip("NO CHROMIUM, the console is not looked at in a browser: apt-get install it")
    options = ["--autoplay-policy=no-user-gesture-required"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(chromium: Browser, site: Site) -> Iterator[SignIn]:
    """Gives a page of somebody who has signed in. What the browser complains about fails."""
    complaints: list[str] = []
    contexts = []

    def heard(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    def page_of(name: str) -> Page:
        context = chromium.new_context(
            base_url=site.address, locale="zh-CN", viewport={"width": 1280, "height": 820}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", heard)
        page.goto("/")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert complaints == []


def _open(page: Page, call: str) -> None:
    page.goto(f"/calls/{call}")
    page.wait_for_selector("#player[data-ready]")


def _now(page: Page) -> float:
    return float(page.evaluate("document.getElementById('player').wave.getCurrentTime()"))


def _shot(page: Page, name: str) -> None:
    """A picture for people, where they asked for some."""
    folder = os.environ.get("THIRDRING_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_silent_call_is_found_by_its_number_and_played(sign_in: SignIn, site: Site) -> None:
    page = sign_in("lily")
    expect(page.locator("h1")).to_have_text("通话")
    page.fill("[name=q]", SILENT)
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert f"q={SILENT}" in page.url
    _shot(page, "qa-list")
    page.click("#list tbody a")
    page.wait_for_selector("#player[data-ready]")
    expect(page.locator("#proof")).to_contain_text("录音与台账一致")
    _shot(page, "qa-call")

    page.keyboard.press("Space")
    expect(page.locator("[data-show=time]")).to_have_text(re.compile(r"^0:0[2-9]"))
    expect(page.locator("#story [aria-current]")).to_be_visible()
    expect(page.locator("[data-do=toggle]")).to_have_text("暂停")
    page.keyboard.press("Space")
    expect(page.locator("[data-do=toggle]")).to_have_text("播放")


def test_a_call_is_found_opened_and_heard_without_a_mouse(sign_in: SignIn, site: Site) -> None:
    page = sign_in("quan")
    expect(page.locator("h1")).to_have_text("通话")
    page.keyboard.press("/")
    page.keyboard.type(SILENT[-4:])
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(1)

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_selector("#player[data-ready]")
    assert page.url.endswith(site.calls[SILENT])
    page.keyboard.press("s")
    expect(page.locator("[data-do=skip]")).to_be_checked()
    page.keyboard.press("Space")
    expect(page.locator("[data-do=toggle]")).to_have_text("暂停")


def test_marks_stand_on_the_wave_where_the_sound_begins(sign_in: SignIn, site: Site) -> None:
    page = sign_in("lily")
    _open(page, site.calls[SILENT])
    lanes = page.locator("#lanes").bounding_box()
    assert lanes is not None
    with LedgerReader(site.state / "ledger.sqlite") as reader:
        sound = StateShelf(site.state, reader).open(site.calls[SILENT])
        assert sound is not None
        whole = sound.file
        assert isinstance(whole, CallSound)
        began_ms = whole.parts[0].begins_ms
        lines = page.locator("#lanes .mark.line")
        compared = 0
        for at in range(lines.count()):
            from_ms, to_ms = (
                int(lines.nth(at).get_attribute(f"data-{n}") or 0) for n in ("from", "to")
            )
            box = lines.nth(at).bounding_box()
            assert box is not None
            wanted = lanes["x"] + lanes["width"] * from_ms / whole.duration_ms
            assert abs(box["x"] - wanted) < 3, "where the wave shows that time"
            if from_ms < began_ms:
                continue
            compared += 1
            assert _loud(whole, from_ms - 500, from_ms - 60) < 100, "silence before the line"
            assert _loud(whole, from_ms, from_ms + 400) > 1000, "and the line from then on"
            assert _loud(whole, to_ms - 600, to_ms) > 1000
        assert compared >= 3
        whole.close()


def _loud(sound: CallSound, from_ms: int, to_ms: int) -> int:
    """The loudest sample of the house's leg."""
    return int(np.abs(sound.samples(from_ms, to_ms)[:, 1].astype(int)).max())


def test_the_keyboard_leads_through_a_call(sign_in: SignIn, site: Site) -> None:
    page = sign_in("lily")
    _open(page, site.calls[SILENT])
    marks = page.evaluate("document.getElementById('player').call.marks.map(one => one.from)")
    page.keyboard.press("ArrowRight")
    assert _now(page) == pytest.approx(5, abs=0.1)
    page.keyboard.press("n")
    after = min(one for one in marks if one > 5060)
    assert _now(page) * 1000 == pytest.approx(after, abs=60)
    page.keyboard.press("p")
    before = max(one for one in marks if one < after - 400)
    assert _now(page) * 1000 == pytest.approx(before, abs=60)
    page.keyboard.press("]")
    assert page.input_value("[data-do=speed]") == "1.25"
    page.keyboard.press("s")
    assert page.is_checked("[data-do=skip]")

    silence = next(
        one
        for one in page.evaluate("document.getElementById('player').call.marks")
        if one["kind"] == "heard" and one["to"] - one["from"] > 3000
    )
    passed = _played(page, silence["from"] + 200, silence["to"] - 200)
    assert not [ms for ms in passed if silence["from"] + 1500 < ms < silence["to"] - 900], passed

    verdict = page.locator(".verdict.kept").first
    verdict.locator("summary").click()
    evidence = verdict.locator("[data-hear]").last
    wanted = int(evidence.get_attribute("data-hear") or 0)
    evidence.click()
    assert _now(page) * 1000 >= min(wanted, 26_000) - 60, "a verdict is heard at its evidence"

    page.keyboard.press("c")
    page.keyboard.type("这里停顿太久")
    page.keyboard.press("Enter")
    expect(page.locator("#comments")).to_contain_text("这里停顿太久")
    expect(page.locator("#lanes .mark.comment")).to_have_count(1)


def _played(page: Page, from_ms: int, to_ms: int) -> list[float]:
    """The places, in ms, that were heard while it played from one to the other."""
    page.evaluate(
        """from_s => {
          const wave = document.getElementById('player').wave;
          window.heard = [];
          wave.setTime(from_s);
          wave.on('timeupdate', now => window.heard.push(now * 1000));
        }""",
        from_ms / 1000,
    )
    page.keyboard.press("Space")
    while _now(page) * 1000 < to_ms:
        page.wait_for_timeout(50)
    page.keyboard.press("Space")
    return [float(ms) for ms in page.evaluate("window.heard")]


def test_a_score_is_given_disputed_and_resolved(sign_in: SignIn, site: Site) -> None:
    lily = sign_in("lily")
    _open(lily, site.calls[QUEUED])
    lily.click("text=评这通电话")
    lily.wait_for_selector("#player[data-ready]")
    expect(lily.locator(".machine").first).to_be_visible()
    lily.keyboard.press("j")
    first = lily.locator("fieldset.question.here")
    expect(first).to_have_count(1)
    with lily.expect_response(lambda answer: "/answers/" in answer.url):
        lily.keyboard.press("1")
    expect(first.locator("input[type=radio]").first).to_be_checked()
    lily.keyboard.press("j")
    expect(lily.locator("fieldset.question.here.missing")).to_have_count(1)
    _answer_all(lily)
    lily.locator("fieldset.question:has(.machine)").last.scroll_into_view_if_needed()
    _shot(lily, "qa-score")
    lily.locator("a.skip[href='#score-panel']").focus()
    lily.keyboard.press("Enter")
    lily.keyboard.press("Tab")
    assert lily.evaluate(
        "document.querySelector('#score-panel').parentElement.contains(document.activeElement)"
    )
    path = lily.url.partition("#")[0]
    lily.click("text=提交评分")
    expect(lily.locator("#score-panel")).to_contain_text("已提交")
    before = float(lily.get_attribute("#score", "data-score") or 0)

    wang = sign_in("wang")
    wang.locator("main a").first.click()
    assert wang.url == path
    wang.click("summary:has-text('提出异议')")
    wang.fill("form[action$=dispute] [name=reason]", "全程都用了礼貌用语")
    wang.click("form[action$=dispute] button")
    expect(wang.locator("#score-panel")).to_contain_text("有异议")

    sun = sign_in("sun")
    sun.goto("/work")
    sun.click(f"a[href='/evaluations/{path.rpartition('/')[2]}']")
    sun.select_option("[name=to-polite_words]", label="→ 一般")
    sun.fill("form[action$=resolve] [name=reason]", "听过录音,少了一处请稍等")
    sun.click("text=作出决定")
    expect(sun.locator("#score-panel")).to_contain_text("已复核")
    after = float(sun.get_attribute("#score", "data-score") or 0)
    _shot(sun, "qa-resolved")

    assert after < before
    wang.reload()
    expect(wang.locator("main")).to_contain_text("少了一处请稍等")


def test_words_that_were_recognised_are_heard_by_a_key(sign_in: SignIn, site: Site) -> None:
    call = site.calls[QUEUED]
    with LedgerReader(site.state / "ledger.sqlite") as reader:
        recordings = kept_recordings(reader.events(call))
        length_ms = reader.call(call).ended_ms or 0
    first_ms, second_ms = length_ms * 2 // 5, length_ms * 3 // 5
    fact = WordsRecognised(
        engine="by hand",
        recordings=recordings,
        looked_for=("您好", "谢谢"),
        polite=(("您好", first_ms, first_ms + 400), ("谢谢", second_ms, second_ms + 400)),
        lines=(),
    )
    with QualityBook.open(site.state / "quality.sqlite") as book:
        book.append(f"call/{call}", fact, actor="terminal:lily")
    lily = sign_in("lily")
    _open(lily, call)
    lily.click("text=评这通电话")
    lily.wait_for_selector("#player[data-ready]")
    polite = lily.locator("#q-polite_words")
    expect(polite).to_contain_text("礼貌用语听出 2 处：您好 1、谢谢 1")
    lily.keyboard.press("j")
    expect(polite).to_have_class(re.compile("here"))

    for heard_ms in (first_ms, second_ms, first_ms):
        begin_ms = heard_ms - 1_500
        lily.keyboard.press("e")
        expect(polite.locator("[data-heard]")).to_have_attribute("data-hear", str(begin_ms))
        lily.wait_for_function(
            """from => {
              const now = document.getElementById('player').wave.getCurrentTime();
              return now > from && now < from + 1;
            }""",
            arg=begin_ms / 1000,
        )
    _shot(lily, "qa-words")


def _answer_all(page: Page) -> None:
    """The first answer of each question that the machine left open."""
    while True:
        missing = page.locator("fieldset.question.missing:not([hidden])")
        if not missing.count():
            return
        name = missing.first.get_attribute("id")
        with page.expect_response(lambda answer: "/answers/" in answer.url):
            page.locator(f"#{name} input[type=radio]").first.click()
        expect(page.locator(f"#{name}.missing")).to_have_count(0)
