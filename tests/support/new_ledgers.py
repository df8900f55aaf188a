"""New ledgers without their migrations: those are gone through once, the rest are copies."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from sqlalchemy import Engine, inspect

from ledger.opening import writer_engine


def copying(upgrade: Callable[[Engine], None]) -> Callable[[Engine], None]:
    """`upgrade` for ledgers that hold something; a new one becomes what it once made of nothing."""
    whole: list[sqlite3.Connection] = []
    making = threading.Lock()

    def copy(engine: Engine) -> None:
        with engine.connect() as connection:
            old = inspect(connection).get_table_names()
        if old:
            upgrade(engine)
            return
        with making:
            if not whole:
                first = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
                upgrade(writer_engine(first))
                whole.append(first)
            new = engine.raw_connection().driver_connection
            assert isinstance(new, sqlite3.Connection)
            whole[0].backup(new)

    return copy
