"""What speech recognition made of a call, from the quality book."""

from __future__ import annotations

from calls.errors import LedgerError
from calls.quality.words import WordsRecognised
from ledger.quality.book import QualityBook
from qa.answering import HeardWords


def heard_words(book: QualityBook, call_id: str) -> HeardWords | None:
    """The last that was recognised of exactly this call; None: nothing was.

    LedgerError when the fact was changed by another program.
    """
    made = [event for event in book.events(f"call/{call_id}") if event.kind == WordsRecognised.kind]
    if not made:
        return None
    try:
        return HeardWords.of(made[-1].data)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise LedgerError(
            f"call {call_id}: its recognised words were changed by another program;"
            " `thirdring verify` names them, `thirdring words` makes them anew"
        ) from None
