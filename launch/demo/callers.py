"""Who calls in the demo, and what is expected of each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callers.flowtests.checks import faults_of, persona_checks
from callers.flowtests.trace import Trace
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


def heard(events: Sequence[CallEvent]) -> list[str]:
    """What listening windows ended with, in order; `key` for digits."""
    return [came.word for came in Trace(events).heard()]


def differences(expect: Expectation, events: Sequence[CallEvent]) -> list[str]:
    """What a call's facts lack of what was expected, one sentence each; empty when all is well."""
    return [fault.what for fault in faults_of(persona_checks(expect), Trace(events))]
