"""Score the ears on the clips of `bench.ears.clips`: the code of `thirdring ears`, many at once.

`python -m bench.ears.score --work DIR [--split dev|held-out] [--wrong]`
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agi.ears.recording import RecordingHeard, hear_recordings
from agi.ears.vad import SileroVad
from agi.ears.wav import read_wav

CLASSES = ("silence", "speech", "noise", "faint")
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip: what it is and what was heard."""

    clip: dict[str, Any]
    heard: RecordingHeard

    def first(self, label: str) -> int | None:
        """When `label` was first declared, ms."""
        return next((d.at_ms for d in self.heard.decisions if d.what == label), None)


def score(work: Path, split: str) -> list[Scored]:
    """Hear all clips of a split."""
    clips = [c for c in json.loads((work / "clips.json").read_text()) if c["split"] == split]
    backend = SileroVad()
    scored: list[Scored] = []
    for begin in range(0, len(clips), AT_ONCE):
        part = clips[begin : begin + AT_ONCE]
        heard = hear_recordings(backend, [read_wav(work / "clips" / c["file"]) for c in part])
        scored += [Scored(clip, one) for clip, one in zip(part, heard, strict=True)]
    return scored


def spread(name: str, values: list[int]) -> str:
    """Median, p95 and p99 of milliseconds."""
    if not values:
        return f"{name}: none"
    median, p95, p99 = np.percentile(values, [50, 95, 99])
    return f"{name}: p50 {median:.0f}  p95 {p95:.0f}  p99 {p99:.0f} ms  (n={len(values)})"


def since_onset(scored: list[Scored], truth: str, label: str) -> list[int]:
    """From the first sound of speech to the label, in clips of `truth`."""
    found = [(s.first(label), s.clip["onset_ms"]) for s in scored if s.clip["truth"] == truth]
    return [at - onset for at, onset in found if at is not None and onset is not None]


def latencies(scored: list[Scored]) -> tuple[list[int], int]:
    """From the first sound of clear or faint speech to its start being known; how many missed."""
    found: list[int] = []
    missed = 0
    for one in scored:
        if one.clip["truth"] not in ("speech", "faint"):
            continue
        onset = one.clip["onset_ms"]
        late = [at - onset for at in one.heard.speech_starts_ms if at >= onset]
        if late and late[0] <= 1500:
            found.append(late[0])
        else:
            missed += 1
    return found, missed


def report(scored: list[Scored]) -> None:
    """Print the figures of one split."""
    clear = [s for s in scored if s.clip["truth"] in CLASSES]
    table = Counter((s.clip["truth"], str(s.heard.final)) for s in clear)
    print("truth \\ heard  " + "  ".join(f"{name:>7}" for name in CLASSES))
    recalls: list[float] = []
    for truth in CLASSES:
        row = [table[truth, heard] for heard in CLASSES]
        recalls.append(table[truth, truth] / max(sum(row), 1))
        print(f"{truth:>13}  " + "  ".join(f"{count:7d}" for count in row))
    right = sum(table[name, name] for name in CLASSES)
    print(f"accuracy {right / len(clear):.1%}  balanced {np.mean(recalls):.1%}")
    declared = [s for s in clear if s.heard.decisions]
    held = sum(s.heard.decisions[-1].what == s.clip["truth"] for s in declared)
    print(f"last declared label right: {held / len(clear):.1%}")
    grey = [s for s in scored if s.clip["truth"] == "grey"]
    print(f"grey accepted {sum(s.heard.final in s.clip['accepted'] for s in grey)} of {len(grey)}")
    silent = [s for s in clear if s.clip["truth"] == "silence"]
    loud = [s for s in silent if s.first("speech") is not None or s.first("faint") is not None]
    print(f"silent clips ever called speech or faint: {len(loud)} of {len(silent)}")
    talking = [s for s in clear if s.clip["truth"] == "speech"]
    bad = [s for s in talking if s.first("noise") is not None or s.first("faint") is not None]
    print(f"speech clips ever called noise or faint: {len(bad)} of {len(talking)}")
    print(spread("time to speech", since_onset(scored, "speech", "speech")))
    print(spread("time to faint", since_onset(scored, "faint", "faint")))
    wordless = [s for s in clear if s.clip["truth"] == "noise" and s.clip["onset_ms"] is None]
    to_noise = [at for s in wordless if (at := s.first("noise")) is not None]
    print(spread("time to noise, nobody speaking", to_noise) + f" of {len(wordless)}")
    print(spread("time to noise, speech in it", since_onset(scored, "noise", "noise")))
    found, missed = latencies(scored)
    print(spread("speech start latency", found) + f", missed in 1.5 s: {missed}")
    false_starts(clear)


def false_starts(clear: list[Scored]) -> None:
    """Print starts of speech where nobody speaks, by kind of sound."""
    counts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for one in clear:
        if one.clip["onset_ms"] is None:
            kind = one.clip["content"].split()[0].strip(",")
            counts[kind] += len(one.heard.speech_starts_ms)
            seconds[kind] += one.heard.duration_ms // 1000
    print("false starts: " + "  ".join(f"{k} {counts[k]}/{seconds[k]}s" for k in sorted(seconds)))


def main() -> None:
    """Print the figures; `--wrong` lists the clips heard wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, default=Path("var/bench-ears"))
    parser.add_argument("--split", choices=("dev", "held-out"), action="append")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    for split in options.split or ("dev", "held-out"):
        scored = score(options.work, split)
        print(f"== {split}: {len(scored)} clips")
        report(scored)
        if options.wrong:
            for one in scored:
                if one.heard.final not in one.clip["accepted"]:
                    print(f"  {one.clip['file']}: {one.heard.final}; {one.clip['content']}")
                    print(f"    {one.heard.reason}")


if __name__ == "__main__":
    main()
