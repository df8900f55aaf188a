"""The headset's microphone through ALSA, in a thread of its own.

The SIP stack could open it itself, but then nothing of it could be muted: its only mute stops
nothing on the wire of a telephone call. So the stack sends what is written to it, and we write.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from softphone_panel.phone.ports import PhoneError

_log = structlog.get_logger()

RATE: Final = 8000
FRAME: Final = 160
LATENCY_US: Final = 60_000
_AHEAD_MS: Final = 120
"""With more than this unsent the card's clock is faster than the line's: its buffer overruns then,
and ALSA drops what is too much."""

_CAPTURE: Final = 1
_S16_LE: Final = 2
_INTERLEAVED: Final = 3
_RESAMPLE: Final = 1
_EMPTY_S: Final = 0.02


class Mouth(Protocol):
    """Takes what is said."""

    def speak(self, pcm: bytes) -> int: ...

    def buffered_ms(self) -> int: ...


class Microphone:
    """Opened with a call, closed with it. `mouth` says where the words go just now."""

    def __init__(self, audio: str, mouth: Callable[[], Mouth | None]) -> None:
        self._device = audio.partition(",")[2] or "default"
        self._mouth = mouth
        self._alsa = _alsa()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to speak into the call. Raises PhoneError `no_audio`; the call stays."""
        self.close()
        handle = ctypes.c_void_p()
        code = self._alsa.snd_pcm_open(
            ctypes.byref(handle), self._device.encode("utf-8"), _CAPTURE, 0
        )
        if code >= 0:
            code = self._alsa.snd_pcm_set_params(
                handle, _S16_LE, _INTERLEAVED, 1, RATE, _RESAMPLE, LATENCY_US
            )
            if code < 0:
                self._alsa.snd_pcm_close(handle)
        if code < 0:
            why = self._alsa.snd_strerror(code).decode("utf-8", "replace")
            raise PhoneError("no_audio", f"no microphone {self._device!r} ({why}); see arecord -L")
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(handle, self._stop), name="microphone", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End; harmless when it is closed."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None

    def _run(self, handle: ctypes.c_void_p, stop: threading.Event) -> None:
        frame = ctypes.create_string_buffer(FRAME * 2)
        try:
            while not stop.is_set():
                got = self._alsa.snd_pcm_readi(handle, frame, FRAME)
                if got < 0 and self._alsa.snd_pcm_recover(handle, int(got), 1) < 0:
                    _log.warning("phone.microphone_gone")
                    return
                if got <= 0 or not self._say(frame.raw[: got * 2], stop):
                    stop.wait(_EMPTY_S)
        finally:
            self._alsa.snd_pcm_close(handle)

    def _say(self, pcm: bytes, stop: threading.Event) -> bool:
        """False when there is nobody to say it to."""
        while (mouth := self._mouth()) is not None and not stop.is_set():
            if mouth.buffered_ms() < _AHEAD_MS:
                return mouth.speak(pcm) > 0
            stop.wait(_EMPTY_S)
        return False


_ErrorHandler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


def _keep_still(file: bytes, line: int, function: bytes, code: int, form: bytes) -> None:
    """ALSA writes its errors to stderr, on which the panel is drawn; ours say the same."""


_KEEP_STILL: Final = _ErrorHandler(_keep_still)  # ALSA keeps no reference of its own


def _alsa() -> Any:
    """libasound: the one that came with the SIP stack, else the system's."""
    found = importlib.util.find_spec("baresip")
    folder = Path(found.origin or "").parents[1] / "baresip_python.libs" if found else Path()
    bundled = sorted(folder.glob("libasound-*.so*"))
    name = str(bundled[0]) if bundled else ctypes.util.find_library("asound")
    if not name:
        raise PhoneError("no_audio", "no ALSA library (libasound2) on this machine")
    alsa = ctypes.CDLL(name)
    alsa.snd_strerror.restype = ctypes.c_char_p
    alsa.snd_pcm_readi.restype = ctypes.c_long
    alsa.snd_pcm_readi.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ulong]
    alsa.snd_pcm_open.argtypes = [
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    alsa.snd_pcm_set_params.argtypes = [
        ctypes.c_void_p,
        *(ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_int, ctypes.c_uint),
    ]
    alsa.snd_pcm_recover.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    alsa.snd_pcm_close.argtypes = [ctypes.c_void_p]
    alsa.snd_lib_error_set_handler(_KEEP_STILL)
    return alsa
