"""One form for a telephone number, however a file, a trunk or a caller wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOOKS_LIKE_ONE = re.compile(r"\+?[(]?[0-9][0-9 ().\-]{5,28}")
_NOT_DIALLED = re.compile(r"[^0-9+]")
_SHORTEST, _LONGEST = 9, 11
"""Digits of a national number with its area code and without the trunk prefix.

China: 10 or 11 (area code of 2 or 3 digits and 7 or 8 more, or a mobile number of 11). Hong Kong
has 8 and no trunk prefix: there every number is written one way and compared as it is.
"""
_LONGEST_ABROAD = 15
"""E.164, all digits."""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How numbers are dialled in the house's country; the default is China."""

    country: str = "86"
    """Country code, digits only."""

    trunk: str = "0"
    """What is dialled before an area code inside the country."""

    def normal(self, text: str) -> str:
        """`+8621…` for every spelling of a number; empty for what is no whole number.

        `+86 (0)21-3333 0000`, `0086…`, `86138…`, `021…` and `138…` are understood; extensions and
        service numbers (`801`, `95588`) are not numbers in this sense and stay what they are.
        """
        if not _LOOKS_LIKE_ONE.fullmatch(text):
            return ""
        digits = _NOT_DIALLED.sub("", text)
        if digits.startswith("00"):
            digits = "+" + digits[2:]
        if digits.startswith("+" + self.country):
            return self._national(digits[1 + len(self.country) :])
        if digits.startswith("+"):
            return digits if _SHORTEST <= len(digits) - 1 <= _LONGEST_ABROAD else ""
        if len(digits) > _LONGEST and digits.startswith(self.country):
            digits = digits[len(self.country) :]
        return self._national(digits)

    def _national(self, digits: str) -> str:
        digits = digits.removeprefix(self.trunk)
        return f"+{self.country}{digits}" if _SHORTEST <= len(digits) <= _LONGEST else ""
