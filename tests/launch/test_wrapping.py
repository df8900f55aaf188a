"""What is told in a terminal breaks between words."""

from __future__ import annotations

from launch.quality.wrapping import wrapped

LONG = "A colleague hears the internal greeting, and 内部来电用内部问候语 is what it says"


def test_no_word_is_cut_and_a_chinese_character_takes_two_cells() -> None:
    lines = wrapped(LONG, 30)

    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert all("colleague" in line or "colleague"[:4] not in line for line in lines)
    assert lines[0] == "A colleague hears the internal"


def test_what_is_no_terminal_gets_one_line() -> None:
    assert wrapped(LONG, 0) == [LONG]
