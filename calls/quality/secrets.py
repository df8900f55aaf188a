"""Facts of what an account signs in with; of the stream `account/NAME`.

No password, secret or code stands in a fact, and no hash that a password could be tried against:
only digests, made by `ledger.quality.vouching`, that tell whether what is kept beside the facts is
what was put there.
"""

from __future__ import annotations

from typing import ClassVar

from calls.fact import Fact
from calls.values import value


@value
class PasswordSet(Fact):
    """The account has another password."""

    kind: ClassVar[str] = "password_set"
    digest: str
    """Of its hash. Facts of before digests were kept have none."""


@value
class PasswordRehashed(Fact):
    """The same password is kept under newer parameters."""

    kind: ClassVar[str] = "password_rehashed"
    digest: str


@value
class SecondFactorSet(Fact):
    """The account signs in with a code as well from now on."""

    kind: ClassVar[str] = "second_factor_set"
    digest: str
    """Of the secret."""

    codes: tuple[str, ...]
    """Digests of the recovery codes."""


@value
class SecondFactorRemoved(Fact):
    """The account signs in without a code again."""

    kind: ClassVar[str] = "second_factor_removed"
    reason: str


@value
class RecoveryCodeSpent(Fact):
    """A recovery code was used; it is good no more."""

    kind: ClassVar[str] = "recovery_code_spent"
    code: str
    """Its digest, one of `SecondFactorSet.codes`."""


@value
class SessionBegun(Fact):
    """The account was signed in to; what is kept as a session without such a fact is none."""

    kind: ClassVar[str] = "session_begun"
    digest: str
    """Of the session's key, whose it is and when it began."""


@value
class SecretsNoted(Fact):
    """What an account of before digests were kept was found to sign in with, at the upgrade.

    From here on a swap shows; what was there before is proved by nothing.
    """

    kind: ClassVar[str] = "secrets_noted"
    password: str
    """Digest; empty for none, as in the others."""

    second_factor: str
    codes: tuple[str, ...]
