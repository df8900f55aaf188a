"""Lines in the languages they are spoken in: each has its wording there, and its sound."""

from __future__ import annotations

from collections.abc import Mapping

from callflow.checks.moods import Following, Mood
from callflow.checks.notes import Notes
from callflow.checks.ways import FlowGraph
from callflow.lines import LANGUAGES
from calls.call import PERFORMERS

_MOST_TOLD = 3
"""So many lines without sound are told one by one; a new house has none rendered at all."""

_MOST_NAMED = 5
_RENDER = (
    "thirdring prompts build renders them where a voice is installed; "
    "thirdring prompts missing lists all"
)


def check_speech(
    graphs: Mapping[str, FlowGraph], following: Following, sound: frozenset[str], notes: Notes
) -> None:
    """Note every line that a flow says in a language it has no wording, or no sound, for."""
    spoken = _spoken(graphs, following, sound, notes, PERFORMERS)
    by_ivr = _spoken(graphs, following, sound, notes, ("ivr",))
    for line in notes.parts.lines:
        missing = [each for each in LANGUAGES if _no_wording(line, each, spoken, notes)]
        if missing:
            _missing_wording(line, missing, spoken[line, missing[0]], notes)
    _sounds(by_ivr, notes)


Spoken = dict[tuple[str, str], str]
"""By line and language, the first step that says it: `flow.step`."""


def _spoken(
    graphs: Mapping[str, FlowGraph],
    following: Following,
    sound: frozenset[str],
    notes: Notes,
    performers: tuple[str, ...],
) -> Spoken:
    spoken: Spoken = {}
    for name, graph in graphs.items():
        own = set(graph.flow.languages)
        for at, step in enumerate(graph.flow.steps):
            moods = following.of[name].at.get(at, set())
            languages = own & _languages(moods, performers) if name in sound else own
            for line in (*step.lines, *_asked(step.act, notes)):
                for language in languages:
                    spoken.setdefault((line, language), f"{name}.{step.name}")
    return spoken


def _languages(moods: set[Mood], performers: tuple[str, ...]) -> set[str]:
    return {mood.language for mood in moods if mood.performer in performers}


def _asked(act: object, notes: Notes) -> list[str]:
    form = notes.parts.forms.get(getattr(act, "form", ""))
    return [field.ask for field in form.fields if field.ask] if form else []


def _no_wording(line: str, language: str, spoken: Spoken, notes: Notes) -> bool:
    return (
        (line, language) in spoken
        and language not in notes.parts.lines[line].wordings
        and not notes.half_read("wording", f"{line} {language}")
    )


def _missing_wording(line: str, missing: list[str], where: str, notes: Notes) -> None:
    flow = where.split(".")[0]
    notes.note(
        "missing-wording",
        notes.parts.lines[line].place,
        f'the line "{line}" has no {", ".join(missing)} wording, and "{where}" says it',
        f"add `{missing[0]}: ...`, or write the languages: of {flow} without {missing[0]}",
        word=line,
    )


def _sounds(spoken: Spoken, notes: Notes) -> None:
    """The IVR has something to play; an agent speaks without."""
    silent = {
        line: missing for line in notes.parts.lines if (missing := _soundless(line, spoken, notes))
    }
    if len(silent) > _MOST_TOLD:
        first = next(iter(silent))
        notes.note(
            "missing-audio",
            notes.parts.lines[first].place,
            f"{len(silent)} lines are neither recorded nor rendered: "
            f"{', '.join(list(silent)[:_MOST_NAMED])} …",
            _RENDER,
            word=first,
        )
        return
    for line, missing in silent.items():
        notes.note(
            "missing-audio",
            notes.parts.lines[line].place,
            f'the line "{line}" is neither recorded nor rendered in {", ".join(missing)}, '
            f'and "{spoken[line, missing[0]]}" says it',
            _RENDER,
            word=line,
        )


def _soundless(line: str, spoken: Spoken, notes: Notes) -> list[str]:
    """Languages in which the IVR says the line and has no sound for it."""
    has_sound, wording = notes.outside.has_sound, notes.parts.lines[line]
    if has_sound is None:
        return []
    return [
        each
        for each in LANGUAGES
        if (line, each) in spoken and each in wording.wordings and not has_sound(wording, each)
    ]
