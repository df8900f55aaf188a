"""What `house_rules.yaml` may say: every key of a rule and of a pattern, declared once.

The reader, the JSON Schema and the documentation all take their keys from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from calls.call import PERFORMERS

ID_PATTERN: Final = r"^[A-Z][0-9]{2}$"
"""The name of a rule, as in the house rules: `A05`."""

LANGUAGES: Final = ("zh", "en")
MOST_COUNT: Final = 1_000
MOST_TOLERANCE_MS: Final = 2_000


class Value(StrEnum):
    """What may stand at a key."""

    EVENT = "event"
    """`answered`, `{said: hello}`, `{said: {tag: closing}}`, or a list of them: any of them.

    `{said: any}` is every event of the kind, `{said: none}` none: its kind matters to a chain.
    """

    LINKS = "links"
    """Events in their order; each may carry `pause: {at_least: 3s, at_most: 8s}`."""

    TIME = "time"
    """`4s`, `700ms`, `2min`."""

    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "texts"
    """`{zh: ..., en: ...}`, both wanted."""

    WORD = "word"
    """One of the key's `words`."""

    NAMES = "names"
    """One name or a list of them."""

    PATTERNS = "patterns"
    """A list of patterns, one or more kinds an item."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what stands there, whether it must, and what it means."""

    name: str
    value: Value
    doc: str
    required: bool = False
    words: tuple[str, ...] = ()


DIRECTIONS: Final = ("inbound", "outbound")
JUDGES: Final = ("person", "audio", "ledger", "desk")
"""Who decides what no trace of a flow can show: a person who listens, the measures of the
recording, figures over many calls, the agents' desk."""

RULE_KEYS: Final = (
    Key("title", Value.TEXTS, "The rule in a few words.", required=True),
    Key("text", Value.TEXTS, "The rule as a sentence."),
    Key("must", Value.FLAG, "Whether flows that break it are refused; true unless told."),
    Key("direction", Value.WORD, "Only calls that come in, or go out.", words=DIRECTIONS),
    Key("flows", Value.NAMES, "Only calls that begin in one of these flows."),
    Key(
        "performer",
        Value.WORD,
        "Only calls in which the IVR, or an agent, spoke; the other's lines are not seen.",
        words=PERFORMERS,
    ),
    Key("judged_by", Value.WORD, "Who judges what no trace can show.", words=JUDGES),
    Key("reason", Value.TEXTS, "Why that cannot be decided from a trace; goes with judged_by."),
    Key("all", Value.PATTERNS, "Several patterns, for more than one of a kind."),
)
"""The keys of a rule, beside the patterns themselves."""

_OF: Final = Key("of", Value.EVENT, "The events the pattern speaks of.", required=True)
_SCOPE: Final = (
    Key("after", Value.EVENT, "A stretch begins after this; without it, at the offer."),
    Key("until", Value.EVENT, "A stretch ends here; without it, at the end of the call."),
    Key("unless", Value.EVENT, "This ends a stretch and leaves it unjudged."),
)
_LEAST: Final = Key("at_least", Value.TIME, "The shortest time.")
_MOST: Final = Key("at_most", Value.TIME, "The longest time.")

PATTERN_KEYS: Final[Mapping[str, tuple[Key, ...]]] = {
    "never": (_OF, *_SCOPE),
    "exists": (_OF, *_SCOPE),
    "count": (
        _OF,
        Key("at_least", Value.NUMBER, "How often at least; 0 unless told."),
        Key("at_most", Value.NUMBER, "How often at most."),
        *_SCOPE,
    ),
    "every": (_OF, Key("fulfils", Value.EVENT, "What each of them must also be.", required=True)),
    "precedence": (
        Key("before", Value.EVENT, "What may come only after `expect`.", required=True),
        Key("expect", Value.EVENT, "What must have come.", required=True),
        Key("reset", Value.EVENT, "After this, an earlier `expect` counts no more."),
    ),
    "response": (
        Key("when", Value.EVENT, "What asks for an answer.", required=True),
        Key("expect", Value.EVENT, "The answer.", required=True),
        Key("unless", Value.EVENT, "If this comes first, no answer is wanted."),
        Key("within", Value.TIME, "The longest time to the answer."),
        _LEAST,
    ),
    "chain": (
        Key("when", Value.EVENT, "What begins it.", required=True),
        Key("expect", Value.LINKS, "What follows, in order.", required=True),
        Key("after", Value.EVENT, "`when` counts only if the last of these kinds was like this."),
        Key("unless", Value.EVENT, "This ends the chain in peace."),
    ),
    "between": (
        Key("first", Value.EVENT, "What the time runs from; the latest counts.", required=True),
        Key("then", Value.EVENT, "What comes only so long after it.", required=True),
        _LEAST,
        _MOST,
        Key("unless", Value.EVENT, "This undoes a `first`."),
    ),
}
"""Every kind of pattern with its keys."""

PAUSE_KEYS: Final = (_LEAST, _MOST)
"""The keys of a link's `pause`."""
