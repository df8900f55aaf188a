"""Who calls in the demo, and what is expected of each call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callers.loader import find_persona, names
from callers.persona import Expectation, Persona
from calls.errors import PersonaError
from calls.events import CallEvent
from calls.masking import mask

ORDER = (
    "noisy_then_clear",
    "faint",
    "silent_then_speaks",
    "polite",
    "noisy",
    "silent",
    "impatient_barge_in",
    "hangs_up_mid_prompt",
    "presses_keys",
    "hums_and_music",
    "hangs_up_while_ringing",
)
"""The eight of the default first, and of those the longest calls: all are over in a minute."""

MOST = 99


@dataclass(frozen=True, slots=True)
class Caller:
    """One simulated caller of the demo."""

    number: int
    """From 1."""

    persona: Persona

    @property
    def ani(self) -> str:
        """The number it calls from, its own within the demo."""
        return f"1380013{self.number:04}"

    @property
    def masked(self) -> str:
        """The same as screens show it."""
        return mask(self.ani)

    def title(self, lang: str) -> str:
        """Who it is, in `zh` or `en`."""
        return self.persona.title.get(lang, self.persona.name)


def choose(count: int) -> list[Caller]:
    """The first `count` callers, beginning anew when there are more than personas.

    Raises PersonaError for a count outside 1 to 99.
    """
    if not 1 <= count <= MOST:
        raise PersonaError(f"--callers {count}: from 1 to {MOST} callers may call")
    known = set(names())
    order = [name for name in ORDER if name in known]
    chosen = (find_persona(order[number % len(order)]) for number in range(count))
    return [Caller(number, persona) for number, persona in enumerate(chosen, 1)]


def said(events: Sequence[CallEvent]) -> list[str]:
    """Names of the lines said, in order, cut ones too."""
    return [str(event.data["line"]) for event in events if event.kind == "said"]


def heard(events: Sequence[CallEvent]) -> list[str]:
    """What listening windows ended with, in order; `key` for digits."""
    return [
        "key" if event.kind == "key" else str(event.data["what"])
        for event in events
        if event.kind in ("heard", "key")
    ]


def _in_order(wanted: Sequence[str], found: Sequence[str]) -> bool:
    rest: Iterator[str] = iter(found)
    return all(one in rest for one in wanted)


def differences(expect: Expectation, events: Sequence[CallEvent]) -> list[str]:
    """What a call's facts lack of what was expected, one sentence each; empty when all is well."""
    ended = next((event for event in reversed(events) if event.kind == "ended"), None)
    if ended is None:
        return ["the call has no end in the ledger"]
    problems = []
    for field in ("end_reason", "disposition"):
        wanted, found = getattr(expect, field), ended.data.get(field, "")
        if wanted and wanted != found:
            problems.append(f"{field}: expected {wanted}, found {found or 'nothing'}")
    lines, sounds = said(events), heard(events)
    if not _in_order(expect.lines, lines):
        problems.append(f"said: expected {' '.join(expect.lines)}, found {' '.join(lines)}")
    unwanted = [line for line in expect.never if line in lines]
    if unwanted:
        problems.append(f"said, though it must not be: {' '.join(unwanted)}")
    if not _in_order(expect.heard, sounds):
        problems.append(f"heard: expected {' '.join(expect.heard)}, found {' '.join(sounds)}")
    return problems
