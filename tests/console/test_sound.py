"""The sound in ranges: to whom, how often it is logged, and exactly which bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from calls.errors import LostKeyError
from console.web.playback import AT_ONCE, Playbacks, wanted_range
from tests.console.conftest import Browser, House
from tests.console.house import Shelf


async def _playback(browser: Browser, call: str) -> str:
    page = await browser.get(f"/calls/{call}")
    found = re.search(r'data-sound="(/recordings/[\w-]+)"', page.text)
    assert found
    return found[1]


async def test_the_whole_sound_comes_as_it_is_kept(house: House) -> None:
    browser = await house.signed_in("lily")
    sound = await _playback(browser, house.calls["silent"])

    answer = await browser.http.get(sound)

    assert answer.status_code == 200
    assert answer.content == house.shelf.sounds[house.calls["silent"]]
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=44-", 44, None), ("bytes=-100", -100, None)],
)
async def test_a_range_is_exactly_the_bytes_asked_for(
    house: House, asked: str, first: int, last: int | None
) -> None:
    browser = await house.signed_in("lily")
    whole = house.shelf.sounds[house.calls["silent"]]
    wanted = whole[first:] if last is None else whole[first : last + 1]

    answer = await browser.http.get(
        await _playback(browser, house.calls["silent"]), headers={"range": asked}
    )

    assert answer.status_code == 206
    assert answer.content == wanted
    start = first % len(whole)
    end = start + len(wanted) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(whole)}"


async def test_a_range_behind_the_end_is_refused_with_the_size(house: House) -> None:
    browser = await house.signed_in("lily")
    size = len(house.shelf.sounds[house.calls["silent"]])

    answer = await browser.http.get(
        await _playback(browser, house.calls["silent"]), headers={"range": f"bytes={size}-"}
    )

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


async def test_several_ranges_give_the_whole_and_no_patchwork(house: House) -> None:
    browser = await house.signed_in("lily")

    answer = await browser.http.get(
        await _playback(browser, house.calls["silent"]), headers={"range": "bytes=0-1,4-5"}
    )

    assert answer.status_code == 200


async def test_a_playback_is_logged_once_however_many_ranges(house: House) -> None:
    browser = await house.signed_in("lily")
    call = house.calls["silent"]
    sound = await _playback(browser, call)
    for first in (0, 1000, 2000):
        await browser.http.get(sound, headers={"range": f"bytes={first}-{first + 99}"})

    assert house.looks().count(("lily", "played", f"call/{call}")) == 1
    await browser.http.get(await _playback(browser, call))
    assert house.looks().count(("lily", "played", f"call/{call}")) == 2


async def test_somebody_elses_address_of_a_sound_is_worth_nothing(house: House) -> None:
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")
    sound = await _playback(lily, house.calls["silent"])

    answer = await quan.http.get(sound)

    assert answer.status_code == 404
    assert ("quan", "played", f"call/{house.calls['silent']}") not in house.looks()


async def test_who_lost_the_right_to_hear_gets_no_further_range(house: House) -> None:
    browser = await house.signed_in("quan")
    sound = await _playback(browser, house.calls["silent"])
    assert (await browser.http.get(sound)).status_code == 200

    house.room.accounts.change("quan", actor="root", role=house.role("admin"))
    await browser.sign_in("quan")

    assert (await browser.http.get(sound)).status_code == 403
    assert house.looks()[-1] == ("quan", "denied", f"call/{house.calls['silent']}")


async def test_a_call_without_sound_says_so_and_is_told_all_the_same(house: House) -> None:
    browser = await house.signed_in("lily")

    page = await browser.get(f"/calls/{house.calls['script']}")

    assert "data-sound" not in page.text
    assert "对不起" in page.text


async def test_a_recording_that_is_not_what_was_kept_is_shown_as_such(house: House) -> None:
    browser = await house.signed_in("lily")
    house.shelf.problem = "20260105-r1: changed since it was kept"

    answer = await browser.get(f"/calls/{house.calls['silent']}/proof")

    assert "changed since it was kept" in answer.text
    assert "badge bad" in answer.text


async def test_one_account_has_only_so_many_sounds_at_once(house: House) -> None:
    browser = await house.signed_in("lily")
    sound = await _playback(browser, house.calls["silent"])
    playbacks: Playbacks = house.app().state.playbacks
    for _ in range(AT_ONCE):
        assert playbacks.enter("lily")

    assert (await browser.http.get(sound)).status_code == 429
    playbacks.leave("lily")
    assert (await browser.http.get(sound)).status_code == 200
    assert (await browser.http.get(sound)).status_code == 200, (
        "an answer that is over is counted no more"
    )


async def test_a_supervisors_own_voice_is_for_supervisors_alone(house: House) -> None:
    call = house.calls["queued"]
    voice = f"{call}-s1"
    house.shelf.put(voice, 2)
    house.shelf.voices[voice] = (call, 5000)
    sun, lily = await house.signed_in("sun"), await house.signed_in("lily")

    page = (await sun.get(f"/calls/{call}")).text
    heard = re.search(r'<audio [^>]*src="(/recordings/[\w-]+)"', page)
    assert heard
    answer = await sun.http.get(heard[1])

    assert answer.content == house.shelf.sounds[voice]
    assert house.looks()[-1] == ("sun", "played", f"recording/{voice}")
    assert "<audio" not in (await lily.get(f"/calls/{call}")).text
    assert (await lily.http.get(heard[1])).status_code == 404


@given(some.text(max_size=40), some.integers(1, 10_000))
def test_no_range_header_asks_for_bytes_that_are_not_there(header: str, size: int) -> None:
    for asked in (header, f"bytes={header}"):
        try:
            found = wanted_range(asked, size)
        except ValueError:
            continue
        assert found is None or 0 <= found[0] <= found[1] < size


@given(some.integers(0, 99), some.integers(0, 199), some.integers(100, 200))
def test_a_range_inside_the_file_is_taken_as_it_is(first: int, last: int, size: int) -> None:
    found = wanted_range(f"bytes={first}-{last}", size)

    assert found == (None if last < first else (first, min(last, size - 1)))


async def test_a_sound_that_cannot_be_opened_costs_no_mark_of_the_call(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(shelf: Shelf, call_id: str) -> None:
        raise LostKeyError(f"keys/1.kek: the key of {call_id} is not there; put it back")

    browser = await house.signed_in("lily")
    monkeypatch.setattr(Shelf, "waves", lost)
    monkeypatch.setattr(Shelf, "proven", lost)

    told = (await browser.get(f"/calls/{house.calls['silent']}/waves")).json()
    proof = await browser.get(f"/calls/{house.calls['silent']}/proof")

    assert (told["caller"], told["house"]) == ([], [])
    assert told["marks"]
    assert "put it back" in proof.text
