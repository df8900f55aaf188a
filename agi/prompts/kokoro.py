"""Kokoro as a run-time engine: keeps `kokoro_worker` running beside the server and asks it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from agi.prompts import sound
from agi.prompts.spoken_text import MOST_CHARACTERS, is_mandarin, spoken
from calls.errors import PromptError

WORKER = Path(__file__).with_name("kokoro_worker.py")
VOICES: Mapping[str, str] = {"zh": "zf_xiaoxiao", "en": "af_heart"}
_MOST_SAMPLES = sound.MOST_SECONDS * 24_000


class KokoroEngine:
    """Kokoro-82M from a model folder (see `thirdring prompts fetch-kokoro`).

    One process with one model (0.5 GB) serves all callers, one text at a time; it is started by the
    first text, killed when it does not answer in time, and started again by the next text.
    """

    name = "kokoro"
    version = "82M-v1.0-int8/1"
    languages = frozenset({"zh-Hans", "zh-Hant", "en"})

    def __init__(
        self,
        models: Path,
        *,
        voices: Mapping[str, str] = VOICES,
        timeout_s: float = 60.0,
        threads: int = 1,
        python: str = sys.executable,
    ) -> None:
        self._models = models
        self._voices = dict(voices)
        self._timeout_s = timeout_s
        self._argv = [python, "-P", str(WORKER), str(models), str(threads)]
        self._turn = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def voice(self, language: str) -> str:
        return self._voices["zh" if is_mandarin(language) else "en"]

    def missing(self) -> str:
        needed = [self._models / "model.onnx"]
        needed += [self._models / "voices" / f"{voice}.bin" for voice in self._voices.values()]
        for file in needed:
            if not file.is_file():
                return (
                    f"kokoro: {file} is not there; "
                    f"run `thirdring prompts fetch-kokoro {self._models}`"
                )
        return ""

    def synthesize(self, text: str, language: str) -> sound.Samples:
        said = spoken(text, language)
        if not said or len(said) > MOST_CHARACTERS:
            raise PromptError(
                f"kokoro speaks 1 to {MOST_CHARACTERS} characters at once, not {len(said)}"
            )
        if problem := self.missing():
            raise PromptError(problem)
        asked = {"text": said, "language": language, "voice": self.voice(language)}
        with self._turn:
            signal, rate = self._ask(asked)
        return sound.finish(signal, rate)

    def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            worker.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self.close()
            self._worker = subprocess.Popen(  # noqa: S603 - our own file, fixed arguments
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._worker

    def _ask(self, asked: Mapping[str, str]) -> tuple[sound.Signal, int]:
        worker = self._running()
        # A read from a pipe has no time limit of its own; killing the worker ends it.
        alarm = threading.Timer(self._timeout_s, worker.kill)
        alarm.start()
        try:
            return self._exchange(worker, asked)
        except (OSError, ValueError, KeyError) as error:
            self.close()
            raise PromptError(
                f"kokoro stopped before it had spoken ({type(error).__name__}); "
                f"it has {self._timeout_s:g} s for a line"
            ) from error
        finally:
            alarm.cancel()
            alarm.join()

    def _exchange(
        self, worker: subprocess.Popen[bytes], asked: Mapping[str, str]
    ) -> tuple[sound.Signal, int]:
        stdin, stdout = worker.stdin, worker.stdout
        if stdin is None or stdout is None:
            raise OSError("the worker has no pipes")
        stdin.write(json.dumps(asked).encode() + b"\n")
        stdin.flush()
        head = json.loads(stdout.readline(65_536) or b"{}")
        if problem := head.get("problem"):
            raise PromptError(
                f"kokoro cannot speak this: {str(problem)[:200]}; it needs misaki[zh] "
                "(pip install 'thirdring[kokoro]') and espeak-ng"
            )
        count = int(head["samples"])
        data = stdout.read(4 * min(count, _MOST_SAMPLES))
        if len(data) != 4 * count:
            raise OSError("the sound was cut short")
        return np.frombuffer(data, "<f4").astype(np.float64), int(head["rate"])
