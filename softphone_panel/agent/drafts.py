"""What the agent has typed and the desk has not taken yet: survives desk and screen changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.values import Value

KEPT = 8
"""Calls whose drafts are kept; older ones go."""


@dataclass(slots=True)
class WrapDraft:
    """A wrap-up not yet closed."""

    disposition: str = ""
    note: str = ""


@dataclass(slots=True)
class _OfCall:
    forms: dict[str, dict[str, Value]] = field(default_factory=dict)
    wrap_up: WrapDraft = field(default_factory=WrapDraft)


class Drafts:
    """By call, so that one caller's words never stand in the next one's form."""

    def __init__(self) -> None:
        self._calls: dict[str, _OfCall] = {}

    def typed(self, call_id: str, form: str, name: str, value: Value) -> None:
        """The agent wrote `value` into a field."""
        self._of(call_id).forms.setdefault(form, {})[name] = value

    def form(self, call_id: str, form: str) -> Mapping[str, Value]:
        """What was written into a form, by field."""
        found = self._calls.get(call_id)
        return found.forms.get(form, {}) if found else {}

    def form_over(self, call_id: str, form: str) -> None:
        """The desk has taken the form."""
        if call_id in self._calls:
            self._calls[call_id].forms.pop(form, None)

    def wrap_up(self, call_id: str) -> WrapDraft:
        """The wrap-up of a call as far as it is written; write into it."""
        return self._of(call_id).wrap_up

    def call_over(self, call_id: str) -> None:
        """The desk has taken the wrap-up."""
        self._calls.pop(call_id, None)

    def _of(self, call_id: str) -> _OfCall:
        found = self._calls.setdefault(call_id, _OfCall())
        while len(self._calls) > KEPT:
            self._calls.pop(next(iter(self._calls)))
        return found
