"""A call told on a terminal, from its events: who, what, when. In its language, or in another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from calls.events import CallEvent
from console.telling import story as telling
from launch.telling.tables import cell
from launch.telling.wording import Wording, terminal_language
from softphone_panel.cells import fit

_MS: Final = int | float
_WHO_CELLS: Final = 8
_to: Final = Wording({"to": ("到 {end}", "to {end}")})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story."""

    at_ms: int
    who: str
    what: str

    @property
    def line(self) -> str:
        """When, who and what, as they stand below each other on a terminal."""
        return f"{clock(self.at_ms)}  {fit(self.who, _WHO_CELLS)} {self.what}"


def clock(ms: int) -> str:
    """`mm:ss.mmm` since the call was offered; minutes go on past 59."""
    return f"{ms // 60_000:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def story(events: Iterable[CallEvent], lang: str = "", *, unmasked: bool = False) -> list[Told]:
    """What a person wants to know of a call, by time; runs of 7 digits or more are masked.

    As the console tells it, in `zh` or `en` (the terminal's language if not told), with what a page
    shows by other means: names of lines and recordings, and how long it lasted. Without the flow's
    own steps.
    """
    lang = lang or terminal_language()
    by_seq = {event.seq: event for event in events}
    told = []
    for one in telling.story(by_seq.values(), unmasked=unmasked):
        if one.kind == "step":
            continue
        what = one.zh if lang == "zh" else one.en
        beside = telling.shown(_beside(by_seq[one.seq], lang), unmasked=unmasked)
        who = cell(one.who, lang) if one.who else ""
        told.append(Told(one.from_ms, who, f"{what} · {beside}" if beside else what))
    return told


def masked(text: str) -> str:
    """The text with its telephone numbers masked."""
    return telling.shown(text)


def _beside(event: CallEvent, lang: str) -> str:
    tell = _BESIDE.get(event.kind)
    return ", ".join(filter(None, tell(event.data, lang))) if tell else ""


_Beside = Callable[[Mapping[str, Any], str], Iterable[str]]


def _line(data: Mapping[str, Any], lang: str) -> Iterable[str]:
    return str(data.get("line", "")), _until(data.get("end_ms"), lang)


def _sound(data: Mapping[str, Any], lang: str) -> Iterable[str]:
    return (_until(data.get("to_ms"), lang),)


def _recording(data: Mapping[str, Any], lang: str) -> Iterable[str]:
    lasted = data.get("duration_ms")
    yield str(data.get("file") or data.get("recording") or "")
    if isinstance(lasted, _MS):
        yield cell("seconds", lang, seconds=f"{lasted / 1000:.1f}")


def _until(end_ms: object, lang: str) -> str:
    return _to("to", lang, end=clock(end_ms)) if isinstance(end_ms, int) else ""


_BESIDE: Final[Mapping[str, _Beside]] = {
    "said": _line,
    "heard": _sound,
    "recording_started": _recording,
    "recording_paused": _recording,
    "recording_resumed": _recording,
    "recording_stopped": _recording,
    "recording_kept": _recording,
    "recording_erased": _recording,
}
