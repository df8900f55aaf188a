"""What must hold between the files of a house before it may speak."""

from __future__ import annotations

from callflow.checks.endings import check_endings
from callflow.checks.loops import check_loops
from callflow.checks.moods import Following, check_languages
from callflow.checks.names import check_names
from callflow.checks.notes import Notes, Outside, Parts
from callflow.checks.outcomes import check_outcomes
from callflow.checks.performers import check_performers
from callflow.checks.reach import check_reach, check_use
from callflow.checks.silence import check_silence
from callflow.checks.speech import check_speech
from callflow.checks.types import check_types
from callflow.checks.variables import check_variables
from callflow.checks.ways import call_order, graphs_of
from callflow.reading import Reading

__all__ = ["Outside", "Parts", "check_house"]


def check_house(parts: Parts, outside: Outside, reading: Reading) -> None:
    """Note everything that is wrong, or doubtful, between the files of a house in `reading`.

    What could not be read is left out, and nothing is said that only follows from it.
    """
    notes = Notes(parts=parts, outside=outside, reading=reading)
    check_names(notes)
    check_outcomes(notes)
    check_types(notes)
    check_use(notes)
    if _recursive(notes):
        return
    unsound = notes.unsound()
    sound = frozenset(parts.flows) - unsound
    graphs = graphs_of(parts.flows, unsound)
    following = Following(graphs)
    check_reach(graphs, sound, notes)
    check_speech(graphs, following, sound, notes)
    check_languages(graphs, following, notes)
    check_performers(graphs, following, notes)
    check_loops(graphs, following, sound, notes)
    check_variables(graphs, sound, notes)
    check_silence(graphs, following, sound, notes)
    check_endings(graphs, sound, notes)


def _recursive(notes: Notes) -> bool:
    """Note flows that call each other in a ring; no way of a call can be followed there."""
    flows = notes.parts.flows
    found = False
    for group in call_order(flows):
        ring = len(group) > 1 or group[0] in flows[group[0]].called()
        for name in group if ring else ():
            found = True
            notes.note(
                "recursive-flow",
                flows[name].place,
                f'the flow "{name}" calls itself'
                + (f" through {', '.join(sorted(set(group) - {name}))}" if len(group) > 1 else ""),
                "return to the caller instead",
                word=name,
            )
    return found
