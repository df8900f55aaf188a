"""Patterns in words."""

from __future__ import annotations

import pytest

from callflow.rules.loader import load_rules
from callflow.rules.telling import told


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("never: {of: fault, until: key}", "fault: never until key"),
        ("exists: {of: key, after: {said: a}}", "key: at least once after said a"),
        ("count: {of: key, at_least: 2}", "key: at least 2 times"),
        ("count: {of: key, at_most: 2, unless: fault}", "key: at most 2 times unless fault"),
        ("count: {of: key, at_least: 1, at_most: 2}", "key: 1 to 2 times"),
        ("every: {of: key, fulfils: {key: '1'}}", "every key is key 1"),
        ("precedence: {before: key, expect: {said: a}}", "key: only after said a"),
        (
            "precedence: {before: key, expect: {said: a}, reset: {said: b}}",
            "key: only after said a since the last said b",
        ),
        (
            "response: {when: key, expect: {said: a}, within: 4s, unless: fault}",
            "after key: said a within 4 s unless fault",
        ),
        (
            "chain: {when: key, after: {said: q}, expect: [{said: a, pause: {at_least: 1s}}, key]}",
            "after key straight after said q: said a 1 s or more, then key",
        ),
        (
            "between: {first: {said: a}, then: {said: b}, at_least: 10s, at_most: 13s}",
            "said b: 10 to 13 s after said a",
        ),
    ],
)
def test_a_pattern_is_told_in_one_clause(written: str, words: str) -> None:
    text = f"A99:\n  title: {{zh: 题, en: T}}\n  {written}\n"

    assert told(load_rules(text, "r.yaml")["A99"].patterns[0]) == words
