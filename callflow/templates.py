"""Wording and conditions: Jinja2's immutable sandbox, cut down to what a sentence needs.

Only the names of variables, constants, comparisons and a few filters compile; no loops, calls,
attributes or arithmetic on strings, so the time a template takes is bounded by its length. Caller
data are variables, never templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from calls.errors import CallCenterError

MOST_OUTPUT: Final = 4096
"""Characters of one rendered line; longer is an error, never cut."""

MOST_TEMPLATE: Final = 2000
MOST_DEPTH: Final = 32
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
FILTERS: Final = frozenset({"default", "upper", "lower", "title", "trim", "int", "length"})

_WORDING: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const)
_CONDITION: Final = (
    *_WORDING,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
    nodes.List,
    nodes.Tuple,
)


class WordingError(CallCenterError):
    """A template says what it must not; the text says what and why."""


def _environment(undefined: type[Undefined], **delimiters: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=undefined, autoescape=False, **delimiters)
    environment.globals.clear()
    return environment


_SENTENCES: Final = _environment(
    StrictUndefined, variable_start_string="{", variable_end_string="}"
)
_EXPRESSIONS: Final = _environment(Undefined)


def _refuse(tree: nodes.Node, allowed: tuple[type[nodes.Node], ...], depth: int = 0) -> None:
    if depth > MOST_DEPTH:
        raise WordingError("nested too deep")
    if isinstance(tree, nodes.Filter):
        if tree.name not in FILTERS:
            raise WordingError(
                f'the filter "{tree.name}" is not used here; there are {", ".join(sorted(FILTERS))}'
            )
    elif isinstance(tree, nodes.Name):
        # Jinja's own `self` would be an object; a variable is named as everywhere in a flow.
        if tree.name == "self" or not _NAME.fullmatch(tree.name):
            raise WordingError(f'"{tree.name}" is no variable; use small letters, digits and _')
    elif not isinstance(tree, allowed):
        raise WordingError(f"{type(tree).__name__.lower()} is not used here; keep to variables")
    for child in tree.iter_child_nodes():
        _refuse(child, allowed, depth + 1)


def _names(tree: nodes.Node) -> frozenset[str]:
    return frozenset(found.name for found in tree.find_all(nodes.Name))


def syntax_of(expression: str) -> nodes.Node:
    """The parsed form of an expression that a Condition accepts, for checks of its types."""
    tree = _EXPRESSIONS.parse("{{ " + expression + " }}")
    return next(iter(tree.find_all(nodes.Output))).nodes[0]


def _needed(tree: nodes.Node, tested: bool = False) -> Iterator[str]:
    """Names whose value is needed: not those with a `default`, or only tested for being there."""
    match tree:
        case nodes.Name(name=name):
            if not tested:
                yield name
        case nodes.Filter(name="default", node=nodes.Name()):
            for each in tree.args:
                yield from _needed(each)
        case nodes.And() | nodes.Or() | nodes.Not():
            for child in tree.iter_child_nodes():
                yield from _needed(child, tested=True)
        case _:
            for child in tree.iter_child_nodes():
                yield from _needed(child)


@lru_cache(maxsize=1024)
def surely_set(expression: str) -> frozenset[str]:
    """Variables that have a value wherever the expression holds; none for what is unreadable."""
    try:
        return frozenset(_implied(syntax_of(expression)))
    except TemplateSyntaxError:
        return frozenset()


def _implied(tree: nodes.Node) -> Iterator[str]:
    match tree:
        case (
            nodes.Name(name=name)
            | nodes.Compare(
                expr=nodes.Name(name=name), ops=[nodes.Operand(op="eq", expr=nodes.Const())]
            )
        ):
            yield name
        case nodes.And(left=left, right=right):
            yield from _implied(left)
            yield from _implied(right)
        case _:
            pass


@lru_cache(maxsize=4096)
def _sentence(text: str) -> tuple[frozenset[str], frozenset[str], Template | None]:
    """Names used, names without which it cannot be rendered, and the template if it has any.

    The same texts stand in many files and are read at every reload.
    """
    tree = _SENTENCES.parse(text)
    _refuse(tree, (*_WORDING, nodes.Filter))
    names = _names(tree)
    return names, frozenset(_needed(tree)), _SENTENCES.from_string(text) if names else None


@lru_cache(maxsize=4096)
def _expression(text: str) -> tuple[frozenset[str], frozenset[str], Callable[..., Any]]:
    """Names used, names that are more than tested for being there, and the expression."""
    tree = _EXPRESSIONS.parse("{{ " + text + " }}")
    first: Sequence[nodes.Node] = getattr(tree.body[0], "nodes", ()) if len(tree.body) == 1 else ()
    if len(first) != 1:
        raise WordingError("write one expression")
    _refuse(tree, (*_CONDITION, nodes.Filter))
    compiled = _EXPRESSIONS.compile_expression(text, undefined_to_none=True)
    return _names(tree), frozenset(_needed(first[0], tested=True)), compiled


class Wording:
    """One sentence with `{variables}` in it, compiled once."""

    __slots__ = ("_compiled", "names", "needed", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raises WordingError."""
        self.text = text
        if len(text) > MOST_TEMPLATE:
            raise WordingError(f"a line is at most {MOST_TEMPLATE} characters")
        try:
            self.names, self.needed, self._compiled = _sentence(text)
        except TemplateSyntaxError as error:
            raise WordingError(f"{error.message}; write {{name}} for a variable") from error
        except RecursionError:
            raise WordingError("nested too deep") from None

    def render(self, variables: Mapping[str, Any]) -> str:
        """The sentence with its variables filled in.

        Raises WordingError for an unknown variable or more than MOST_OUTPUT characters.
        """
        if self._compiled is None:
            return self.text
        used = {name: variables[name] for name in self.names if name in variables}
        if sum(len(str(value)) for value in used.values()) > MOST_OUTPUT:
            raise WordingError(f"a line would be over {MOST_OUTPUT} characters")
        try:
            said = self._compiled.render(used)
        except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise WordingError(str(error)) from error
        if len(said) > MOST_OUTPUT:
            raise WordingError(f"a line would be over {MOST_OUTPUT} characters")
        return said


class Condition:
    """An expression over variables, compiled once; also computes values for `set`."""

    __slots__ = ("_compiled", "_constant", "names", "needed", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raises WordingError."""
        self.text = text
        if len(text) > MOST_TEMPLATE:
            raise WordingError(f"a condition is at most {MOST_TEMPLATE} characters")
        try:
            self.names, self.needed, self._compiled = _expression(text)
            self._constant: list[Any] = []  # the value, once worked out, of what has no variables
        except TemplateSyntaxError as error:
            raise WordingError(str(error.message)) from error
        except RecursionError:
            raise WordingError("nested too deep") from None

    def value(self, variables: Mapping[str, Any]) -> Any:
        """What the expression comes to; None where it is undefined. Raises WordingError."""
        if self._constant:
            return self._constant[0]
        value = self._worked_out(variables)
        if not self.names:
            self._constant.append(value)
        return value

    def _worked_out(self, variables: Mapping[str, Any]) -> Any:
        try:
            used = {name: variables[name] for name in self.names if name in variables}
            value = self._compiled(**used)
        except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise WordingError(f"{self.text}: {error}") from error
        if not isinstance(value, bool | int | float | str | None):
            raise WordingError(f"{self.text}: comes to a {type(value).__name__}, which is no value")
        if isinstance(value, str) and len(value) > MOST_OUTPUT:
            raise WordingError(f"{self.text}: a value would be over {MOST_OUTPUT} characters")
        return value
