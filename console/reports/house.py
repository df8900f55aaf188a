"""What a report needs to know of the house, handed in by whoever starts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from qa.figures.consequences import Limits
from qa.figures.staffing import Goals
from qa.figures.terms import Terms

Titles = Mapping[str, str]
"""By `zh` and `en`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The site's names, limits and time zone."""

    company: Titles = field(default_factory=lambda: {"zh": "", "en": ""})
    terms: Terms = field(default_factory=Terms)
    limits: Limits = field(default_factory=Limits)
    goals: Goals = field(default_factory=Goals)
    zone: tzinfo | None = None
    """None: the machine's own."""

    agents: Mapping[str, str] = field(default_factory=dict)
    """Number -> name."""

    rules: Mapping[str, Titles] = field(default_factory=dict)
    """Id of a house rule -> its title."""

    questions: Mapping[str, Titles] = field(default_factory=dict)
    """Name of a question of the forms -> its title."""

    dispositions: Mapping[str, Titles] = field(default_factory=dict)

    def agent(self, number: str) -> str:
        """`李雯 801`; the number alone where no name is known."""
        name = self.agents.get(number, "")
        return f"{name} {number}" if name else number

    def rule(self, name: str, language: str) -> str:
        """A rule's title; empty for one that is not known."""
        return self.rules.get(name, {}).get(language, "")

    def question(self, name: str, language: str) -> str:
        """A question's title; its name where the forms of now do not have it."""
        return self.questions.get(name, {}).get(language, "") or name
