"""How the files of tests are shared by the processes of `make test`: each is taken, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.sharing import SECONDS, Queue, longest_first

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("test_*.py"))


def test_whoever_comes_first_has_a_file_and_keeps_it(tmp_path: Path) -> None:
    queues = [Queue(tmp_path / "queue") for _ in range(3)]

    def taken(queue: Queue) -> list[Path]:
        return [path for path in FILES if queue.is_ours(path) and queue.is_ours(path)]

    with ThreadPoolExecutor(len(queues)) as aside:
        shares = list(aside.map(taken, queues))
    assert sorted(path for share in shares for path in share) == sorted(FILES)


def test_what_takes_longest_comes_first() -> None:
    order = [path.name for path in longest_first(FILES)]

    assert order.index("test_qa_doc.py") < order.index("test_serve.py") < order.index("test_wav.py")


def test_only_files_that_are_there_have_a_known_time() -> None:
    names = {path.name for path in FILES} | {f"{path.parent.name}/{path.name}" for path in FILES}

    assert set(SECONDS) <= names
