"""Recordings in every form, and the command that hears them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from agi.ears.vad import EarsError
from agi.ears.wav import read_wav, resample
from tests.agi.ears.sounds import DATA, Samples, hiss, pcm, then, voice
from tests.support.command_line import thirdring


def wav(path: Path, body: bytes, *, tag: int = 1, bits: int = 16, rate: int = 8000) -> Path:
    """Write a mono WAV file."""
    size = bits // 8
    shape = struct.pack("<HHIIHH", tag, 1, rate, rate * size, size, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def sine(rate: int, hertz: float = 1000) -> Samples:
    return np.asarray(0.5 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate), dtype=np.float32)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_comes_out_as_the_same_sound_at_8_khz(rate: int) -> None:
    out = resample(sine(rate).astype(np.float64), rate)

    assert len(out) == 8000
    assert np.allclose(out[400:-400], sine(8000)[400:-400], atol=2e-3)


def test_what_a_telephone_cannot_carry_does_not_fold_back() -> None:
    out = resample(sine(48_000, 6000).astype(np.float64), 48_000)

    assert np.abs(out[400:-400]).max() < 1e-3


@pytest.mark.parametrize(
    ("kind", "scale", "tag", "bits"),
    [("<i2", 32768, 1, 16), ("<i4", 2**31, 1, 32), ("<f4", 1, 3, 32), ("<f8", 1, 3, 64)],
)
def test_every_sample_format_is_the_same_sound(
    tmp_path: Path, kind: str, scale: int, tag: int, bits: int
) -> None:
    body = (sine(8000).astype(np.float64) * scale).astype(kind).tobytes()

    found = read_wav(wav(tmp_path / "a.wav", body, tag=tag, bits=bits))

    assert np.allclose(found, sine(8000), atol=1e-4)


def test_eight_and_twenty_four_bits_and_companded_samples_are_read(tmp_path: Path) -> None:
    eight = wav(tmp_path / "8.wav", (sine(8000) * 127 + 128).astype(np.uint8).tobytes(), bits=8)
    wide = (sine(8000).astype(np.float64) * 2**23).astype("<i4").view(np.uint8).reshape(-1, 4)
    three = wav(tmp_path / "24.wav", wide[:, :3].tobytes(), bits=24)

    assert np.allclose(read_wav(eight), sine(8000), atol=0.01)
    assert np.allclose(read_wav(three), sine(8000), atol=1e-5)
    # G.711: silence, the loudest, its negative.
    alaw = read_wav(wav(tmp_path / "a.wav", bytes([0xD5, 0xAA, 0x2A]), tag=6, bits=8))
    mulaw = read_wav(wav(tmp_path / "u.wav", bytes([0xFF, 0x80, 0x00]), tag=7, bits=8))
    assert alaw == pytest.approx([8 / 32768, 32256 / 32768, -32256 / 32768])
    assert mulaw == pytest.approx([0, 32124 / 32768, -32124 / 32768])


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"hello" * 100, b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff"]
)
def test_what_is_no_recording_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)

    with pytest.raises(EarsError, match=r"bad\.wav.*convert"):
        read_wav(path)


def test_the_command_prints_what_was_heard_as_json(tmp_path: Path) -> None:
    path = wav(tmp_path / "call.wav", pcm(then(hiss(4, -65), voice(), hiss(1, -65))))

    result = thirdring("ears", path, "--json")

    assert result.exit_code == 0, result.output
    heard = json.loads(result.output)
    assert heard["final"] == "speech"
    assert [decision["label"] for decision in heard["decisions"]] == ["silence", "speech"]
    assert heard["decisions"][0]["at_ms"] == 3100
    assert 4000 < heard["speech_starts_ms"][0] < heard["decisions"][1]["at_ms"] < 4900


def test_the_command_prints_a_table_for_people() -> None:
    result = thirdring("ears", DATA / "order.wav")

    assert result.exit_code == 0
    assert "speech" in result.output
    assert "Speech began at: 0." in result.output
