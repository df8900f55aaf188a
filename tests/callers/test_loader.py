"""Personas from YAML: what is read, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from callers.loader import find_persona, names, read_persona
from callers.persona import (
    FAINT_DBOV,
    Background,
    BargeIn,
    HangUp,
    Leave,
    Moment,
    Noise,
    Point,
    Press,
    Silent,
    Speak,
)
from callers.voicebank import VoiceBank
from calls.errors import PersonaError

HEAD = "persona: somebody\nvoice: zh_m\n"


def problem_of(text: str, voices: VoiceBank | None = None) -> str:
    with pytest.raises(PersonaError) as caught:
        read_persona(text, "some.yaml", voices)
    return str(caught.value)


def test_every_field_is_read() -> None:
    persona = read_persona(
        HEAD + "title: {zh: 某人, en: Somebody}\nlanguage: en\nlevel: faint\n"
        "background:\n"
        "  - {noise: street, level_dbov: -25.5, from: 1s, until: 6s}\n"
        "  - {noise: hum, from: {turn: 2, after: 500ms}}\n"
        "answers:\n"
        "  - silent\n"
        "  - {say: hello, after: 600ms, level: -30}\n"
        '  - {press: "1*#", after: 0ms, gap: 250ms}\n'
        "  - hang_up: {after: 2s}\n"
        "then: silent\n"
        "barge_in: {after: 900ms, say: inquiry, line: 3}\n"
        "hang_up: {ring: 2, after: 600ms}\n"
        "expect: {disposition: served, lines: [greeting], never: [sorry], heard: [speech]}\n",
        "some.yaml",
    )

    assert persona.title == {"zh": "某人", "en": "Somebody"}
    assert (persona.language, persona.level_dbov) == ("en", FAINT_DBOV)
    assert persona.backgrounds == (
        Background(
            noise=Noise.STREET,
            level_dbov=-25.5,
            begin=Moment(after_ms=1000),
            end=Moment(after_ms=6000),
        ),
        Background(noise=Noise.HUM, level_dbov=-28.0, begin=Moment(turn=2, after_ms=500)),
    )
    assert persona.answers == (
        Silent(),
        Speak(utterance="hello", after_ms=600, level_dbov=-30.0),
        Press(keys="1*#", after_ms=0, gap_ms=250),
        Leave(after_ms=2000),
    )
    assert persona.barge_in == BargeIn(after_ms=900, utterance="inquiry", line=3)
    assert persona.hang_up == HangUp(point=Point.RING, count=2, after_ms=600)
    assert persona.expect.lines == ("greeting",)
    assert persona.utterances() == {"hello", "inquiry"}


def test_the_last_answer_repeats_unless_silence_follows() -> None:
    again = read_persona(HEAD + "answers: [silent, {say: hello}]\n", "a.yaml")
    once = read_persona(HEAD + "answers: [{say: hello}]\nthen: silent\n", "b.yaml")

    assert again.answer(9) == again.answers[1]
    assert once.answer(2) == Silent()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "answrs: [silent]\n", 'some.yaml:3:1: "answrs" means nothing in a persona'),
        (HEAD + "answrs: [silent]\n", 'did you mean "answers"?'),
        (HEAD + "voice: zh_f\n", 'some.yaml:3:1: "voice" stands here a second time'),
        (HEAD + "answers: [sleep]\n", 'some.yaml:3:11: "sleep" is no answer'),
        (HEAD + "answers: [{say: hello, press: '1'}]\n", "an answer does one thing"),
        (HEAD + "answers: [{say: hello, after: 3}]\n", "write a time with its unit"),
        (HEAD + 'answers: [{press: "12a"}]\n', '"12a" are no keys'),
        (HEAD + "answers: []\n", "0 answers"),
        (HEAD + "background: {noise: stret}\n", 'did you mean "street"?'),
        (HEAD + "background: {noise: hum, level_dbov: 12}\n", "write a level from -60 to -5"),
        (HEAD + "level: loud\n", "write normal, faint or a level"),
        (HEAD + "hang_up: {ring: 1, answered: 3s}\n", "hang_up counts from one point"),
        (HEAD + "hang_up: {answered: 3s, after: 1s}\n", "after means nothing with answered"),
        (HEAD + "barge_in: {after: 1s}\n", "give either say or press"),
        (HEAD + "title: &a {zh: x}\n", "anchors (&) and aliases (*) are not used"),
        (HEAD + "title: !!python/name:os.system x\n", "is not used; drop it"),
        ("voice: zh_m\n", "the persona has no name"),
        ("persona: x\n", "the persona has no voice"),
        ("persona: [\n", "this [ is not closed"),
        (HEAD + "answers: " + "[" * 30 + "]" * 30 + "\n", "nested over 20 deep"),
        (HEAD + "# " + "x" * 300_000 + "\n", "the file is over 256 KiB"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_remedy(text: str, told: str) -> None:
    assert told in problem_of(text)


def test_all_mistakes_are_told_at_once() -> None:
    told = problem_of(HEAD + "level: loud\nanswers: [sleep]\nfoo: 1\n").splitlines()

    assert [line.split(": ")[0] for line in told] == [
        "some.yaml:3:8",
        "some.yaml:4:11",
        "some.yaml:5:1",
    ]


def test_voices_and_utterances_must_exist_when_voices_are_given() -> None:
    bank = VoiceBank({("zh_m", "hello"): Path("x.wav")})

    assert 'there is no utterance "helo"; did you mean "hello"?' in problem_of(
        HEAD + "answers: [{say: helo}]\n", bank
    )
    assert 'there is no voice "zh_x"' in problem_of("persona: x\nvoice: zh_x\n", bank)


def test_hyphens_may_stand_for_underscores_and_the_nearest_name_is_told() -> None:
    assert find_persona("silent-then-speaks").name == "silent_then_speaks"
    with pytest.raises(PersonaError, match='no persona "silnt"; did you mean "silent"'):
        find_persona("silnt")


def test_a_persona_file_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD, encoding="utf-8")

    assert find_persona(str(file)).name == "somebody"
    with pytest.raises(PersonaError, match="cannot be read"):
        find_persona(str(tmp_path / "none.yaml"))


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    file = tmp_path / "gbk.yaml"
    file.write_bytes("persona: 你".encode("gbk"))

    with pytest.raises(PersonaError, match="is not UTF-8"):
        find_persona(str(file))


@pytest.mark.parametrize("name", names())
def test_each_shipped_persona_loads_with_the_shipped_voices(name: str) -> None:
    bank = VoiceBank.load()

    persona = find_persona(name, voices=bank)

    assert persona.name == name
    assert set(persona.title) == {"zh", "en"}
    for utterance in persona.utterances():
        assert bank.length_ms(persona.voice, utterance) > 300
