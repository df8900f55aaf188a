"""The catalogue of figures as a table of Markdown, for the documentation."""

from __future__ import annotations

from qa.figures.catalogue import CATALOGUE
from qa.figures.terms import Terms

BEGIN = "<!-- figures: from the catalogue of qa/figures; a test compares -->"
END = "<!-- /figures -->"


def catalogue_text() -> str:
    """One row a figure: id, names, formula, rules, what it answers."""
    lines = ["| id | figure | formula | rules | answers |", "| --- | --- | --- | --- | --- |"]
    terms = Terms()
    for one in CATALOGUE.values():
        titles = f"{one.titles['en']}<br>{one.titles['zh']}"
        tells = one.tells["en"] + (f" ({one.source})" if one.source else "")
        cells = (f"`{one.id}`", titles, one.formula("en", terms), " ".join(one.rules), tells)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([BEGIN, *lines, END])
