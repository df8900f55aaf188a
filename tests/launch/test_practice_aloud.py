"""A practice call that is heard: through a player that writes down what it is given."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from callers.speaker import PlayerSpeaker
from callers.voicebank import VoiceBank
from calls.floor import orders
from calls.floor.states import AgentState
from launch.practice.aloud import engines_of, player_or_why
from launch.practice.report import text_only
from launch.settings.site import Settings
from tests.support.command_line import thirdring
from tests.support.fake_player import FakePlayer
from tests.support.trainee import Trainee, over


@pytest.fixture(autouse=True)
def _rings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launch.practice.session.BEFORE_RING_S", 0.01)


async def asked(trainee: Trainee) -> None:
    """Greeted, asked, and the caller is heard."""
    await trainee.take()
    for line in ("greeting", "how_may_i_help"):
        await trainee.until(
            lambda view, line=line: bool(  # type: ignore[misc]
                view.call
                and view.call.script
                and view.call.script.line
                and view.call.script.line.name == line
            )
        )
        await trainee.floor.carry_out(orders.LineDone(line=line, how="confirmed"))


async def plays(player: FakePlayer, samples: int) -> None:
    async with asyncio.timeout(30):
        while not (runs := player.runs()) or len(runs[-1].samples) < samples:
            await asyncio.sleep(0.02)


def silent(why: str) -> None:
    raise AssertionError(why)


async def test_the_caller_is_heard_in_the_voice_of_the_persona(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, silent)
    trainee = Trainee("water_off", times=1, speaker=speaker)
    await asked(trainee)
    voice = VoiceBank.load().samples("zh_f", "repair", -22.0).astype(np.float64)
    await plays(player, len(voice) + 8 * 400)
    await trainee.floor.close()
    await speaker.close()

    heard = player.runs()[0].samples / 32768
    begin = int(np.argmax(np.correlate(heard, voice, "valid")))
    assert np.corrcoef(heard[begin : begin + len(voice)], voice)[0, 1] > 0.999


async def test_who_talks_over_the_caller_hears_no_more_of_it(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, silent)
    trainee = Trainee("water_off", times=1, speaker=speaker)
    await asked(trainee)
    await plays(player, 8 * 700)
    talk = trainee.floor._talk
    assert talk is not None
    before = talk.caller.sound()[0].value
    await trainee.floor.carry_out(orders.Pick(keys="silence"))  # the next line is on the screen
    await asyncio.sleep(0.3)
    after, given = talk.caller.sound()[0].value, len(player.runs()[0].samples)
    await asyncio.sleep(0.5)

    assert (before, after) == ("speech", "silence")
    assert len(player.runs()[0].samples) == given
    assert not player.runs()[0].ended
    await trainee.floor.close()
    await speaker.close()


async def test_with_the_hang_up_the_caller_is_silent(tmp_path: Path) -> None:
    player = FakePlayer(tmp_path)
    speaker = PlayerSpeaker(player.argv, silent)
    trainee = Trainee("water_off", times=1, speaker=speaker)
    await asked(trainee)
    await plays(player, 8 * 700)
    await trainee.floor.carry_out(orders.HangUp())
    await trainee.floor.close()
    await speaker.close()

    (run,) = player.runs()
    assert not run.ended
    assert len(run.samples) < len(VoiceBank.load().samples("zh_f", "repair", -22.0))


async def test_a_player_that_dies_leaves_a_call_in_text(tmp_path: Path) -> None:
    told: list[str] = []
    speaker = PlayerSpeaker(FakePlayer(tmp_path, "dies").argv, told.append)
    trainee = Trainee("water_off", times=2, speaker=speaker)
    await trainee.take()
    await trainee.work(over)
    await trainee.floor.carry_out(orders.HangUp())
    await trainee.floor.close()
    await speaker.close()

    assert len(told) == 1
    assert trainee.floor.view().state.state is AgentState.WRAP_UP
    assert "您好，我家里停水了，想报修。" in trainee.heard
    assert trainee.floor.score().points == 100


async def test_words_of_the_personas_own_are_spoken_by_the_houses_engines(tmp_path: Path) -> None:
    program = tmp_path / "say.py"
    program.write_text(
        "import sys, wave, math, struct\n"
        "text = open(sys.argv[1], encoding='utf-8').read()\n"
        "with wave.open(sys.argv[2], 'wb') as out:\n"
        "    out.setparams((1, 2, 8000, 0, 'NONE', ''))\n"
        "    tone = (int(9000 * math.sin(at / 4)) for at in range(1000 * len(text.strip())))\n"
        "    out.writeframes(b''.join(struct.pack('<h', one) for one in tone))\n",
        encoding="utf-8",
    )
    command = (sys.executable, str(program), "{text_file}", "{wav_file}")
    settings = Settings.model_validate({"prompts": {"engines": [], "command": command}})
    with engines_of(settings, tmp_path / "state") as render:
        pcm = await render("让我等很久了", "zh-Hans")
        again = await render("让我等很久了", "zh-Hans")

    assert 5000 < len(pcm) // 2 < 7500
    assert pcm == again


def test_without_a_player_the_panel_says_that_the_caller_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    argv, why = player_or_why("")

    assert argv == ()
    assert text_only(why, "zh").startswith("没有声音，客户的话只显示文字（not installed: aplay")
    assert text_only(why, "en").startswith("No sound: the caller is text only (")
    assert text_only("", "zh") == ""


def test_a_player_that_is_no_command_is_refused_before_the_panel_opens(tmp_path: Path) -> None:
    asked = ["practice", "--state", str(tmp_path), "--player", "mine 'open"]
    found = thirdring(*asked)

    assert found.exit_code != 0
    assert "mend its quotes" in str(found.exception)


def test_muted_no_player_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from launch.commands.practice import _player

    def never(command: str) -> tuple[tuple[str, ...], str]:
        raise AssertionError(command)

    monkeypatch.setattr("launch.practice.aloud.player_or_why", never)

    assert _player("mine", mute=True) == ((), "")


def test_an_english_caller_is_spoken_to_in_english(tmp_path: Path) -> None:
    from launch.commands.practice import _stage

    persona = tmp_path / "smith.yaml"
    persona.write_text(
        "persona: smith\nlanguage: en\nvoice: en_f\nanswers: [{say: repair, after: 1s}]\n",
        encoding="utf-8",
    )
    stage = _stage(Settings(), str(persona), tmp_path, "801", "agent_call")
    line = stage.house.lines["greeting"].speak(stage.language, stage.variables)

    assert line.text == "Hello! This is Thirdring, line 801."
    assert _stage(Settings(), "water_off", tmp_path, "801", "agent_call").language == "zh-Hans"
