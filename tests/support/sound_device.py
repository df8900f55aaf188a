"""A microphone without a sound card: ALSA's own file plug-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.g711 import Samples


def microphone_file(
    folder: Path, sound: Samples, monkeypatch: pytest.MonkeyPatch, *, device: str = "desk"
) -> str:
    """Make ALSA's capture device of this name give `sound`; what a panel's `--audio` takes."""
    raw = folder / f"{device}.raw"
    raw.write_bytes(sound.tobytes())
    conf = folder / "asound.conf"
    conf.write_text(
        "pcm.nowhere { type null }\n"
        f'pcm.{device} {{ type file slave.pcm "nowhere" file "/dev/null" '
        f'infile "{raw}" format "raw" }}\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(conf))
    return f"alsa,{device}"
