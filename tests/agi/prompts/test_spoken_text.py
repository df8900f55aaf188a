"""How numbers are read out, and that nothing but words reaches an engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.prompts.spoken_text import cardinal, spoken


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (0, "零"), (8, "八"), (10, "十"), (14, "十四"), (20, "二十"), (100, "一百"),
        (105, "一百零五"), (110, "一百一十"), (1005, "一千零五"), (5000, "五千"),
        (10_050, "一万零五十"), (50_000, "五万"), (100_005, "十万零五"),
        (123_456_789, "一亿二千三百四十五万六千七百八十九"), (100_000_000, "一亿"),
        (100_010_000, "一亿零一万"),
    ],
)  # fmt: skip
def test_whole_numbers_are_read_as_in_mandarin(number: int, read: str) -> None:
    assert cardinal(number) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1000号为您服务", "幺零零零号为您服务"),
        ("请拨13800001234", "请拨幺三八零零零零幺二三四"),
        ("请按1，转人工请按0", "请按一，转人工请按零"),
        ("早上8点到晚上8点", "早上八点到晚上八点"),
        ("12:30和8:05和9:00", "十二点三十分和八点零五分和九点整"),
        ("赔偿5000元", "赔偿五千元"),
        ("3.5元", "三点五元"),
        ("100%满意", "百分之一百满意"),
        ("2026年", "二零二六年"),
        ("先生/女士", "先生或女士"),
        ("您好，请问？", "您好，请问？"),
    ],
)
def test_mandarin_is_written_as_it_is_read(written: str, read: str) -> None:
    assert spoken(written, "zh-Hans") == read


def test_a_long_number_in_traditional_wording_has_no_yao() -> None:
    assert spoken("1000號為您服務", "zh-Hant") == "一零零零號為您服務"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("line 1000", "line 1 0 0 0"),
        ("press 1 or 12", "press 1 or 12"),
        ("by SMS", "by S M S"),
        ("sir/madam", "sir or madam"),
        ("50% more", "50 percent more"),
    ],
)
def test_english_is_written_as_it_is_read(written: str, read: str) -> None:
    assert spoken(written, "en") == read


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize(
    "hostile",
    [
        "$(touch /tmp/x)", "`id`", "<speak><break time='9s'/></speak>", "[[h@l'oU]]", "a | b > c",
        "{{ 7 * 7 }}", "\x1b[2J\x00", "\u202ereversed", "&amp;", "\\n",
        "soft\xadhyphen\u061c\u2028\U000e0041",
    ],
)  # fmt: skip
def test_nothing_an_engine_or_a_shell_could_act_on_is_left(language: str, hostile: str) -> None:
    said = spoken(f"hello {hostile} there", language)

    assert not set("<>[]{}|`$&\\\x00\x1b\u202e\xad\u061c\u2028\U000e0041") & set(said)
    assert said.startswith("hello")


@given(st.text(max_size=200), st.sampled_from(["zh-Hans", "zh-Hant", "en"]))
def test_no_text_at_all_makes_it_fail(text: str, language: str) -> None:
    said = spoken(text, language)

    assert "\n" not in said
    assert said == said.strip()
