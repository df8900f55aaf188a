"""An HTTP service of the site as the settings describe it, and the request to it.

A flow's values come from callers. They become one segment of the path, one parameter or one field
of the body, and can never change the host, another segment or a header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from calls.errors import ConfigError

MOST_IN_GIVEN = 500
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{1,2000}")
_SEGMENTS_THAT_MOVE = frozenset({"", ".", ".."})


class UnfitValueError(Exception):
    """A value cannot be sent; the text names it and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent."""

    method: str
    url: str
    body: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where and how one service is asked. Raises ConfigError naming the setting."""

    name: str
    url: str
    """`https://host/path/{number}?kind={kind}`: places stand in path and query only."""

    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header -> value, secrets filled in by whoever reads the settings."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """Variable -> where it stands in the answer, `data.state`; else under its own name."""

    def __post_init__(self) -> None:
        where = f"fetch.{self.name}"
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{where}.url: write http://HOST/PATH or https://HOST/PATH")
        if set("{}@") & set(parts.netloc) or parts.fragment:
            raise ConfigError(f"{where}.url: the host is fixed: no {{places}}, no user, no #")
        if set("{}") & set(_PLACE.sub("", self.url)):
            raise ConfigError(f"{where}.url: a place is a name in braces, {{number}}")
        for header, value in self.headers.items():
            if not _HEADER.fullmatch(header) or not _HEADER_VALUE.fullmatch(value):
                raise ConfigError(f"{where}.headers.{header}: is no header, or its value is none")

    def request(self, given: Mapping[str, str]) -> Request:
        """The request for these values. Raises UnfitValueError."""
        for name, value in given.items():
            if len(value) > MOST_IN_GIVEN:
                raise UnfitValueError(f"{name} is over {MOST_IN_GIVEN} characters")
        used: set[str] = set()
        path, mark, query = self.url.partition("?")
        url = self._filled(path, given, used, in_path=True)
        url += mark + self._filled(query, given, used, in_path=False)
        rest = {name: value for name, value in given.items() if name not in used}
        if self.method == "POST":
            return Request("POST", url, rest)
        more = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in rest.items())
        if more:
            url += ("&" if mark else "?") + more
        return Request("GET", url, None)

    def _filled(self, text: str, given: Mapping[str, str], used: set[str], *, in_path: bool) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name not in given:
                raise UnfitValueError(f"the flow gives no {name}")
            if in_path and given[name] in _SEGMENTS_THAT_MOVE:
                raise UnfitValueError(f"{name} is no segment of a path")
            used.add(name)
            return _quoted(given[name])

        return _PLACE.sub(value, text)

    def answer(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's top fields, and under their variables those that stand deeper."""
        values = dict(found)
        for variable, path in self.fields.items():
            at: Any = found
            for key in path.split("."):
                at = at.get(key) if isinstance(at, Mapping) else None
            values[variable] = at
        return values


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
