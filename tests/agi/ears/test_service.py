"""The AudioSocket server over real sockets, on asyncio and on uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import numpy as np
import pytest

from agi.ears.audiosocket import AUDIO_HEADER, MESSAGE_BYTES
from agi.ears.service import EarsService
from agi.ears.session import HearingSession
from agi.ears.vad import EarsError, Floats, SileroVad
from calls.actions import Keys, Line, Listen, Until
from calls.outcomes import SaidEnd, Sound
from tests.agi.ears.sounds import hiss, pcm, then, voice

WANTED = frozenset({"speech", "silence", "noise", "faint", "key"})
LINE = Line(name="greeting", text="Hello", language="en")


@pytest.fixture
async def ears() -> AsyncIterator[EarsService]:
    service = EarsService(SileroVad())
    await service.start("127.0.0.1", 0)
    yield service
    await service.stop()


class Phone:
    """Asterisk's side of one AudioSocket: sends frames in real time, keeps what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.received = bytearray()
        self.ended = asyncio.Event()
        self._reading = asyncio.create_task(self._read(reader))

    @classmethod
    async def dial(cls, session: HearingSession, *, identity: bytes | None = None) -> Phone:
        name, address = session.address.split(",")
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"\x01\x00\x10" + (UUID(name).bytes if identity is None else identity))
        return cls(reader, writer)

    async def send(self, audio: bytes, *, speed: float = 1.0) -> None:
        """A frame each 20 ms, until the other side ends it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(len(audio) // 320):
            if self.ended.is_set():
                return
            self.writer.write(AUDIO_HEADER + audio[number * 320 : number * 320 + 320])
            await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 / speed - loop.time()))

    def press(self, digit: str) -> None:
        self.writer.write(b"\x03\x00\x01" + digit.encode())

    def close(self) -> None:
        self.writer.close()

    @property
    def frames_heard(self) -> int:
        return self.received.count(AUDIO_HEADER)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                self.received += data
                if len(self.received) % MESSAGE_BYTES == 3:
                    break
        self.ended.set()
        self.writer.close()


QUIET = pcm(hiss(10, -65))


async def test_a_caller_who_says_nothing_is_silent_after_the_window(ears: EarsService) -> None:
    session = ears.expect()
    asking = asyncio.create_task(session.ask(Listen(window_ms=1000, wanted=WANTED)))
    phone = await Phone.dial(session)
    await phone.send(QUIET[: 320 * 60], speed=4)

    answer = await asking
    session.close()
    await asyncio.wait_for(phone.ended.wait(), 2)

    assert answer.kind is Sound.SILENCE
    assert (answer.from_ms, answer.to_ms) == (0, 1000)
    assert bytes(phone.received) == b"\0\0\0"
    assert session.first_frame_at_ms is not None


async def test_audio_lent_in_pieces_is_one_window_and_one_prompt(ears: EarsService) -> None:
    session = ears.expect()
    prompt = pcm(voice())[: 320 * 50]
    asking = asyncio.create_task(
        session.ask(
            Listen(window_ms=1000, wanted=WANTED, prompt=LINE, keys=Keys()), prompt_pcm=prompt
        )
    )
    phones = []
    for pieces in (20, 60, 80):
        phone = await Phone.dial(session)
        phones.append(phone)
        await phone.send(QUIET[: 320 * pieces])
        if pieces < 80:
            assert session.release()
            assert not session.release()
            await asyncio.wait_for(phone.ended.wait(), 2)
    answer = await asking
    session.close()
    await phones[2].ended.wait()

    assert answer.kind is Sound.SILENCE
    assert answer.ended_ms - answer.window_opened_ms == 1000
    frames = [
        piece[at : at + MESSAGE_BYTES]
        for piece in (bytes(phone.received) for phone in phones)
        for at in range(0, len(piece) - 3, MESSAGE_BYTES)
    ]
    assert b"".join(frame[3:] for frame in frames) == prompt
    assert answer.prompt is not None
    assert answer.prompt.ended is SaidEnd.COMPLETED


async def test_a_caller_who_speaks_is_heard_and_the_pause_is_counted_in_frames(
    ears: EarsService,
) -> None:
    session = ears.expect()
    told: list[Sound] = []
    asking = asyncio.create_task(
        session.ask(
            Listen(window_ms=3000, wanted=WANTED), on_hearing=lambda what, _l: told.append(what)
        )
    )
    phone = await Phone.dial(session)
    sending = asyncio.create_task(
        phone.send(pcm(then(hiss(1, -65), voice(), hiss(2, -65))), speed=5)
    )

    answer = await asking
    session.close()
    await sending

    assert answer.kind is Sound.SPEECH
    assert answer.ended_ms - answer.to_ms == 700
    assert 1000 <= answer.from_ms <= 1500
    assert told == [Sound.SPEECH]


async def test_speech_over_a_prompt_cuts_it_and_nothing_more_of_it_is_sent(
    ears: EarsService,
) -> None:
    session = ears.expect()
    ends: list[SaidEnd] = []
    heard_at_cut: list[int] = []

    def cut(prompt: object) -> None:
        ends.append(getattr(prompt, "ended"))  # noqa: B009
        heard_at_cut.append(phone.frames_heard)

    phone = await Phone.dial(session)
    asking = asyncio.create_task(
        session.ask(
            Listen(window_ms=3000, wanted=WANTED, prompt=LINE),
            prompt_pcm=bytes(16_000 * 10),
            on_prompt_end=cut,
        )
    )
    sending = asyncio.create_task(phone.send(pcm(then(hiss(1, -65), voice(), hiss(3, -65)))))
    answer = await asking
    session.close()
    await sending

    assert answer.kind is Sound.SPEECH
    assert answer.prompt is not None
    assert answer.prompt.ended is SaidEnd.BARGE_IN
    assert ends == [SaidEnd.BARGE_IN]
    assert answer.window_opened_ms == answer.prompt.ended_ms
    assert answer.from_ms < answer.window_opened_ms < answer.from_ms + 700
    assert phone.frames_heard - heard_at_cut[0] <= 3


async def test_a_prompt_is_played_whole_and_then_the_window_opens(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    prompt = pcm(voice("yes"))
    sending = asyncio.create_task(phone.send(QUIET))

    answer = await session.ask(Listen(window_ms=400, wanted=WANTED, prompt=LINE), prompt_pcm=prompt)
    session.close()
    await sending

    assert answer.kind is Sound.SILENCE
    assert answer.prompt is not None
    assert answer.prompt.ended is SaidEnd.COMPLETED
    assert phone.frames_heard == 44
    messages = bytes(phone.received[: 44 * MESSAGE_BYTES])
    sounds = b"".join(messages[at + 3 : at + 323] for at in range(0, len(messages), MESSAGE_BYTES))
    assert sounds == prompt
    assert answer.ended_ms - answer.window_opened_ms == 400
    # The played length by the frames that came meanwhile: 880 ms, give or take the timer.
    assert 700 <= answer.prompt.ended_ms - answer.prompt.started_ms <= 1300


async def test_a_key_cuts_a_prompt_and_is_the_first_digit(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET[: 320 * 150]))
    asking = asyncio.create_task(
        session.ask(
            Listen(window_ms=3000, wanted=WANTED, prompt=LINE, keys=Keys(most=2)),
            prompt_pcm=bytes(160_000),
        )
    )
    await asyncio.sleep(0.3)
    phone.press("4")
    await asyncio.sleep(0.2)
    phone.press("2")

    answer = await asking
    session.close()
    await sending

    assert (answer.kind, answer.digits) == ("key", "42")
    assert answer.prompt is not None
    assert answer.prompt.ended is SaidEnd.KEY
    assert phone.frames_heard < 60


async def test_a_phone_that_sends_no_audio_does_not_stop_the_timers(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)

    answer = await asyncio.wait_for(session.ask(Listen(window_ms=1000, wanted=WANTED)), 5)
    session.close()

    assert answer.kind is Sound.SILENCE
    assert "never came" in answer.reason
    await asyncio.wait_for(phone.ended.wait(), 2)


async def test_a_caller_whose_phone_falls_silent_after_a_word_is_answered(
    ears: EarsService,
) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    asking = asyncio.create_task(session.ask(Listen(window_ms=4000, wanted=WANTED)))
    await phone.send(pcm(then(hiss(0.5, -65), voice("yes"))), speed=4)

    answer = await asyncio.wait_for(asking, 5)
    session.close()

    assert answer.kind is Sound.SPEECH
    assert "never came" in answer.reason


@pytest.mark.parametrize("how", ["message", "socket"])
async def test_a_caller_who_hangs_up_in_a_window_is_a_hang_up(ears: EarsService, how: str) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    asking = asyncio.create_task(session.ask(Listen(window_ms=4000, wanted=WANTED)))
    await phone.send(QUIET[: 320 * 10])
    if how == "message":
        phone.writer.write(b"\0\0\0")
    else:
        phone.close()

    answer = await asyncio.wait_for(asking, 2)
    again = await session.ask(Listen(window_ms=4000, wanted=WANTED))
    session.close()

    assert answer.kind == again.kind == "hangup"
    assert answer.to_ms == 200


async def test_a_hang_up_in_a_prompt_says_how_far_it_came(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    asking = asyncio.create_task(
        session.ask(Listen(window_ms=4000, wanted=WANTED), prompt_pcm=bytes(160_000))
    )
    await phone.send(QUIET[: 320 * 20])
    phone.close()

    answer = await asyncio.wait_for(asking, 2)
    session.close()

    assert answer.kind == "hangup"
    assert answer.prompt is not None
    assert answer.prompt.ended is SaidEnd.HANGUP
    assert answer.prompt.ended_ms == 400


async def test_several_questions_in_one_session_each_open_their_own_window(
    ears: EarsService,
) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET, speed=4))

    first = await session.ask(Listen(window_ms=400, wanted=WANTED))
    second = await session.ask(
        Listen(window_ms=5000, wanted=frozenset({"clear"}), until=Until.CLEAR)
    )
    session.close()
    await sending

    assert first.kind is Sound.SILENCE
    assert second.kind is Sound.CLEAR
    assert second.window_opened_ms >= first.ended_ms


async def test_nobody_connecting_is_an_error_that_says_what_to_check(ears: EarsService) -> None:
    session = ears.expect(max_wait_s=0.1)

    with pytest.raises(EarsError, match="app_audiosocket"):
        await session.ask(Listen(window_ms=1000, wanted=WANTED))

    session.close()
    assert ears.sessions == 0


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff" * 100,
        b"\x01\x00\x10" + uuid4().bytes,
        b"\x01\x00\x05hello",
        b"\x10\x01\x40" + bytes(320),
        b"\x01\xff\xff" + bytes(70_000),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        bytes(10_000),
    ],
    ids=["junk", "unknown", "short identity", "audio first", "too long", "http", "zeros"],
)
async def test_a_stranger_is_turned_away_and_a_live_caller_hears_nothing_of_it(
    ears: EarsService, junk: bytes
) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET[: 320 * 60], speed=4))
    asking = asyncio.create_task(session.ask(Listen(window_ms=1000, wanted=WANTED)))
    host, port = session.address.split(",")[1].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(junk)

    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()
    answer = await asking
    session.close()
    await sending

    assert answer.kind is Sound.SILENCE
    assert "never came" not in answer.reason
    assert ears.refused == 1


async def test_junk_after_a_good_start_ends_only_that_line(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    phone.writer.write(b"\x77\x00\x02xx")

    answer = await asyncio.wait_for(session.ask(Listen(window_ms=4000, wanted=WANTED)), 2)
    session.close()

    assert answer.kind == "hangup"
    assert ears.refused == 1


async def test_messages_may_come_in_any_pieces(ears: EarsService) -> None:
    session = ears.expect()
    host, port = session.address.split(",")[1].split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    asking = asyncio.create_task(session.ask(Listen(window_ms=400, wanted=WANTED)))
    stream = b"\x01\x00\x10" + UUID(session.uuid).bytes
    stream += b"".join(AUDIO_HEADER + QUIET[at : at + 320] for at in range(0, 320 * 30, 320))
    cuts = np.random.default_rng(5).integers(1, 700, size=100)
    place = 0
    for cut in cuts:
        writer.write(stream[place : place + cut])
        place += int(cut)
        await asyncio.sleep(0.001)

    answer = await asyncio.wait_for(asking, 3)
    session.close()
    writer.close()

    assert answer.kind is Sound.SILENCE
    assert answer.to_ms == 400


async def test_the_same_identity_is_taken_once(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    await asyncio.sleep(0.05)

    second = await Phone.dial(session)
    await asyncio.wait_for(second.ended.wait(), 2)

    assert session.connected
    assert not phone.ended.is_set()
    session.close()


async def test_a_peer_that_sends_hours_in_a_second_is_cut_off(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    with suppress(ConnectionError):
        for _ in range(40):
            phone.writer.write((AUDIO_HEADER + bytes(320)) * 50)
            await asyncio.sleep(0)

    await asyncio.wait_for(phone.ended.wait(), 5)
    session.close()

    assert ears.refused == 1


async def test_a_peer_that_takes_no_prompt_is_cut_off(ears: EarsService) -> None:
    session = ears.expect()
    name, address = session.address.split(",")
    host, port = address.split(":")
    _, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(b"\x01\x00\x10" + UUID(name).bytes)
    await asyncio.sleep(0.05)
    connection = next(iter(ears._connections))

    for _ in range(400):
        connection.send((AUDIO_HEADER + bytes(320)) * 100)

    assert ears.refused == 0 or not session.connected
    await asyncio.sleep(0.1)
    assert ears.refused == 1
    writer.close()
    session.close()


async def test_two_thousand_connections_do_not_disturb_a_live_caller(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET[: 320 * 200]))
    asking = asyncio.create_task(session.ask(Listen(window_ms=3000, wanted=WANTED)))
    host, port = session.address.split(",")[1].split(":")
    for _ in range(20):
        dialled = await asyncio.gather(
            *(asyncio.open_connection(host, int(port)) for _ in range(100))
        )
        for _, writer in dialled:
            writer.transport.abort()

    answer = await asking
    session.close()
    await sending

    assert answer.kind is Sound.SILENCE
    assert answer.to_ms == 3000


async def test_a_failing_detector_is_an_error_of_that_question_and_the_ears_live_on() -> None:
    class Sick(SileroVad):
        well = False

        def probabilities(self, states: Floats, windows: Floats) -> tuple[Floats, Floats]:
            if not self.well:
                raise RuntimeError("no more memory")
            return super().probabilities(states, windows)

    backend = Sick()
    service = EarsService(backend)
    await service.start("127.0.0.1", 0)
    session = service.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET[: 320 * 300], speed=4))

    with pytest.raises(EarsError, match="no more memory"):
        await session.ask(Listen(window_ms=1000, wanted=WANTED))
    backend.well = True
    answer = await session.ask(Listen(window_ms=400, wanted=WANTED))
    session.close()
    await sending
    await service.stop()

    assert answer.kind is Sound.SILENCE


async def test_stopping_answers_open_questions_with_a_hang_up(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    asking = asyncio.create_task(session.ask(Listen(window_ms=9000, wanted=WANTED)))
    await phone.send(QUIET[: 320 * 5])

    await ears.stop()

    assert (await asking).kind == "hangup"
    with pytest.raises(EarsError):
        ears.expect()


async def test_a_question_nobody_waits_for_is_withdrawn(ears: EarsService) -> None:
    session = ears.expect()
    phone = await Phone.dial(session)
    sending = asyncio.create_task(phone.send(QUIET, speed=2))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(
            session.ask(Listen(window_ms=9000, wanted=WANTED), prompt_pcm=bytes(160_000)), 0.3
        )

    answer = await session.ask(Listen(window_ms=400, wanted=WANTED))
    session.close()
    await sending

    assert answer.kind is Sound.SILENCE
    assert answer.prompt is None
    assert phone.frames_heard < 40


def test_the_ears_work_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def call() -> None:
        service = EarsService(SileroVad())
        await service.start("127.0.0.1", 0)
        session = service.expect()
        phone = await Phone.dial(session)
        sending = asyncio.create_task(phone.send(pcm(then(voice("yes"), hiss(2, -65)))))
        answer = await session.ask(
            Listen(window_ms=2000, wanted=WANTED), prompt_pcm=bytes(16_000 * 5)
        )
        session.close()
        await sending
        await service.stop()
        assert answer.kind is Sound.SPEECH

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(call())


async def test_whoever_breaks_on_what_is_heard_deafens_no_other_call(ears: EarsService) -> None:
    broken, other = ears.expect(), ears.expect()

    def breaks(_voice: object) -> None:
        raise RuntimeError("a panel's fault")

    broken.watch(breaks, end_ms=200)
    phones = [await Phone.dial(broken), await Phone.dial(other)]
    asking = asyncio.create_task(other.ask(Listen(window_ms=1000, wanted=WANTED)))
    await phones[0].send(pcm(then(voice("yes"), hiss(0.5, -65))), speed=4)
    await phones[1].send(QUIET[: 320 * 60], speed=4)

    answer = await asyncio.wait_for(asking, 5)
    for session in (broken, other):
        session.close()
    await asyncio.gather(*(phone.ended.wait() for phone in phones))

    assert answer.kind is Sound.SILENCE


async def test_a_watched_line_is_heard_without_any_question(ears: EarsService) -> None:
    session = ears.expect()
    told: list[bool] = []
    session.watch(lambda voice: told.append(voice.speaks), end_ms=400)
    phone = await Phone.dial(session)
    await session.connection()
    await phone.send(pcm(then(hiss(0.5, -65), voice("yes"), hiss(1, -65))), speed=4)
    await asyncio.sleep(0.2)
    reading = session.reading
    phone.close()
    await asyncio.wait_for(session.over(), 5)
    session.close()

    assert told == [True, False]
    assert reading is not None
    assert reading.frames == (8000 * 3 // 2 + len(voice("yes"))) // 160
    assert 300 <= reading.spoken_ms <= 900
