"""What the panel needs of a phone. The built-in one stands in `built_in.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from calls.errors import CallCenterError

TROUBLES: Final = (
    "unreachable",
    "refused",
    "no_audio",
    "dead",
    "no_call",
    "not_ringing",
    "call_gone",
    "try_again",
    "bad_keys",
)
"""Why a phone cannot do something, one word each.

`unreachable`: the exchange does not answer. `refused`: it knows no such number or password.
`no_audio`: no such sound device. `dead`: the SIP stack ended; start the panel again. `no_call`:
there is none to do it to. `not_ringing`: nothing rings. `call_gone`: it ended meanwhile.
`try_again`: the line is busy changing. `bad_keys`: no telephone keys.
"""


class PhoneError(CallCenterError):
    """The phone could not do it; `word` is one of `TROUBLES`."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


class Phone(Protocol):
    """One line, one call at its ear. All on the event loop that started it.

    What is asked for is done when the method returns, or PhoneError says why not. The properties
    follow the line itself: a far end that hangs up changes them too.
    """

    @property
    def registered(self) -> bool:
        """Whether the exchange can ring this phone."""

    @property
    def trouble(self) -> str:
        """A word of `TROUBLES` while the phone cannot be rung; empty when all is well."""

    @property
    def ringing(self) -> bool:
        """A call rings and is not answered."""

    @property
    def on_call(self) -> bool:
        """A call is answered, on hold or not."""

    @property
    def on_hold(self) -> bool:
        """This phone holds its call."""

    @property
    def muted(self) -> bool:
        """What is said here is not sent. Over with the call."""

    @property
    def call_ref(self) -> str:
        """The house's number of the ringing or answered call (`X-Call-Ref`); empty for none."""

    @property
    def heard_dbov(self) -> float | None:
        """Loudness of the far end in the last 100 ms, 0 is full scale; None while nothing comes."""

    @property
    def spoken_dbov(self) -> float | None:
        """Loudness of what is sent, likewise; None when it cannot be known, or nothing is."""

    async def start(self) -> None:
        """Register and stay so. Not being able to is `trouble`, which the phone goes on against.

        Raises PhoneError when there can be no phone at all (`no_audio`, `dead`).
        """

    async def answer(self) -> None:
        """Pick up. PhoneError: `not_ringing`, `call_gone`."""

    async def hang_up(self) -> None:
        """End the call, or turn the ringing one away. PhoneError: `no_call`."""

    async def hold(self, on: bool) -> None:
        """Put the far end on hold, or take it back. PhoneError: `no_call`, `try_again`."""

    async def mute(self, on: bool) -> None:
        """Send silence instead of what is said, or speech again. PhoneError: `no_call`."""

    async def send_keys(self, digits: str) -> None:
        """Press keys (`0-9*#`) towards the far end. PhoneError: `no_call`, `bad_keys`."""

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call `tell` after a change of any property but the loudness; gives the undoing."""

    async def close(self) -> None:
        """Hang up, un-register, give everything back; harmless twice."""
