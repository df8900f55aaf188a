"""The headset's microphone, through ALSA itself on a device that is a file."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from softphone_panel.phone.microphone import Microphone
from softphone_panel.phone.ports import PhoneError
from tests.support.heard import tone
from tests.support.sound_device import microphone_file

SOUND = tone(3000, hz=1000.0)


class Mouth:
    """A call with room for `room_ms` that nobody sends."""

    def __init__(self, room_ms: int = 1_000_000) -> None:
        self.said = b""
        self.room_ms = room_ms
        self.full = threading.Event()

    def speak(self, pcm: bytes) -> int:
        self.said += pcm
        if self.buffered_ms() >= 1000:
            self.full.set()
        return len(pcm)

    def buffered_ms(self) -> int:
        return max(0, len(self.said) // 16 - self.room_ms)


def test_what_is_said_arrives_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mouth = Mouth(room_ms=0)
    microphone = Microphone(microphone_file(tmp_path, SOUND, monkeypatch), lambda: mouth)
    microphone.open()
    for _ in range(500):
        if len(mouth.said) >= 1600:
            break
        threading.Event().wait(0.01)
    microphone.close()

    said = np.frombuffer(mouth.said, np.int16)
    assert len(said) >= 800
    assert np.array_equal(said, SOUND[: len(said)])


def test_it_waits_for_a_line_that_is_slower_and_can_be_closed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mouth = Mouth(room_ms=0)
    microphone = Microphone(microphone_file(tmp_path, SOUND, monkeypatch), lambda: mouth)
    microphone.open()
    threading.Event().wait(0.3)
    microphone.close()
    so_far = len(mouth.said)
    threading.Event().wait(0.1)

    # 120 ms ahead and the frame that reaches it.
    assert 0 < so_far <= 16 * 140
    assert len(mouth.said) == so_far


def test_nobody_to_talk_to_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    microphone = Microphone(microphone_file(tmp_path, SOUND, monkeypatch), lambda: None)
    microphone.open()
    microphone.close()
    microphone.close()


def test_a_device_that_is_not_there_is_said_in_words_and_nothing_is_drawn_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    microphone_file(tmp_path, SOUND, monkeypatch)
    with pytest.raises(PhoneError, match="no microphone 'gone'") as refused:
        Microphone("alsa,gone", lambda: None).open()

    assert refused.value.word == "no_audio"
    assert capfd.readouterr().err == ""
