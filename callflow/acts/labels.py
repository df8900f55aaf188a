"""What a key of a menu means, in the words an agent reads."""

from __future__ import annotations

from collections.abc import Collection

from callflow.acts.fields import Field
from callflow.nodes import Mapping, Node
from callflow.reading import Reading

_LANGUAGES = ("zh", "en")

Labels = dict[str, dict[str, str]]
"""Key of the telephone -> language -> words."""


def read_labels(node: Node, field: Field, reading: Reading) -> Labels:
    """`{"1": {zh: 对, en: Right}}`."""
    labels: Labels = {}
    body = reading.mapping(node, field.name)
    for key, value in body.items if body else ():
        told = reading.mapping(value, f"the label of {key.text}")
        if told is not None:
            reading.keys(told, _LANGUAGES, "a label")
            labels[key.text] = {
                word.text: reading.text(text, "a label") for word, text in told.items
            }
    return labels


def check_labels(node: Node | None, keys: Collection[str], reading: Reading) -> None:
    """A label belongs to a key that the menu has."""
    for key, _ in node.items if isinstance(node, Mapping) else ():
        if key.text not in keys:
            reading.wrong(
                key.place,
                f'the menu has no key "{key.text}" to label',
                f"it has {', '.join(keys) or 'none'}",
                rule="unknown-key",
                word=key.text,
            )
