"""Where a line's sound comes from, in which order, and what happens when a source fails."""

from __future__ import annotations

import asyncio
import errno
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi.prompts import sound
from agi.prompts.engines import TtsEngine
from agi.prompts.ship import ship
from agi.prompts.store import PromptStore
from calls.clock import ManualClock
from calls.errors import NoRoomError, PromptError
from tests.agi.prompts.fake_engine import FakeEngine, a_line, record
from tests.agi.prompts.levels import to_float

StoreMaker = Callable[..., PromptStore]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[StoreMaker]:
    """Stores over one set of folders, closed after the test."""
    stores: list[PromptStore] = []

    def open_store(
        *engines: TtsEngine, timeout_s: float = 20, clock: ManualClock | None = None
    ) -> PromptStore:
        store = PromptStore(
            tmp_path / "state",
            tmp_path / "bundled",
            tmp_path / "studio",
            engines,
            timeout_s=timeout_s,
            clock=clock,
        )
        stores.append(store)
        return store

    yield open_store
    for store in stores:
        store.close()


async def test_the_studio_goes_before_the_shipped_rendering_before_an_engine(
    make: StoreMaker, tmp_path: Path
) -> None:
    line = a_line()
    engine = FakeEngine()

    spoken = await make(engine).obtain(line)
    assert ship([line], tmp_path / "bundled", [FakeEngine("kokoro")]) == []
    bundled = await make(engine).obtain(line)
    record(tmp_path / "studio", line, 1234)
    studio = await make(engine).obtain(line)

    assert [spoken.source, bundled.source, studio.source] == ["fake", "bundled", "studio"]
    assert studio.duration_ms == 1234
    assert engine.spoken == [("您好！", "zh-Hans")]


async def test_every_file_to_play_is_8_khz_mono_below_the_state_folder_and_open_to_asterisk(
    make: StoreMaker, tmp_path: Path
) -> None:
    shipped, recorded, other = a_line("hello"), a_line("closing"), a_line("menu")
    ship([shipped], tmp_path / "bundled", [FakeEngine()])
    record(tmp_path / "studio", recorded)
    store = make(FakeEngine())

    for line in (shipped, recorded, other):
        prompt = await store.obtain(line)
        assert prompt.path.is_relative_to(tmp_path / "state" / "prompts")
        assert str(prompt.path.name).isascii()
        assert stat.S_IMODE(prompt.path.stat().st_mode) == 0o644
        assert stat.S_IMODE(prompt.path.parent.stat().st_mode) == 0o755
        signal, rate = sound.read_wav(prompt.path)
        assert rate == 8000
        assert prompt.duration_ms == len(signal) // 8
        assert prompt.pcm() == sound.to_int16(signal).tobytes()


async def test_find_knows_a_line_only_once_it_has_been_made_ready(make: StoreMaker) -> None:
    store = make(FakeEngine())

    assert store.find(a_line()) is None
    prompt = await store.obtain(a_line())
    assert store.find(a_line()) == prompt
    assert store.find(a_line(text="您好，您好！")) is None
    store.forget()
    assert store.find(a_line()) is None


async def test_a_changed_wording_never_plays_the_old_rendering(
    make: StoreMaker, tmp_path: Path
) -> None:
    ship([a_line(text="您好！")], tmp_path / "bundled", [FakeEngine("kokoro")])
    engine = FakeEngine()

    prompt = await make(engine).obtain(a_line(text="您好，欢迎致电！"))

    assert prompt.source == "fake"
    assert engine.spoken == [("您好，欢迎致电！", "zh-Hans")]


async def test_a_studio_recording_of_other_words_is_passed_over(
    make: StoreMaker, tmp_path: Path
) -> None:
    line = a_line(text="您好！")
    path = record(tmp_path / "studio", line)
    path.with_suffix(".txt").write_text("您好，这里是客服。", encoding="utf-8")
    assert (await make(FakeEngine()).obtain(line)).source == "fake"

    path.with_suffix(".txt").write_text("您好！\n", encoding="utf-8")
    assert (await make(FakeEngine()).obtain(line)).source == "studio"


async def test_one_mandarin_recording_serves_both_writings(
    make: StoreMaker, tmp_path: Path
) -> None:
    sound.write_wav(tmp_path / "studio" / "zh" / "hello.wav", sound.to_int16(_long_signal()))
    store = make()

    assert (await store.obtain(a_line("hello", "您好", "zh-Hans"))).source == "studio"
    assert (await store.obtain(a_line("hello", "您好", "zh-Hant"))).source == "studio"


async def test_an_unreadable_recording_is_named_in_the_log_and_the_next_source_plays(
    make: StoreMaker, tmp_path: Path
) -> None:
    line = a_line()
    ship([line], tmp_path / "bundled", [FakeEngine("kokoro")])
    broken = tmp_path / "studio" / "zh-Hans" / "greeting.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"RIFF\x00\x00junk")

    with capture_logs() as logs:
        prompt = await make().obtain(line)

    assert prompt.source == "bundled"
    (entry,) = [log for log in logs if log["log_level"] == "error"]
    assert str(broken) in entry["problem"]
    assert "save it as WAV, PCM 16 bit" in entry["problem"]


async def test_a_shipped_file_that_was_changed_is_not_played(
    make: StoreMaker, tmp_path: Path
) -> None:
    line = a_line()
    ship([line], tmp_path / "bundled", [FakeEngine("kokoro")])
    (shipped,) = (tmp_path / "bundled").glob("zh/*.wav")
    shipped.write_bytes(shipped.read_bytes()[:-100])

    assert (await make(FakeEngine()).obtain(line)).source == "fake"


async def test_a_text_is_synthesized_once_and_comes_from_the_cache_after_a_restart(
    make: StoreMaker,
) -> None:
    first, second = FakeEngine(), FakeEngine()

    made = await make(first).obtain(a_line())
    again = await make(second).obtain(a_line())

    assert (made.path, made.source) == (again.path, "fake")
    assert again.source == "cache"
    assert second.spoken == []


async def test_a_new_version_voice_or_language_is_synthesized_anew(make: StoreMaker) -> None:
    await make(FakeEngine(version="1")).obtain(a_line())
    engine = FakeEngine(version="2")
    store = make(engine)

    await store.obtain(a_line())
    await store.obtain(a_line(language="en"))

    assert engine.spoken == [("您好！", "zh-Hans"), ("您好！", "en")]


async def test_callers_who_need_the_same_words_at_once_share_one_synthesis(
    make: StoreMaker,
) -> None:
    gate = threading.Event()
    engine = FakeEngine(gate=gate)
    store = make(engine)
    waiting = [asyncio.create_task(store.obtain(a_line())) for _ in range(20)]
    waiting += [asyncio.create_task(store.obtain(a_line("other_name"))) for _ in range(5)]
    await _until(lambda: bool(engine.spoken))
    gate.set()

    prompts = await asyncio.gather(*waiting)

    assert len({prompt.path for prompt in prompts}) == 1
    assert len(engine.spoken) == 1


async def test_a_caller_who_hangs_up_does_not_stop_the_work_for_the_others(
    make: StoreMaker,
) -> None:
    gate = threading.Event()
    engine = FakeEngine(gate=gate)
    store = make(engine)
    gone = asyncio.create_task(store.obtain(a_line()))
    stays = asyncio.create_task(store.obtain(a_line()))
    await _until(lambda: bool(engine.spoken))
    gone.cancel()
    gate.set()

    assert (await stays).source == "fake"
    assert gone.cancelled()


async def test_the_loop_runs_on_while_an_engine_speaks(make: StoreMaker) -> None:
    gate = threading.Event()
    engine = FakeEngine(gate=gate)
    speaking = asyncio.create_task(make(engine).obtain(a_line()))

    # Were the engine on the loop, the gate could never be opened from here.
    await _until(lambda: bool(engine.spoken))
    gate.set()

    await speaking
    assert threading.get_ident() not in engine.threads


async def test_files_are_never_read_on_the_loop(
    make: StoreMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = a_line()
    record(tmp_path / "studio", line)
    threads: list[int] = []
    really = sound.read_wav

    def spy(path: Path) -> tuple[sound.Signal, int]:
        threads.append(threading.get_ident())
        return really(path)

    monkeypatch.setattr(sound, "read_wav", spy)
    await make().obtain(line)

    assert threads
    assert threading.get_ident() not in threads


async def test_an_engine_that_hangs_is_left_alone_and_the_next_one_speaks(
    make: StoreMaker,
) -> None:
    gate = threading.Event()
    clock = ManualClock()
    stuck, spare = FakeEngine("stuck", gate=gate), FakeEngine("spare")
    store = make(stuck, spare, timeout_s=0.05, clock=clock)

    try:
        assert (await store.obtain(a_line())).source == "spare"
        assert (await store.obtain(a_line(text="第二句"))).source == "spare"
        assert len(stuck.spoken) == 1
        clock.advance_ms(30_001)
        assert (await store.obtain(a_line(text="第三句"))).source == "spare"
        assert len(stuck.spoken) == 2
    finally:
        gate.set()


@pytest.mark.parametrize("fault", [PromptError("no"), RuntimeError("crash"), OSError(5, "io")])
async def test_an_engine_that_breaks_gives_way_to_the_next(
    make: StoreMaker, fault: Exception
) -> None:
    store = make(FakeEngine("broken", fails=fault), FakeEngine("spare"))

    assert (await store.obtain(a_line())).source == "spare"


async def test_an_engine_is_only_asked_for_languages_it_has(make: StoreMaker) -> None:
    english = FakeEngine("flite", languages=frozenset({"en"}))
    store = make(english)

    assert (await store.obtain(a_line(language="en"))).source == "flite"
    with pytest.raises(PromptError, match="no engine here speaks zh-Hans"):
        await store.obtain(a_line())


async def test_without_any_source_the_error_says_where_a_recording_belongs(
    make: StoreMaker, tmp_path: Path
) -> None:
    with pytest.raises(PromptError) as caught:
        await make().obtain(a_line("closing"))

    assert "closing (zh-Hans)" in str(caught.value)
    assert str(tmp_path / "studio" / "zh-Hans" / "closing.wav") in str(caught.value)


async def test_a_hopeless_line_does_not_keep_an_engine_busy(make: StoreMaker) -> None:
    clock = ManualClock()
    engine = FakeEngine(fails=PromptError("cannot say that"))
    store = make(engine, clock=clock)
    for _ in range(50):
        with pytest.raises(PromptError, match="cannot say that"):
            await store.obtain(a_line())
    assert len(engine.spoken) == 1

    clock.advance_ms(10_001)
    engine.fails = None
    assert (await store.obtain(a_line())).source == "fake"


async def test_too_many_texts_at_once_are_refused_not_piled_up(make: StoreMaker) -> None:
    gate = threading.Event()
    store = make(FakeEngine(gate=gate))
    waiting = [
        asyncio.create_task(store.obtain(a_line(text=f"第{count}位客户，您好")))
        for count in range(200)
    ]
    await asyncio.sleep(0)
    with pytest.raises(PromptError, match="being synthesized"):
        await store.obtain(a_line(text="再来一位"))
    gate.set()
    assert len(await asyncio.gather(*waiting)) == 200


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "Grüße", "", "a" * 65, "a&b"])
async def test_a_name_that_is_no_file_name_is_refused(make: StoreMaker, name: str) -> None:
    with pytest.raises(PromptError, match="rename it"):
        await make(FakeEngine()).obtain(a_line(name))


async def test_warming_tells_progress_and_hands_back_what_failed(make: StoreMaker) -> None:
    store = make(FakeEngine(languages=frozenset({"en"})))
    lines = [a_line(f"line{n}", f"text {n}", "en") for n in range(6)] + [a_line()]
    told: list[tuple[int, int]] = []

    problems = await store.warm(lines, lambda done, total, _: told.append((done, total)))

    assert told == [(count, 7) for count in range(1, 8)]
    assert [line for line, _ in problems] == [a_line()]
    assert all(store.find(line) for line in lines[:6])


async def test_a_full_disk_is_found_once_and_not_once_for_every_line_and_engine(
    make: StoreMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def full(path: Path, samples: sound.Samples) -> None:
        tried.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    engines = [FakeEngine("one"), FakeEngine("two")]
    store = make(*engines)
    lines = [a_line(f"line{n}", f"text {n}") for n in range(40)]
    await store.obtain(lines[39])
    monkeypatch.setattr(sound, "write_wav", full)

    problems = await store.warm(lines)

    assert [line for line, _ in problems] == lines[:39]
    assert all(isinstance(error, NoRoomError) for _, error in problems)
    assert "No space left on device" in str(problems[-1][1])
    assert 1 <= len(tried) <= 4
    assert engines[1].spoken == []


async def test_the_cache_is_cut_back_to_its_limit_but_keeps_what_is_in_use(
    tmp_path: Path,
) -> None:
    engine = FakeEngine()
    for round_ in range(2):
        store = PromptStore(tmp_path, tmp_path / "none", None, [engine], most_cached=5)
        lines = [a_line(text=f"句子{round_}{n}") for n in range(12)]
        first = [await store.obtain(line) for line in lines]
        store.close()
    left = set(tmp_path.glob("prompts/spoken/*/*.wav"))

    assert {prompt.path for prompt in first} <= left
    assert len(left) == 5 + 11  # cut back by the first text of the second round, then eleven more


async def test_a_closed_store_closes_its_engines_and_refuses(make: StoreMaker) -> None:
    engine = FakeEngine()
    store = make(engine)
    store.close()

    assert engine.closed
    with pytest.raises(PromptError, match="closed"):
        await store.obtain(a_line())


def test_a_state_folder_that_asterisk_could_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="ASCII"):
        PromptStore(tmp_path / "状态", tmp_path)


def _long_signal() -> sound.Signal:
    return to_float(FakeEngine().synthesize("十个字十个字十个字", "zh-Hans"))


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come about")
