"""What is known of a call only once it is over: its rules, the caller's verdict."""

from __future__ import annotations

from typing import ClassVar

from calls.fact import Fact
from calls.values import value


@value
class RulesJudged(Fact):
    """The house rules over the whole trace, after the end; a later one takes its place."""

    kind: ClassVar[str] = "rules_judged"
    rules: str
    """Digest of the rule file that judged."""

    kept: tuple[str, ...]
    broken: tuple[str, ...]
    """Rules of neither did not apply, or no trace can show them."""


@value
class CallTagged(Fact):
    """The call is of a kind that figures keep apart (Q07)."""

    kind: ClassVar[str] = "tagged"
    tag: str
    """`mystery` for a planned test call, `practice`, `test`."""

    by: str


@value
class Surveyed(Fact):
    """The caller is asked for a verdict on the call, then once more when it came (Q03).

    The last of a question counts: a caller who hangs up when asked leaves the empty answer.
    """

    kind: ClassVar[str] = "surveyed"
    question: str
    """Name of what was asked: `satisfaction`."""

    answer: str
    """A name of the question's answers (`satisfied`); empty: asked, not answered yet."""

    score: int | None
    """1 (worst) to 5; None without an answer."""

    by: str
    """`ivr` in the same call, `callback` in a later one, `agent`."""
