"""Forms by name as they are now, and by digest as they were when they were used."""

from __future__ import annotations

from collections.abc import Mapping

from calls.errors import UnknownWorkError, WorkError
from calls.quality.events import FormFrozen
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry
from qa.rubric import Form, load_form


class FormShelf:
    """The forms of a house. A version that was used once is read from the book from then on."""

    def __init__(self, book: QualityBook, forms: Mapping[str, Form]) -> None:
        self._book = book
        self._current = forms
        self._pinned: dict[str, Form] = {form.digest: form for form in forms.values()}

    def replace(self, forms: Mapping[str, Form]) -> None:
        """Use these from now on; what is pinned to others stays with them."""
        self._pinned |= {form.digest: form for form in forms.values()}
        self._current = forms

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the forms that may be used now."""
        return tuple(self._current)

    def current(self, name: str) -> Form:
        """The form of this name as it is now. UnknownWorkError when there is none."""
        found = self._current.get(name)
        if found is None:
            known = ", ".join(self._current)
            raise UnknownWorkError(f"there is no form {name!r}; there are {known}")
        return found

    def pinned(self, name: str, digest: str) -> Form:
        """The version with this digest. WorkError when the book does not have it as it was."""
        form = self._pinned.get(digest)
        if form is not None:
            return form
        events = self._book.events(stream_of(name, digest))
        if not events:
            raise WorkError(
                f"form {name}: version {digest[:12]} is not in the book; `ledger verify`"
            )
        form = load_form(str(events[0].data["text"]), f"{name}@{digest[:12]}")
        if form.digest != digest:
            raise WorkError(
                f"form {name}: its text in the book is not version {digest[:12]}; `ledger verify`"
            )
        self._pinned[digest] = form
        return form

    def freezing(self, form: Form, actor: str) -> list[Entry]:
        """What is to be written with the first use of this version; nothing later."""
        stream = stream_of(form.name, form.digest)
        if self._book.events(stream):
            return []
        frozen = FormFrozen(form=form.name, digest=form.digest, text=form.text)
        return [Entry(stream, frozen, actor, 0)]


def stream_of(name: str, digest: str) -> str:
    """The stream of one version of a form."""
    return f"form/{name}@{digest}"
