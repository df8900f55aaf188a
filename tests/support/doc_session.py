"""A document's files and commands, carried out in order as a reader would.

A fence `yaml` whose first line is `# path` is a file to write; a fence `console` is a session:
lines that begin with `$ ` are commands, what follows each is its output; `...` stands for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

_FENCE = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LASTED = re.compile(r"(outcomes, |states in )\d+\.\d+ s")
"""How long a proof took is another time each time."""

_ALIKE = ELLIPSIS | NORMALIZE_WHITESPACE


class Session:
    """Runs a document's commands in a folder of their own."""

    def __init__(self, text: str, folder: Path) -> None:
        self.text = text
        self._folder = folder
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }

    def differences(self) -> Iterator[str]:
        """What came out otherwise than the document says."""
        for command, expected, came in self._carried_out():
            if not OutputChecker().check_output(expected, came, _ALIKE):
                yield f"$ {command}\nthe document says:\n{expected}\nit printed:\n{came}"

    def rewritten(self) -> str:
        """The document with what its commands print now."""
        done, left = "", self.text
        for command, expected, came in self._carried_out():
            lasting = _LASTED.sub(r"\1... s", came)
            kept = "".join(f"{line.rstrip()}\n" for line in lasting.splitlines())
            before, _, left = left.partition(f"$ {command}\n{expected}")
            done += f"{before}$ {command}\n{kept}"
        return done + left

    def _carried_out(self) -> Iterator[tuple[str, str, str]]:
        for kind, body in _FENCE.findall(self.text):
            if kind == "yaml":
                self._write(body)
                continue
            for step in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, expected = step.partition("\n")
                yield command, expected, self._run(command)

    def _write(self, body: str) -> None:
        head, _, rest = body.partition("\n")
        path = self._folder / head.removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rest, encoding="utf-8")

    def _run(self, command: str) -> str:
        if command.endswith("/activate"):
            return ""  # the reader's shell; here the environment has it already
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.stdout + done.stderr
