"""Run-time engines: programs that speak a text when no recording of it is to be had.

Every engine runs outside this process, with a time limit; text goes through a file or stdin, never
on a command line, and no shell is involved.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from agi.prompts import sound
from agi.prompts.kokoro import KokoroEngine
from agi.prompts.spoken_text import MOST_CHARACTERS, is_mandarin, spoken
from calls.errors import ConfigError, PromptError

ENGINE_NAMES = ("command", "kokoro", "flite", "espeak-ng")


class TtsEngine(Protocol):
    """Turns text into a prompt. Called from worker threads, at most as many as the store allows."""

    @property
    def name(self) -> str:
        """Short name, as settings write it."""

    @property
    def version(self) -> str:
        """Changes whenever the same text would sound different; part of the cache key."""

    @property
    def languages(self) -> frozenset[str]:
        """Languages it can speak, of `zh-Hans`, `zh-Hant`, `en`."""

    def voice(self, language: str) -> str:
        """The voice used for `language`; part of the cache key."""

    def missing(self) -> str:
        """Empty when it can run here, else what is missing and how to get it."""

    def synthesize(self, text: str, language: str) -> sound.Samples:
        """Speak `text`: int16 at 8 kHz, trimmed and leveled (see `sound.finish`).

        Blocks. Raises PromptError when it cannot, or not in time.
        """

    def close(self) -> None:
        """Let go of everything held; harmless twice."""


def _prepared(text: str, language: str, engine: str) -> str:
    said = spoken(text, language)
    if not said:
        raise PromptError(f"there is nothing to speak in this {language} line; write words in it")
    if len(said) > MOST_CHARACTERS:
        raise PromptError(
            f"{engine} is asked for {len(said)} characters at once; "
            f"keep a line under {MOST_CHARACTERS}"
        )
    return said


def run_program(
    argv: Sequence[str], wav: Path, *, name: str, timeout_s: float, stdin: bytes = b""
) -> sound.Samples:
    """Run a speaking program and take the WAV it wrote; it is killed after `timeout_s`.

    Raises PromptError naming the program and how it failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a fixed list, no shell, text only in files or stdin
            list(argv), input=stdin, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PromptError(f"{name} did not finish within {timeout_s:g} s") from error
    except OSError as error:
        raise PromptError(
            f"{name} cannot be started ({error.strerror}); is it installed?"
        ) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-200:]
        raise PromptError(f"{name} failed with code {done.returncode}: {said or 'it said nothing'}")
    signal, rate = sound.read_wav(wav)
    return sound.finish(signal, rate)


class _Program:
    """What flite, espeak-ng and a program of the user's own have in common."""

    name: str
    version: str
    languages: frozenset[str]

    def __init__(self, timeout_s: float = 15.0) -> None:
        self._timeout_s = timeout_s

    def missing(self) -> str:
        if shutil.which(self.name):
            return ""
        return f"{self.name} is not installed (Debian: apt install {self.name})"

    def close(self) -> None:
        """Nothing is held between two texts."""

    def _argv(self, text_file: Path, wav: Path, language: str) -> list[str]:
        raise NotImplementedError

    def _reading(self, text: str, language: str) -> str:
        return text

    def synthesize(self, text: str, language: str) -> sound.Samples:
        said = self._reading(_prepared(text, language, self.name), language)
        with tempfile.TemporaryDirectory(prefix="thirdring-") as folder:
            text_file, wav = Path(folder, "line.txt"), Path(folder, "line.wav")
            text_file.write_text(said + "\n", encoding="utf-8")
            argv = self._argv(text_file, wav, language)
            return run_program(argv, wav, name=self.name, timeout_s=self._timeout_s)


class FliteEngine(_Program):
    """Flite, English only, voice `slt`."""

    name = "flite"
    version = "1"
    languages = frozenset({"en"})

    def voice(self, language: str) -> str:
        return "slt"

    def _argv(self, text_file: Path, wav: Path, language: str) -> list[str]:
        return ["flite", "-voice", "slt", "-f", str(text_file), "-o", str(wav)]


class EspeakEngine(_Program):
    """espeak-ng: English, and Mandarin from pinyin where pypinyin is installed.

    A last resort for Mandarin: hard to follow, but better than silence. Its `cmn` voice is broken
    in Debian 12 (it spells pinyin as English), so the text is first turned into pinyin with tone
    numbers.
    """

    name = "espeak-ng"
    version = "1"

    def __init__(self, timeout_s: float = 15.0) -> None:
        super().__init__(timeout_s)
        self._pinyin = _pinyin_reader()
        mandarin = {"zh-Hans", "zh-Hant"} if self._pinyin else set()
        self.languages = frozenset({"en", *mandarin})

    def voice(self, language: str) -> str:
        return "cmn-latn-pinyin" if is_mandarin(language) else "en-us"

    def _reading(self, text: str, language: str) -> str:
        return self._pinyin(text) if self._pinyin and is_mandarin(language) else text

    def _argv(self, text_file: Path, wav: Path, language: str) -> list[str]:
        # -b 1: the text is UTF-8 whatever the locale says.
        voice = self.voice(language)
        return ["espeak-ng", "-v", voice, "-b", "1", "-f", str(text_file), "-w", str(wav)]


def _pinyin_reader() -> Callable[[str], str] | None:
    """Mandarin to pinyin with tone numbers, or None without pypinyin."""
    if importlib.util.find_spec("pypinyin") is None:
        return None

    def read(text: str) -> str:
        # Half a second of its own: a server that restarts under live talks has none to spare.
        pypinyin: Any = importlib.import_module("pypinyin")
        syllables = pypinyin.lazy_pinyin(
            text, style=pypinyin.Style.TONE3, neutral_tone_with_five=True
        )
        return " ".join(str(syllable) for syllable in syllables)

    return read


class CommandEngine(_Program):
    """Any program of the user's own: an argument list with {text_file}, {wav_file}, {language}.

    It reads the UTF-8 text file and writes a PCM WAV. Cached sound is kept until the list changes.
    """

    name = "command"

    def __init__(
        self,
        template: Sequence[str],
        *,
        languages: frozenset[str] = frozenset({"zh-Hans", "zh-Hant", "en"}),
        timeout_s: float = 30.0,
    ) -> None:
        super().__init__(timeout_s)
        joined = "\0".join(template)
        if "{text_file}" not in joined or "{wav_file}" not in joined:
            raise ConfigError(
                "prompts.command: the program's arguments must contain {text_file} and {wav_file}"
            )
        self._template = tuple(template)
        self.version = joined
        self.languages = languages

    def voice(self, language: str) -> str:
        return ""

    def missing(self) -> str:
        program = self._template[0]
        return "" if shutil.which(program) else f"prompts.command: no program {program} here"

    def _argv(self, text_file: Path, wav: Path, language: str) -> list[str]:
        places = {"{text_file}": str(text_file), "{wav_file}": str(wav), "{language}": language}
        argv = []
        for argument in self._template:
            for place, value in places.items():
                argument = argument.replace(place, value)
            argv.append(argument)
        return argv


def make_engines(
    names: Sequence[str], *, kokoro_models: Path | None = None, command: Sequence[str] = ()
) -> list[TtsEngine]:
    """The engines of `names` that can run here, in that order.

    A `command` goes first whenever one is configured. Raises ConfigError for an unknown name.
    """
    wanted = [*(["command"] if command and "command" not in names else []), *names]
    made: list[TtsEngine] = []
    for name in wanted:
        match name:
            case "command":
                if command:
                    made.append(CommandEngine(command))
            case "kokoro":
                if kokoro_models is not None:
                    made.append(KokoroEngine(kokoro_models))
            case "flite":
                made.append(FliteEngine())
            case "espeak-ng":
                made.append(EspeakEngine())
            case _:
                raise ConfigError(
                    f"prompts.engines: no engine {name!r}; known are {', '.join(ENGINE_NAMES)}"
                )
    return [engine for engine in made if not engine.missing()]
