"""What is wrong with one setting, in our words: pydantic speaks of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

WORDS: Final[Mapping[str, str]] = {
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "string_type": "write a text in quotes",
    "path_type": "write a path in quotes",
    "tuple_type": 'write a list, such as ["a", "b"]',
    "list_type": 'write a list, such as ["a", "b"]',
    "frozen_set_type": 'write a list, such as ["a", "b"]',
    "dict_type": "write a table",
    "model_type": "write a table",
    "missing": "is missing",
    "greater_than_equal": "write {ge} or more",
    "greater_than": "write more than {gt}",
    "less_than_equal": "write {le} or less",
    "less_than": "write less than {lt}",
    "literal_error": "write one of {expected}",
    "enum": "write one of {expected}",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "string_too_short": "write {min_length} characters or more",
    "string_too_long": "write {max_length} characters or less",
    "value_error": "{error}",
}
"""Type of a pydantic error -> what to write; places are those of the error's `ctx`."""


def told_of(error: ValidationError, whole: BaseModel) -> Iterator[str]:
    """`agi.port: write a whole number` for each setting that does not fit `whole`'s model."""
    for item in error.errors():
        # Of a table's own names the last word says only that it is the name that does not fit.
        where = [str(one) for one in item["loc"] if one != "[key]"]
        yield ": ".join(filter(None, (".".join(where), _told(item, where, whole))))


def _told(item: ErrorDetails, where: list[str], whole: BaseModel) -> str:
    words = WORDS.get(item["type"])
    if item["type"] == "extra_forbidden":
        return _unknown(where, whole)
    if item["type"] == "string_pattern_mismatch":
        usual = _at(whole, where)
        if isinstance(usual, str) and usual:
            return f"write it as {usual}"
    return words.format_map(item.get("ctx", {})) if words else item["msg"]


def _unknown(where: list[str], whole: BaseModel) -> str:
    section = _at(whole, where[:-1])
    known = type(section).model_fields if isinstance(section, BaseModel) else ()
    like = get_close_matches(where[-1], known, 1)
    return "there is no such setting" + (f"; did you mean {like[0]}?" if like else "")


def _at(whole: BaseModel, where: list[str]) -> object:
    found: object = whole
    for name in where:
        found = getattr(found, name, None)
    return found
