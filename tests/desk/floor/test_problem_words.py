"""Every word by which the desk says why not has a text of the panel's, and of the wallboard's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import desk
from calls.floor.states import OWN_REASONS, REASONS
from desk.control.errors import PROBLEMS
from softphone_panel.texts import CATALOGUE
from softphone_panel.wall.words import WORDS

DESK = Path(next(iter(desk.__path__)))
ANSWERING = (
    "floor/ordering.py",
    "coaching/channel.py",
    "coaching/coach.py",
    "roster/roster.py",
    "server/panel.py",
)
"""Modules whose methods answer an order with a word."""

FOR_SUPERVISORS = {"own_call", "no_call_there", "nobody_asks", "no_voice", "cut_short"}
"""Of orders that only a wallboard gives."""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _named(tree: ast.AST) -> dict[str, set[str]]:
    """Texts that a module gives names to."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
            ):
                found.setdefault(name, set()).add(text)
    return found


def _words(value: ast.expr | None, named: dict[str, set[str]]) -> Iterator[str]:
    """What an expression can come to, as far as it is written out."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name):
            yield from named.get(name, ())
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_words(body, named), *_words(orelse, named))
        case ast.BoolOp(values=values):
            yield from (word for each in values for word in _words(each, named))


def _returned(tree: ast.AST, named: dict[str, set[str]]) -> Iterator[str]:
    """Texts that functions of a module return, and those given as a `problem`."""
    for node in ast.walk(tree):
        match node:
            case ast.Return(value=value) | ast.keyword(arg="problem", value=value):
                yield from _words(value, named)


def _raised(tree: ast.AST, error: str) -> Iterator[str]:
    """First words of the errors of a kind that a module makes."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name == error:
                yield from (
                    part.value
                    for part in ast.walk(first)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def answers() -> set[str]:
    """All words with which an order can be answered."""
    found = set(PROBLEMS)
    trees = [_tree(DESK / name) for name in ANSWERING]
    for tree in trees:
        # LATE and its like stand in the coach's channel, for the coach too.
        named = {**_named(_tree(DESK / "coaching/channel.py")), **_named(tree)}
        found |= {word for word in _returned(tree, named) if word.isidentifier()}
    return found


def test_the_words_are_found_where_they_stand() -> None:
    found = answers()

    assert {"by_phone", "no_such_call", "late", "unfit", "digits", "ledger", "failed"} <= found
    assert len(found) > 25


def test_every_answer_of_the_desk_has_a_text_of_the_agents_panel() -> None:
    missing = {word for word in answers() if f"problem.{word}" not in CATALOGUE}

    assert missing == FOR_SUPERVISORS


def test_every_answer_of_the_desk_has_a_text_of_the_wallboard() -> None:
    known = {*CATALOGUE, *WORDS}

    assert {word for word in answers() if f"problem.{word}" not in known} == set()


def test_what_live_calls_refuse_is_refused_by_known_words_only() -> None:
    for path in DESK.rglob("*.py"):
        raised = {word for word in _raised(_tree(path), "ControlError") if word.isidentifier()}
        assert raised <= set(PROBLEMS), path.name


def test_every_problem_of_a_field_has_a_text() -> None:
    told = set(_raised(_tree(DESK / "coaching/forms.py"), "FieldError"))

    assert len(told) > 4
    assert {word for word in told if f"problem.{word}" not in CATALOGUE} == set()


def test_every_word_that_refuses_a_panel_has_a_text() -> None:
    told = {
        word
        for path in (DESK / "server").glob("*.py")
        for word in _raised(_tree(path), "RefusedError")
        if word.isidentifier()
    }
    assert {"token", "no_supervisor"} <= told
    known = {*CATALOGUE, *WORDS}

    # What no panel of ours does needs no text for people.
    assert {word for word in told if f"refused.{word}" not in known} == {"no_hello", "bad_hello"}


def test_every_reason_of_an_agent_has_a_text() -> None:
    assert {f"reason.{reason}" for reason in (*REASONS, *OWN_REASONS)} <= set(CATALOGUE)
