"""The house's files: read with care, found by any spelling of a number, read again."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from calls.errors import ConfigError
from casework import directory as limits
from casework.directories import Directories
from casework.directory import read_directory
from casework.phone_numbers import NumberPlan

CHINA = NumberPlan()


def write(folder: Path, text: str, name: str = "customers") -> Path:
    file = folder / f"{name}.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "spelling",
    [
        "13800001234",
        "+8613800001234",
        "008613800001234",
        "8613800001234",
        "+86 138-0000-1234",
        "013800001234",
    ],
)
def test_every_spelling_of_a_mobile_number_is_the_same_number(spelling: str) -> None:
    assert CHINA.normal(spelling) == "+8613800001234"


@pytest.mark.parametrize(
    "spelling",
    ["02133330000", "2133330000", "+862133330000", "00862133330000", "+86 (0)21-3333 0000",
     "(021) 3333.0000", "862133330000"],
)  # fmt: skip
def test_every_spelling_of_a_landline_is_the_same_number(spelling: str) -> None:
    assert CHINA.normal(spelling) == "+862133330000"


@pytest.mark.parametrize("text", ["801", "95588", "", "A-12", "anonymous", "+", "1234567890123456"])
def test_what_is_no_whole_number_has_no_other_spelling(text: str) -> None:
    assert CHINA.normal(text) == ""


def test_numbers_of_other_countries_keep_their_code() -> None:
    assert CHINA.normal("0012025550100") == CHINA.normal("+1 202 555 0100") == "+12025550100"
    assert NumberPlan("886").normal("0912345678") == NumberPlan("886").normal("+886912345678")


def test_a_row_is_found_by_any_of_its_keys_in_any_spelling(tmp_path: Path) -> None:
    found = read_directory(
        write(tmp_path, "key,name,tier\n13800001234; 021-33330000 ;K7,王芳,1\n801,Zhou,2\n"), CHINA
    )

    for key in ("+8613800001234", "02133330000", "K7", " K7 "):
        assert found.find(key) == {
            "key": "13800001234; 021-33330000 ;K7",
            "name": "王芳",
            "tier": "1",
        }
    assert (found.find("801") or {})["name"] == "Zhou"
    assert found.find("13800001235") is None
    assert found.find("") is None
    assert found.rows == 2


def test_an_exact_key_comes_before_another_spelling_of_it(tmp_path: Path) -> None:
    found = read_directory(write(tmp_path, "key,name\n02133330000,A\n2133330000,B\n"), CHINA)

    assert (found.find("2133330000") or {})["name"] == "B"
    assert (found.find("+862133330000") or {})["name"] == "A"


def test_a_byte_order_mark_quotes_and_blank_lines_are_fine(tmp_path: Path) -> None:
    text = '\ufeffkey,note\r\n\r\n1,"a, b"\r\n2,"two\nlines"\r\n'
    found = read_directory(write(tmp_path, text), CHINA)

    assert (found.find("1") or {})["note"] == "a, b"
    # A line feed inside a cell is a control character: the row is left out.
    assert [(p.line, p.what) for p in found.problems] == [
        (5, "a cell with a control character or over 1,000 characters")
    ]


def test_wrong_rows_are_left_out_and_named_with_their_line(tmp_path: Path) -> None:
    text = f"key,name\n1,A,too many\n,nobody\n1,A\n1,B\n2\n3,\x1b[2J\n4,{'x' * 1001}\n5,E\n"
    file = write(tmp_path, text)
    found = read_directory(file, CHINA)

    assert found.rows == 2
    assert [problem.line for problem in found.problems] == [2, 3, 5, 6, 7, 8]
    assert str(found.problems[0]).startswith(f"{file}:2:1: 3 cells under 2 columns; quote")
    assert (found.find("1") or {})["name"] == "A"


def test_of_many_wrong_rows_some_are_shown_and_all_counted(tmp_path: Path) -> None:
    found = read_directory(write(tmp_path, "key,name\n" + "1\n" * 500), CHINA)

    assert (len(found.problems), found.problem_count) == (limits.MOST_PROBLEMS, 500)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"number,name\n1,A\n", ':1: has no column "key" (found: number, name)'),
        (b"key,name,name\n1,A,B\n", ":1: a column twice: name"),
        (b"key,name\n1,\xff\n", "is not UTF-8, at or after line 1"),
        (b'key,name\n1,"open\n2,B\n', "is not CSV (unexpected end of data)"),
        (b'key,name\n1,"a"b\n', ":2: is not CSV"),
        (b"key," + b",".join(b"c%d" % n for n in range(70)) + b"\n", "too many columns"),
        (b"PK\x03\x04\x00\x00", 'has no column "key"'),
    ],
)
def test_a_file_that_is_none_is_told_with_its_line(
    tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        read_directory(file, CHINA)

    assert str(caught.value).startswith(str(file))
    assert told in str(caught.value)


def test_a_file_over_the_limits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "key\n" + "\n".join(str(n) for n in range(11)) + "\n")
    monkeypatch.setattr(limits, "MOST_ROWS", 10)
    with pytest.raises(ConfigError, match=r":12: over 10 rows"):
        read_directory(file, CHINA)
    monkeypatch.setattr(limits, "MOST_BYTES", 20)
    with pytest.raises(ConfigError, match="over 0 MiB"):
        read_directory(file, CHINA)


def test_only_csv_files_with_a_plain_name_are_directories(tmp_path: Path) -> None:
    for name in ("customers", "Bad Name", "..x"):
        write(tmp_path, "key\n1\n", name)
    (tmp_path / "notes.txt").write_text("key\n1\n", encoding="utf-8")
    directories = Directories(tmp_path)
    directories.refresh()

    assert list(directories.read) == ["customers"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    directories = Directories(tmp_path / "nowhere")
    directories.refresh()

    assert directories.find("customers") is None
    assert not directories.knows("customers")


def test_a_changed_file_is_read_again_a_bad_one_keeps_its_rows_a_gone_one_is_forgotten(
    tmp_path: Path,
) -> None:
    file = write(tmp_path, "key,name\n1,A\n")
    directories = Directories(tmp_path)

    def name_of_1() -> str:
        directories.refresh()
        found = directories.find("customers")
        assert found is not None
        return (found.find("1") or {}).get("name", "")

    assert name_of_1() == "A"
    file.write_text("key,name\n1,Bea\n", encoding="utf-8")
    assert name_of_1() == "Bea"
    file.write_bytes(b"\xff\xfe")
    assert name_of_1() == "Bea"
    file.unlink()
    directories.refresh()
    assert directories.find("customers") is None


def test_a_file_that_is_bad_from_the_start_is_an_error_not_an_empty_file(tmp_path: Path) -> None:
    file = write(tmp_path, "nothing,here\n")
    directories = Directories(tmp_path)
    directories.refresh()

    with pytest.raises(ConfigError, match=r"customers.csv:1"):
        directories.find("customers")
    file.write_text("key\n1\n", encoding="utf-8")
    directories.refresh()
    assert directories.find("customers") is not None


async def test_the_folder_is_watched_while_calls_run(tmp_path: Path) -> None:
    directories = Directories(tmp_path)
    watching = asyncio.create_task(directories.watch(every_s=0.01))
    part = tmp_path / "customers.part"
    part.write_text("key,name\n1,A\n", encoding="utf-8")
    os.replace(part, tmp_path / "customers.csv")  # noqa: PTH105
    async with asyncio.timeout(10):
        while not directories.knows("customers") or not directories.read:
            await asyncio.sleep(0.01)
    watching.cancel()

    assert directories.read["customers"].rows == 1
