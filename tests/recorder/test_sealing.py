"""Sealed recordings: read anywhere, every tampering named, keys that are wrong or lost."""

from __future__ import annotations

import io
import json
import os
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.errors import LostKeyError, SealBrokenError
from recorder.sealing.keys import Keyring
from recorder.sealing.layout import TAG_BYTES, Header, read_header
from recorder.sealing.reading import SealedFile
from recorder.sealing.sources import CommandKeys, MasterKey, tell_place
from recorder.sealing.writing import SealingWriter
from recorder.store import Store
from tests.recorder.house import tone_of

AT = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)
KEY = bytes(range(32))


def sealed(sound: bytes, *, recording: str = "a-r1", chunk_bytes: int = 64) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, KEY, recording=recording, key_id="k" * 16, chunk_bytes=chunk_bytes)
    for at in range(0, len(sound), 37):
        writer.write(sound[at : at + 37])
    writer.finish()
    return out.getvalue()


def opened(raw: bytes, *, recording: str = "a-r1", key: bytes = KEY) -> SealedFile:
    return SealedFile(io.BytesIO(raw), key, "a file", recording)


def header_bytes(raw: bytes | bytearray) -> int:
    return len(read_header(bytes(raw), "a file").pack())


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 127, 128, 129, 640, 1000])
def test_what_was_sealed_is_read_back_whole(length: int) -> None:
    sound = os.urandom(length)

    assert opened(sealed(sound)).read() == sound
    assert opened(sealed(sound)).sound_bytes == length


@pytest.mark.parametrize("start", [0, 1, 63, 64, 200, 999, 1000, 4000])
@pytest.mark.parametrize("length", [0, 1, 64, 500])
def test_any_part_is_read_without_the_rest(start: int, length: int) -> None:
    sound = os.urandom(1000)
    file = opened(sealed(sound))

    file.seek(start)
    got = bytearray()
    while len(got) < length and (part := file.read(length - len(got))):
        got += part

    assert bytes(got) == sound[start : start + length]


def test_nothing_of_the_sound_stands_in_the_file_and_no_two_sealings_are_alike() -> None:
    sound = b"silence please " * 40

    first, second = sealed(sound), sealed(sound)

    assert b"silence" not in first
    assert first[100:] != second[100:]


def test_every_flipped_bit_shows_and_costs_one_chunk_at_most() -> None:
    sound = os.urandom(300)
    whole = sealed(sound)
    body = header_bytes(whole)
    for at in range(len(whole)):
        raw = bytearray(whole)
        raw[at] ^= 0x10
        with pytest.raises(SealBrokenError):
            opened(bytes(raw)).read()
        if at >= body:
            hurt = (at - body) // (64 + TAG_BYTES)
            file = opened(bytes(raw))
            for chunk in {0, 1, 2, 3, 4} - {hurt}:
                assert file.chunk(chunk) == sound[chunk * 64 : chunk * 64 + 64]
            with pytest.raises(SealBrokenError, match=f"chunk {hurt + 1} of 5") as caught:
                file.chunk(hurt)
            assert caught.value.chunk == hurt


def test_every_cut_shows() -> None:
    whole = sealed(os.urandom(300))
    for length in range(len(whole)):
        with pytest.raises(SealBrokenError):
            opened(whole[:length]).read()


def test_a_cut_between_two_chunks_is_told_from_an_edit() -> None:
    whole = sealed(os.urandom(320))
    cut = whole[: header_bytes(whole) + 2 * (64 + TAG_BYTES)]

    with pytest.raises(SealBrokenError, match="cut behind it"):
        opened(cut).read()


def test_chunks_that_changed_places_show() -> None:
    whole = bytearray(sealed(os.urandom(320)))
    at, width = header_bytes(whole), 64 + TAG_BYTES
    first, second = whole[at : at + width], whole[at + width : at + 2 * width]
    whole[at : at + 2 * width] = second + first

    with pytest.raises(SealBrokenError, match="chunk 1 of 5"):
        opened(bytes(whole)).read()


def test_a_chunk_of_another_writing_with_the_same_key_does_not_fit() -> None:
    sound = os.urandom(320)
    one, other = bytearray(sealed(sound)), sealed(sound)
    at = header_bytes(other)
    one[at : at + 64 + TAG_BYTES] = other[at : at + 64 + TAG_BYTES]

    with pytest.raises(SealBrokenError, match="chunk 1 of 5"):
        opened(bytes(one)).read()


def test_the_file_of_another_recording_is_named() -> None:
    with pytest.raises(SealBrokenError, match="holds recording b-r1, not a-r1"):
        opened(sealed(b"x", recording="b-r1"))


def test_a_header_that_claims_another_recording_does_not_help() -> None:
    raw = sealed(b"x" * 100, recording="b-r1").replace(b"b-r1", b"a-r1", 1)

    with pytest.raises(SealBrokenError, match="chunk 1 of 2"):
        opened(raw).read()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:10], "cut inside its header"),
        (lambda raw: b"RIFF" + raw[4:], "no sealed recording"),
        (lambda raw: raw[:8] + b"\x02" + raw[9:], "a later version"),
        (lambda raw: raw[:10] + b"\xff\xff" + raw[12:], "header is damaged"),
        (lambda raw: raw[:12] + b"\0\0\0\0" + raw[16:], "header is damaged"),
        (lambda raw: raw[:24] + b"\xff" * 16 + raw[40:], "header is damaged"),
    ],
)
def test_a_damaged_header_says_so(change: object, message: str) -> None:
    assert callable(change)
    with pytest.raises(SealBrokenError, match=message):
        opened(change(sealed(b"sound")))


def test_no_place_before_the_beginning() -> None:
    file = opened(sealed(b"sound"))

    assert file.seek(-2, os.SEEK_END) == 3
    assert (file.read(), file.tell(), file.readable(), file.seekable()) == (b"nd", 5, True, True)
    with pytest.raises(ValueError, match="before the beginning"):
        file.seek(-1)


def test_a_header_is_read_as_it_was_packed() -> None:
    header = Header(recording="呼叫-1", key_id="0123456789abcdef", prefix=b"12345678")

    assert read_header(header.pack(), "x") == header


# ---- the store --------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path, seal=True)
    assert store.keys.begin() is not None
    return store


def put_tone(store: Store, recording: str = "a-r1", seconds: float = 20.0) -> str:
    file = store.place(recording, AT)

    def write(out: object) -> None:
        made = io.BytesIO()
        with wave.open(made, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(8000)
            wav.writeframes(tone_of(seconds, 440).tobytes())
        out.write(made.getvalue())  # type: ignore[attr-defined]

    stored = store.put(file, write)
    assert stored.key == store.keys.current_id()
    return file


def test_a_sealed_recording_is_heard_through_the_store_and_not_from_the_disk(store: Store) -> None:
    file = put_tone(store)

    with store.open(file) as sound, wave.open(sound) as wav:
        assert wav.readframes(wav.getnframes()) == tone_of(20.0, 440).tobytes()
    assert file.endswith("a-r1.wav.sealed")
    assert store.path(file).read_bytes()[:8] == b"TRSEALED"
    assert list(store.kept_files()) == [file]


def test_a_plain_recording_of_before_is_read_as_it_is(store: Store, tmp_path: Path) -> None:
    plain = Store(tmp_path)
    file = plain.place("old-r1", AT)
    assert plain.put(file, lambda out: out.write(b"RIFFsound")).key == ""

    with store.open(file) as sound:
        assert sound.read() == b"RIFFsound"


def test_keys_are_for_their_owner_alone(store: Store) -> None:
    put_tone(store)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (store.state / "keys").rglob("*")}

    assert modes.pop(".lock") <= 0o644
    assert {mode & 0o077 for mode in modes.values()} == {0}
    assert modes[f"{store.keys.current_id()}.kek"] == 0o400


def test_a_lost_key_is_named_with_where_it_should_be(store: Store) -> None:
    file = put_tone(store)
    key = store.state / "keys" / f"{store.keys.current_id()}.kek"
    key.unlink()

    with pytest.raises(LostKeyError, match=f"{key.name}: the key is not there; put it back"):
        Store(store.state).open(file)


def test_a_wrong_key_is_not_taken_for_the_right_one(store: Store) -> None:
    file = put_tone(store)
    key = store.state / "keys" / f"{store.keys.current_id()}.kek"
    key.chmod(0o600)
    other = MasterKey.new()
    key.write_text(other.line)

    with pytest.raises(LostKeyError, match=f"holds the key {other.id} and not"):
        Store(store.state).open(file)


@pytest.mark.parametrize("text", ["", "hello", "thirdring-key 1 00 11", "密钥"])
def test_a_damaged_key_says_what_it_should_be(store: Store, text: str) -> None:
    file = put_tone(store)
    key = store.state / "keys" / f"{store.keys.current_id()}.kek"
    key.chmod(0o600)
    key.write_text(text, "utf-8")

    with pytest.raises(LostKeyError, match=r"put the key back|is damaged"):
        Store(store.state).open(file)


def test_a_folder_that_lost_its_keys_gets_no_new_one_by_itself(store: Store) -> None:
    put_tone(store)
    (store.state / "keys" / f"{store.keys.current_id()}.kek").unlink()

    assert Keyring(store.state).begin() is None
    with pytest.raises(LostKeyError):
        put_tone(Store(store.state, seal=True), "b-r1")
    assert not list(store.recordings.rglob("*b-r1*"))


def test_without_any_key_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LostKeyError, match="recordings keys new"):
        put_tone(Store(tmp_path, seal=True))


def test_a_damaged_key_of_a_file_costs_that_file_alone(store: Store) -> None:
    hurt, other = put_tone(store), put_tone(store, "b-r1")
    path = next((store.state / "keys" / "files").rglob("a-r1.key"))
    path.write_text(path.read_text().replace("0", "1").replace("a", "b"))

    with pytest.raises(LostKeyError):
        store.open(hurt)
    assert store.open(other).read(4) == b"RIFF"


def test_an_erased_recording_cannot_be_read_from_a_copy_either(store: Store) -> None:
    file = put_tone(store)
    copy = store.path(file).read_bytes()

    store.erase(file)
    store.path(file).write_bytes(copy)

    with pytest.raises(LostKeyError, match="its key"):
        store.open(file)
    assert not store.keys.has_key(file)


def test_erasing_twice_is_harmless(store: Store) -> None:
    file = put_tone(store)
    store.erase(file)
    store.erase(file)

    assert list(store.kept_files()) == []


def test_written_again_a_file_keeps_its_key(store: Store) -> None:
    """A kill between key and file leaves the old file readable."""
    file = put_tone(store)
    before = store.keys.file_key(file)

    put_tone(store, seconds=10.0)

    assert store.keys.file_key(file) == before


def test_what_a_kill_left_half_written_among_the_keys_is_swept(store: Store) -> None:
    put_tone(store)
    half = next((store.state / "keys" / "files").rglob("a-r1.key")).with_name(".b-r1.key.part")
    half.write_bytes(b"{")

    store.sweep()

    assert not half.exists()
    assert list(store.keys.recordings()) == ["a-r1"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "--help", "", "0123456789abcdef\n", "密钥"])
def test_a_name_that_is_no_keys_id_goes_to_no_file_and_no_program(store: Store, name: str) -> None:
    path = store.state / "keys" / "files" / "2026" / "11" / "22" / "a-r1.key"
    put_tone(store)
    path.write_text(json.dumps({"key": name, "wrapped": "00" * 40}))

    with pytest.raises(LostKeyError, match="is no key's id"):
        store.open("recordings/2026/11/22/a-r1.wav.sealed")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"key": 1}', '{"key": "a", "wrapped": "zz"}'])
def test_a_key_of_a_file_that_cannot_be_read_says_so(store: Store, text: str) -> None:
    file = put_tone(store)
    next((store.state / "keys" / "files").rglob("a-r1.key")).write_text(text)

    with pytest.raises(LostKeyError, match=r"a-r1\.key: is damaged"):
        store.open(file)


@pytest.mark.parametrize("text", ["{", "[]", '{"command": 3}', '{"folder": 3}'])
def test_a_damaged_note_of_where_the_keys_are_says_so(store: Store, text: str) -> None:
    file = put_tone(store)
    (store.state / "keys" / "place.json").write_text(text)

    with pytest.raises(LostKeyError, match=r"place\.json: is damaged"):
        Store(store.state).open(file)


# ---- master keys ------------------------------------------------------------------------------


def test_rotation_wraps_every_file_again_and_the_old_key_opens_nothing(store: Store) -> None:
    files = [put_tone(store, f"call-{n}-r1", 1.0) for n in range(3)]
    old = store.keys.current_id()

    new, where = store.keys.new()
    done = [store.keys.wrap_again(name) for name, _ in list(store.keys.kept())]
    Path(where).with_name(f"{old}.kek").unlink()

    assert done == [True, True, True]
    assert {kept.key_id for _, kept in store.keys.kept()} == {new.id}
    for file in files:
        assert Store(store.state).open(file).read(4) == b"RIFF"
    assert not store.keys.wrap_again(next(store.keys.kept())[0])


def test_a_rotation_overwrites_the_old_wrapping(store: Store) -> None:
    put_tone(store)
    path = next((store.state / "keys" / "files").rglob("a-r1.key"))
    before = path.read_bytes()
    with path.open("rb") as old:
        store.keys.new()
        store.keys.wrap_again("2026/11/22/a-r1.key")

        assert before not in old.read()


def test_keys_in_another_folder_are_found_by_every_reader(tmp_path: Path) -> None:
    away = tmp_path / "usb"
    tell_place(tmp_path / "state" / "keys", away, ())
    store = Store(tmp_path / "state", seal=True)
    store.keys.begin()
    file = put_tone(store)

    assert [path.suffix for path in away.iterdir()] == [".kek"]
    assert not list((tmp_path / "state" / "keys").glob("*.kek"))
    assert Store(tmp_path / "state").open(file).read(4) == b"RIFF"


def test_keys_may_come_from_a_program(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    tell_place(tmp_path / "keys", None, ["cat", f"{vault}/{{key}}"])
    key = MasterKey.new()
    (vault / key.id).write_text(key.line)
    store = Store(tmp_path, seal=True)

    assert store.keys.use(key.id).id == key.id
    assert Store(tmp_path).open(put_tone(store)).read(4) == b"RIFF"
    (vault / key.id).unlink()
    with pytest.raises(LostKeyError, match="cat: gave no key"):
        Store(tmp_path).open("recordings/2026/11/22/a-r1.wav.sealed")


def test_a_program_makes_no_keys(tmp_path: Path) -> None:
    tell_place(tmp_path / "keys", None, ["cat", "{key}"])

    with pytest.raises(LostKeyError, match="keys new --print"):
        Keyring(tmp_path).new()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(LostKeyError, match="no-such-vault: cannot be run"):
        CommandKeys(("no-such-vault",)).get("0" * 16)


def test_a_key_is_never_shown_by_its_repr() -> None:
    key = MasterKey.of(KEY)

    assert KEY.hex() not in repr(key)
    assert key.id in repr(key)
