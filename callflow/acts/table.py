"""All acts of the language by their word, in the order a document lists them."""

from __future__ import annotations

from typing import Final

from callflow.acts.base import EVERYWHERE, Act
from callflow.acts.deciding import CallAct, ChooseAct, EndAct, ReturnAct, SetAct
from callflow.acts.doing import (
    DoAct,
    FetchAct,
    FormAct,
    LookupAct,
    PromiseAct,
    RecordAct,
    TicketAct,
    TransferAct,
)
from callflow.acts.queueing import QueueAct
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct, NoAct, RingAct, WaitAct

_ALL: Final[tuple[type[Act], ...]] = (
    RingAct,
    ListenAct,
    MenuAct,
    AskAct,
    VerdictAct,
    FormAct,
    ChooseAct,
    SetAct,
    LookupAct,
    FetchAct,
    DoAct,
    CallAct,
    QueueAct,
    TransferAct,
    RecordAct,
    PromiseAct,
    TicketAct,
    WaitAct,
    EndAct,
    ReturnAct,
)
ACTS: Final = {act.word: act for act in _ALL}

EARS: Final = frozenset({"speech", "silence", "noise", "faint", "clear", "key"})
"""Outcomes of a listening window."""

_SPEAKING_ONLY: Final[tuple[type[Act], ...]] = (NoAct,)
OUTCOMES: Final = EVERYWHERE.union(
    EARS, *(act.must | act.may | frozenset(act.default) for act in (*_ALL, *_SPEAKING_ONLY))
)
"""Every outcome any act can come to; a sub-flow's returns and `anytime:` words are a flow's own."""
