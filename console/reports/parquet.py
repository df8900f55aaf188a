"""Rows as a Parquet file; `pyarrow` is an extra, asked for only when it is needed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from calls.errors import ReportError


def parquet_bytes(fields: Mapping[str, type], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The file. `fields` is name -> `str`, `int` or `float`; None stays null.

    Raises ReportError where pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ReportError(
            "Parquet needs pyarrow: install it with `pip install 'thirdring[parquet]'`, or write "
            "--format csv"
        ) from None
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in fields.items()])
    listed = [{name: row.get(name) for name in fields} for row in rows]
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(listed, schema=schema), out)
    return out.getvalue()
