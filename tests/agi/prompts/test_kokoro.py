"""Kokoro's process: what is asked of it, and that its faults stay its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agi.prompts import kokoro, sound
from agi.prompts.engines import make_engines
from agi.prompts.kokoro import KokoroEngine
from agi.prompts.kokoro_worker import MOST_PHONEMES, VOCABULARY, _pieces
from calls.errors import PromptError
from tests.agi.prompts.levels import to_float

_HEAD = """
import array, json, math, os, sys
def speak(count):
    sys.stdout.buffer.write(json.dumps({"rate": 24000, "samples": count}).encode() + b"\\n")
    tone = array.array("f", (0.3 * math.sin(n / 5) for n in range(count)))
    sys.stdout.buffer.write(tone.tobytes())
    sys.stdout.buffer.flush()
"""
_GOOD = (
    _HEAD
    + """
for line in sys.stdin:
    with open(sys.argv[1] + "/asked", "a") as file:
        file.write(line)
    speak(24000)
"""
)

Maker = Callable[[str], KokoroEngine]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    """Engines over a worker written by the test, with an empty model folder that looks whole."""
    made: list[KokoroEngine] = []
    (tmp_path / "voices").mkdir()
    for name in ("model.onnx", "voices/zf_xiaoxiao.bin", "voices/af_heart.bin"):
        (tmp_path / name).touch()

    def engine(worker: str) -> KokoroEngine:
        script = tmp_path / "worker.py"
        script.write_text(worker)
        monkeypatch.setattr(kokoro, "WORKER", script)
        made.append(KokoroEngine(tmp_path, timeout_s=2))
        return made[-1]

    yield engine
    for one in made:
        one.close()


def test_one_process_serves_text_after_text_with_the_languages_voice(
    make: Maker, tmp_path: Path
) -> None:
    engine = make(_GOOD)

    samples = engine.synthesize("1000号，您好", "zh-Hans")
    engine.synthesize("Hello", "en")

    assert 900 < len(samples) / 8 < 1200
    assert sound.active_level_dbov(to_float(samples)) == pytest.approx(-22, abs=1)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 2
    assert "zf_xiaoxiao" in asked[0]
    assert "af_heart" in asked[1]


@pytest.mark.parametrize(
    ("worker", "says"),
    [
        ("import os; os.abort()", "stopped before it had spoken"),
        ("print('not json'); import sys; sys.stdin.read()", "stopped before it had spoken"),
        (_HEAD + "print(json.dumps({'rate': 1, 'samples': 9}), flush=True)", "stopped before"),
        (_HEAD + "print(json.dumps({'problem': 'no module misaki'}), flush=True)", "misaki"),
        ("import threading; threading.Event().wait()", "it has 2 s"),
    ],
)
def test_a_worker_that_fails_is_an_error_and_not_a_hang(
    make: Maker, worker: str, says: str
) -> None:
    with pytest.raises(PromptError, match=says):
        make(worker).synthesize("hello", "en")


def test_a_crashed_worker_is_started_again_for_the_next_text(make: Maker, tmp_path: Path) -> None:
    engine = make(
        _HEAD
        + """
if not os.path.exists(sys.argv[1] + "/crashed"):
    open(sys.argv[1] + "/crashed", "w").close()
    os.abort()
for line in sys.stdin:
    speak(24000)
"""
    )

    with pytest.raises(PromptError):
        engine.synthesize("hello", "en")
    assert len(engine.synthesize("hello", "en"))


def test_closing_ends_the_process(make: Maker, tmp_path: Path) -> None:
    engine = make(
        _GOOD.replace(
            "for line", "open(sys.argv[1] + '/pid', 'w').write(str(os.getpid()))\nfor line", 1
        )
    )
    engine.synthesize("hello", "en")
    pid = int((tmp_path / "pid").read_text())
    engine.close()
    engine.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path) -> None:
    engine = KokoroEngine(tmp_path / "none")

    assert "fetch-kokoro" in engine.missing()
    with pytest.raises(PromptError, match="fetch-kokoro"):
        engine.synthesize("hello", "en")
    assert make_engines(["kokoro"], kokoro_models=tmp_path / "none") == []


def test_the_vocabulary_is_the_models_own() -> None:
    """Spot values of config.json of Kokoro-82M v1.0; the count is its whole vocabulary."""
    assert len(VOCABULARY) == 114
    values = {"$": None, ";": 1, "—": 9, " ": 16, "A": 24, "Y": 41, "a": 43, "h": 50, "ɑ": 69,
              "ɡ": 92, "ɹ": 123,
              "ˈ": 156, "ː": 158, "↓": 169, "→": 171, "↘": 173, "ᵻ": 177}  # fmt: skip
    assert {symbol: VOCABULARY.get(symbol) for symbol in values} == values


def test_a_long_text_is_broken_after_punctuation() -> None:
    sounds = "ni↗nxau↓, " * 100

    pieces = list(_pieces(sounds))

    assert "".join(pieces) == sounds
    assert max(map(len, pieces)) <= MOST_PHONEMES
    assert all(piece.endswith(", ") for piece in pieces)
    assert [len(piece) for piece in _pieces("a" * 1000)] == [400, 400, 200]
