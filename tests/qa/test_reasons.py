"""Why a call is evaluated, as each language says it."""

from __future__ import annotations

import pytest

from qa.work import why_in


@pytest.mark.parametrize(
    ("why", "drawn_by", "zh", "en"),
    [
        ("从 3 通中随机抽取 / drawn at random", "d1", "从 3 通中随机抽取", "drawn at random"),
        ("坐席 a / b / agent a / b", "d1", "坐席 a / b", "agent a / b"),
        ("投诉 / complaint", "", "投诉 / complaint", "投诉 / complaint"),
        ("一 / 二 / 三", "d1", "一 / 二 / 三", "一 / 二 / 三"),
    ],
)
def test_a_draws_reason_is_told_in_one_language_and_a_persons_as_it_is(
    why: str, drawn_by: str, zh: str, en: str
) -> None:
    assert (why_in(why, drawn_by, "zh"), why_in(why, drawn_by, "en")) == (zh, en)
