"""CSV that no spreadsheet takes for a program (OWASP ASVS 1.2.10)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.reports.csv_text import BOM, RISKY, csv_text, safe


@pytest.mark.parametrize(
    "evil",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠A",
        "  =1",
        "\u3000=1",
        "\ufeff=1",
        "\u200b@x",
        "\u202e=1",
        " \u2066 -1",
        "\xad+1",
    ],
)
def test_a_cell_that_begins_as_a_formula_is_text(evil: str) -> None:
    assert safe(evil) == f"'{evil}"


def test_numbers_stay_numbers_and_callers_numbers_stay_whole() -> None:
    assert [safe(one) for one in (-3.5, 0, None, True)] == ["-3.5", "0", "", "True"]
    assert safe("00861380000") == "00861380000"
    assert safe("+8613800001234") == "'+8613800001234"
    assert safe("王-先生") == "王-先生"


def test_every_cell_stands_in_quotes_and_quotes_are_doubled() -> None:
    text = csv_text(["name", "n"], [{"name": 'a"b,c', "n": 1}])

    assert text == f'{BOM}"name","n"\r\n"a""b,c","1"\r\n'


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.text()), max_size=5))
def test_whatever_is_written_reads_back_and_never_begins_a_formula(
    rows: list[dict[str, str]],
) -> None:
    text = csv_text(["a", "b"], rows)
    found = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))

    assert len(found) == len(rows) + 1
    for row, cells in zip(rows, found[1:], strict=True):
        for name, cell in zip(("a", "b"), cells, strict=True):
            assert cell.removeprefix("'") == row.get(name, "").removeprefix("'")
            assert not cell.startswith(RISKY)
