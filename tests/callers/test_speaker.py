"""The speakers through a player program, with a program that writes down what it is given."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from callers.speaker import PLAYERS, PlayerSpeaker, SpeakerError, find_player
from calls.errors import ConfigError
from tests.support.fake_player import FakePlayer

SECOND = 16_000


def sound(ms: int) -> bytes:
    at = np.arange(8 * ms) / 8000
    return (8000 * np.sin(2 * np.pi * 440 * at)).astype("<i2").tobytes()


async def heard(player: FakePlayer, runs: int = 1, at_least: int = 1) -> None:
    async with asyncio.timeout(20):
        while len(player.runs()) < runs or len(player.runs()[-1].samples) < at_least:
            await asyncio.sleep(0.02)


async def ended(player: FakePlayer) -> None:
    async with asyncio.timeout(20):
        while not (player.runs() and player.runs()[-1].ended):
            await asyncio.sleep(0.02)


def no_trouble(why: str) -> None:
    raise AssertionError(why)


async def test_what_is_said_is_played_whole_and_the_device_is_let_go(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, no_trouble)
    speaker.say(sound(300))
    speaker.say(sound(200))
    speaker.rest()
    await ended(player)
    speaker.say(sound(100))
    speaker.rest()
    await heard(player, runs=2, at_least=800)
    await ended(player)
    await speaker.close()

    first, second = player.runs()
    assert first.samples.tobytes() == sound(300) + sound(200)
    assert second.samples.tobytes() == sound(100)
    assert speaker.trouble == ""


async def test_a_stop_is_heard_at_once(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, no_trouble)
    speaker.say(sound(500))
    await heard(player, at_least=4000)
    speaker.stop()
    await speaker.close()

    (run,) = player.runs()
    assert not run.ended


async def test_after_a_stop_new_words_are_played_by_themselves(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, no_trouble)
    speaker.say(sound(500))
    await heard(player, at_least=4000)
    speaker.stop()
    speaker.say(sound(120))
    speaker.rest()
    await heard(player, runs=2, at_least=960)
    await speaker.close()

    assert player.runs()[1].samples.tobytes() == sound(120)


async def test_a_player_that_dies_is_told_once_and_all_is_silence(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path, "dies")
    told: list[str] = []
    speaker = PlayerSpeaker(player.argv, told.append)
    async with asyncio.timeout(20):
        while not told:
            speaker.say(sound(100))
            await asyncio.sleep(0.02)
    speaker.say(sound(2000))
    speaker.rest()
    await asyncio.sleep(0.1)
    await speaker.close()

    assert len(told) == 1
    assert "ended by itself (code 3)" in told[0]
    assert len(player.runs()) == 1


async def test_a_player_that_takes_nothing_is_given_up(tmp_path: Path) -> None:
    told: list[str] = []
    speaker = PlayerSpeaker(FakePlayer(tmp_path, "deaf").argv, told.append)
    for _ in range(40):
        speaker.say(sound(100))
    await speaker.close()

    assert told == [f"{speaker._argv[0]} takes no sound"]


async def test_a_player_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    speaker = PlayerSpeaker((str(tmp_path / "gone"),), told.append)
    speaker.say(sound(20))
    async with asyncio.timeout(10):
        while not told:
            await asyncio.sleep(0.01)
    await speaker.close()

    assert "No such file" in told[0]


def _install(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is installed but what the test installs, and `cat` and `sleep`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "sleep"):
        (folder / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_the_first_player_that_finds_a_device_is_taken(programs: Path) -> None:
    _install(
        programs, "aplay", "echo 'aplay: main:831: audio open error: no such device' >&2; exit 1"
    )
    _install(programs, "pw-play", 'case "$*" in *--raw*) exit 1;; esac; cat >/dev/null')
    _install(programs, "paplay", "cat >/dev/null")

    found = find_player()

    assert found[0] == "pw-play"
    assert "--raw" not in found


def test_without_a_device_every_player_says_why(programs: Path) -> None:
    _install(programs, "aplay", "echo 'audio open error: no such device' >&2; exit 1")
    _install(programs, "paplay", "echo 'Connection refused' >&2; exit 1")

    with pytest.raises(
        SpeakerError, match=r"aplay: .*no such device; paplay: Connection"
    ) as caught:
        find_player()

    assert caught.value.installed


def test_without_a_player_the_error_names_what_to_install(programs: Path) -> None:
    with pytest.raises(SpeakerError, match="not installed: aplay, pw-play, paplay") as caught:
        find_player()

    assert not caught.value.installed


def test_a_player_that_waits_for_a_device_in_use_is_passed_over(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callers.speaker.TRY_S", 0.3)
    _install(programs, "aplay", "exec sleep 60")
    _install(programs, "paplay", "cat >/dev/null")

    assert find_player()[0] == "paplay"


def test_a_player_of_ones_own_is_tried_alone(programs: Path, tmp_path: Path) -> None:
    _install(programs, "aplay", "cat >/dev/null")
    _install(programs, "mine", f"cat >'{tmp_path}/got it'")

    assert find_player("mine --to 'the desk'") == ("mine", "--to", "the desk")
    assert (tmp_path / "got it").stat().st_size == 800
    with pytest.raises(SpeakerError, match="not installed: yours"):
        find_player("yours -")
    with pytest.raises(ConfigError, match="mend its quotes"):
        find_player("mine 'open")
    with pytest.raises(ConfigError, match="empty command"):
        find_player(" ")


SOX = "sox -q -t raw -r 8000 -c 1 -e signed-integer -b 16 - -t alsa desk"
APLAY = " ".join(PLAYERS[0])


@pytest.mark.parametrize("command", [APLAY, SOX], ids=["aplay", "sox"])
async def test_through_alsa_the_very_samples_come_out(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(command.split()[0]) is None:
        pytest.skip(f"{command.split()[0]} is not installed")
    raw = tmp_path / "desk.raw"
    conf = tmp_path / "asound.conf"
    conf.write_text(
        "pcm.nowhere { type null }\n"
        'pcm.!default "desk"\n'
        f'pcm.desk {{ type file slave.pcm "nowhere" file "{raw}" format "raw" }}\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(conf))
    try:
        argv = find_player(command)
    except SpeakerError as error:
        pytest.skip(f"no ALSA here: {error}")
    speaker = PlayerSpeaker(argv, no_trouble)
    speaker.say(sound(1000))
    speaker.rest()
    async with asyncio.timeout(20):
        while not raw.exists() or raw.stat().st_size < SECOND:
            await asyncio.sleep(0.05)
    await speaker.close()

    played = np.frombuffer(raw.read_bytes(), "<i2")[: SECOND // 2]
    assert np.max(np.abs(played - np.frombuffer(sound(1000), "<i2"))) <= 1


def test_all_known_players_read_from_their_input() -> None:
    assert {argv[0] for argv in PLAYERS} == {"aplay", "pw-play", "paplay"}
    assert all("8000" in " ".join(argv) for argv in PLAYERS)
    assert os.sep not in "".join(argv[0] for argv in PLAYERS)
