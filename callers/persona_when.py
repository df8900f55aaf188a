"""The answers of a persona that depend on what the agent does: `when:`, for practice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from callers.persona import Answer, Did, Silent, When, Words
from callflow.nodes import Mapping, Node
from callflow.reading import Reading

MOST_CHARACTERS: Final = 200
_HINT: Final = "write one of said: LINE, skipped: LINE, branch: NAME, held: yes"


def read_when(reading: Reading, node: Node, answer: Callable[[Node], Answer]) -> When:
    """One item of `when:`; what is wrong with it goes to `reading`.

    `{said: calm_down, reply: 那好吧}`; in place of `reply` what an answer holds (`say`, `press`,
    `hang_up`).
    """
    found = reading.mapping(node, "an answer to what the agent does")
    empty = When(did=Did.SAID, name="", answer=Silent())
    if found is None:
        return empty
    given = [did for did in Did if found.get(did.value) is not None]
    if len(given) != 1:
        reading.wrong(found.place, "it depends on one deed of the agent", _HINT)
        return empty
    did = given[0]
    name = "" if did is Did.HELD else reading.text(found.get(did.value), did.value)
    name = "" if name == "any" else name
    rest = replace(found, items=tuple(one for one in found.items if one[0].text != did.value))
    return When(did=did, name=name, answer=_deed(reading, rest, answer))


def _deed(reading: Reading, found: Mapping, answer: Callable[[Node], Answer]) -> Answer | Words:
    reply = found.get("reply")
    if reply is None:
        return answer(found)
    reading.keys(found, ("reply", "after"), "a reply")
    text = reading.text(reply, "reply")
    if not 1 <= len(text) <= MOST_CHARACTERS:
        reading.wrong(
            reply.place, f"a reply of {len(text)} characters", f"write 1 to {MOST_CHARACTERS}"
        )
    return Words(text=text, after_ms=reading.duration(found.get("after"), "after", 600, low_ms=0))
