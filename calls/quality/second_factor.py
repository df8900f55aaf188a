"""Facts of an account's second factor; of the stream `account/NAME`."""

from __future__ import annotations

from typing import ClassVar

from calls.fact import Fact
from calls.values import value


@value
class SecondFactorSet(Fact):
    """The account signs in with a code as well from now on; the secret is kept beside the facts."""

    kind: ClassVar[str] = "second_factor_set"


@value
class SecondFactorRemoved(Fact):
    """The account signs in without a code again."""

    kind: ClassVar[str] = "second_factor_removed"
    reason: str
