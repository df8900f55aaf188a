"""The form beside the call shows what speech recognition heard, or says why it shows nothing."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from calls.events import RecordingErased, RecordingKept
from calls.fact import Fact
from calls.quality.words import WordsRecognised
from ledger.quality.verify import verify
from ledger.writer import LedgerWriter
from tests.console.conftest import House

ODD = "<script>谢谢"


async def _add(folder: Path, call: str, fact: Fact) -> None:
    with LedgerWriter(folder / "ledger.sqlite") as writer:
        writer.append_late(call, fact)
        await writer.durable()


async def _kept(folder: Path, call: str) -> None:
    name = f"{call}-r1"
    fact = RecordingKept(
        recording=name,
        file=f"recordings/{name}.wav",
        sha256="aa11",
        bytes=44,
        duration_ms=17_000,
        problem="",
    )
    await _add(folder, call, fact)


def _words(call: str) -> WordsRecognised:
    return WordsRecognised(
        engine="by hand",
        recordings={f"{call}-r1": "aa11"},
        looked_for=("您好", ODD, "请稍等"),
        polite=(("您好", 6_000, 6_500), (ODD, 9_000, 9_400)),
        lines=(
            {
                "line": "welcome",
                "said_ms": 400,
                "finding": "not_found",
                "similarity": 0.1,
                "from_ms": 400,
                "to_ms": 2_400,
            },
        ),
    )


async def _polite_question(house: House, call: str) -> str:
    """The question about polite words, as its evaluator sees it."""
    browser = await house.signed_in("lily")
    await browser.get(f"/calls/{call}")
    opened = await browser.post(f"/calls/{call}/evaluate", {"form": "q04"})
    page = (await browser.get(str(opened.headers["location"]))).text
    found = re.search(r'<fieldset id="q-polite_words".*?</fieldset>', page, re.DOTALL)
    assert found
    return found[0]


async def test_polite_words_and_odd_lines_are_a_click_away(house: House, tmp_path: Path) -> None:
    call = house.calls["queued"]
    await _kept(tmp_path, call)
    house.room.book.append(f"call/{call}", _words(call), actor="terminal:lily")

    shown = await _polite_question(house, call)

    assert "礼貌用语听出 2 处" in shown
    assert "没听出来（不等于没说）：请稍等" in shown
    places = re.findall(r'data-hear="(\d+)" data-until="(\d+)" title="([^"]*)"', shown)
    assert [(int(one), int(two)) for one, two, _ in places] == [
        (4_500, 8_000),
        (7_500, 10_900),
        (0, 3_900),
    ]
    assert html.unescape(places[2][2]) == "没听出来：欢迎致电,人工服务请按 2。"
    assert "<script>" not in shown
    assert not re.search(r"<input[^>]*\bchecked", shown), "the answer stays the person's"
    assert not verify(house.room.book).findings


async def test_without_words_the_question_says_why_it_is_the_persons(
    house: House, tmp_path: Path
) -> None:
    call = house.calls["queued"]
    await _kept(tmp_path, call)

    shown = await _polite_question(house, call)

    assert "机器答不了，请人工判断：" in shown
    assert "没有做语音识别" in shown


async def test_words_go_with_an_erased_recording(house: House, tmp_path: Path) -> None:
    call = house.calls["queued"]
    await _kept(tmp_path, call)
    house.room.book.append(f"call/{call}", _words(call), actor="terminal:lily")
    await _add(tmp_path, call, RecordingErased(recording=f"{call}-r1", why="asked", by="root"))

    shown = await _polite_question(house, call)

    assert "没有可听的录音" in shown
    assert "礼貌用语听出" not in shown


@pytest.mark.parametrize("damage", [{"polite": [["您好"]]}, {"recordings": []}])
async def test_words_that_were_changed_by_another_program_are_told(
    house: House, tmp_path: Path, damage: dict[str, object]
) -> None:
    call = house.calls["queued"]
    await _kept(tmp_path, call)
    fact = _words(call)
    for name, worth in damage.items():
        setattr(fact, name, worth)
    browser = await house.signed_in("lily")
    await browser.get(f"/calls/{call}")
    opened = await browser.post(f"/calls/{call}/evaluate", {"form": "q04"})
    house.room.book.append(f"call/{call}", fact, actor="terminal:lily")

    answer = await browser.get(str(opened.headers["location"]))

    assert answer.status_code == 404
    assert "recognised words were changed by another program" in answer.text
