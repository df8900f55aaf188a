"""The calls of a busy house, made up: when they come, who takes them, what goes wrong.

Call number n of a ledger depends on n and the ledger's size alone, so making one can stop anywhere
and go on. Proportions are those of a usual service line: two thirds come by day, a third of callers
call again, one in twelve gives up, one rule in forty is broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
"""When the last call comes; UTC, where the house's day begins at 16:00."""

A_DAY = 5500
"""Calls of a day."""

QUEUES = ("support", "billing", "sales", "repairs", "vip")
_QUEUE_WEIGHTS = (45, 25, 15, 12, 3)
AGENTS = tuple(str(number) for number in range(801, 849))
RULES = tuple(f"A{number:02}" for number in range(1, 25))
DISPOSITIONS = ("inquiry", "request", "complaint", "fault", "moved", "wrong_number", "other")
_DISPOSITION_WEIGHTS = (40, 25, 8, 15, 6, 1, 5)
_HOURS = (1, 1, 1, 1, 1, 2, 4, 9, 18, 22, 20, 14, 13, 17, 20, 19, 15, 11, 9, 8, 6, 4, 2, 1)
"""How many calls an hour of the house's day has, for each other."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_DIGEST = "9f86d081884c7d65"
_TEXTS = {
    "greeting": "您好，远大服务热线，请问有什么可以帮您？",
    "menu": "咨询请按一，报修请按二，账单请按三，转人工请按零。",
    "wait": "正在为您转接，请稍等。",
    "closing": "感谢您的来电，再见！",
}
_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"

Told = tuple[int, str, Mapping[str, Any]]
"""Offset of an event in milliseconds, its kind, its data."""


def call(number: int, of: int) -> tuple[str, datetime, list[Told]]:
    """Id, time and events of call `number` (from 0) of a ledger of `of` calls."""
    dice = Random(number * 1_000_003 + 17)
    at = _offered_at(number, of, dice)
    suffix = "".join(dice.choices(_ALPHABET, k=8))
    return f"{at:%Y%m%d-%H%M%S}-{suffix}", at, _Story(dice, number).told()


def _offered_at(number: int, of: int, dice: Random) -> datetime:
    days = max(1, -(-of // A_DAY))
    day, place = divmod(number * days / of, 1)
    return UNTIL - timedelta(days=days - int(day), seconds=-86_400 * _hour_of(place))


def _hour_of(place: float) -> float:
    """When in a day so many of its calls have come, as a part of it."""
    left = place * sum(_HOURS)
    for hour, weight in enumerate(_HOURS):
        if left < weight:
            return (hour + left / weight) / 24
        left -= weight
    return 1.0


class _Story:
    """What happens on one call."""

    def __init__(self, dice: Random, number: int) -> None:
        self._dice = dice
        self._number = number
        self._at_ms = 0
        self._events: list[Told] = []
        self._recording = f"r{number:08}"

    def told(self) -> list[Told]:
        """All its events in order."""
        dice = self._dice
        flow = dice.choices(("greetings", "night", "mystery_line"), (92, 7, 1))[0]
        person = dice.randrange(200_000) if dice.random() < 0.4 else dice.randrange(2_000_000)
        self._tell(
            "offered",
            uniqueid=f"1790000000.{self._number}",
            ani=f"1{(3800000000 + person * 4999) % 10_000_000_000:010}",
            dnis="4008001000",
            caller_name=_NAMES[person % len(_NAMES)] + "先生" if person % 3 == 0 else "",
            direction="inbound",
            flow=flow,
            channel=f"PJSIP/trunk-{self._number % 4096:08x}",
        )
        rings = dice.choices((1, 2, 3, 4), (80, 14, 4, 2))[0]
        self._pass(rings * 5000 - 4000)
        self._tell("answered", rings=rings, waited_ms=self._at_ms)
        if dice.random() < 0.96:
            self._tell(
                "recording_started",
                recording=self._recording,
                caller_file=f"monitor/{self._recording}-rx.wav",
                house_file=f"monitor/{self._recording}-tx.wav",
            )
        self._say("greeting")
        talked = self._served() if self._heard() else False
        self._end(talked)
        self._afterwards(talked)
        return self._events

    def _tell(self, event: str, /, **data: Any) -> None:
        self._events.append((self._at_ms, event, data))

    def _pass(self, length_ms: float) -> None:
        self._at_ms += int(length_ms)

    def _say(self, line: str) -> None:
        began_ms, text = self._at_ms, _TEXTS[line]
        shared: dict[str, Any] = {"line": line, "text": text, "language": "zh-Hans"}
        self._tell("stepped", flow="greetings", step=line, digest=_DIGEST)
        self._pass(len(text) * 180)
        self._tell(
            "said",
            **shared,
            tags=[line],
            performer="ivr",
            start_ms=began_ms,
            end_ms=self._at_ms,
            ended="completed",
            noted="",
        )

    def _heard(self) -> bool:
        """Whether the caller spoke; a silent one is asked twice more."""
        for _ in range(3):
            self._tell("listening", until="pause", window_ms=4000, wanted=["speech", "silence"])
            what = self._dice.choices(("speech", "silence", "noise"), (94, 5, 1))[0]
            began_ms = self._at_ms
            self._pass(self._dice.uniform(700, 4000))
            self._tell(
                "heard",
                what=what,
                from_ms=began_ms,
                to_ms=self._at_ms,
                level_dbov=-24.5,
                reason="vad 0.97",
            )
            if what == "speech":
                return True
        return False

    def _served(self) -> bool:
        """Menu, queue, agent; whether an agent talked."""
        dice = self._dice
        self._say("menu")
        self._tell("key", digits=dice.choice("0123"), at_ms=self._at_ms)
        if dice.random() < 0.12:
            self._say("closing")
            return False
        self._say("wait")
        self._queue = dice.choices(QUEUES, _QUEUE_WEIGHTS)[0]
        self._tell("queued", queue=self._queue)
        came_ms = self._at_ms
        self._agent = AGENTS[int(dice.betavariate(1.2, 1.6) * len(AGENTS)) % len(AGENTS)]
        for _ in range(dice.choices((1, 2, 3), (88, 9, 3))[0]):
            self._pass(dice.expovariate(1 / 9000))
            self._tell("agent_offered", agent=self._agent)
        if dice.random() < 0.08:
            self._pass(dice.expovariate(1 / 30_000))
            self._left("abandoned", self._at_ms - came_ms, 0)
            return False
        self._pass(dice.uniform(1500, 12_000))
        waited_ms = self._at_ms - came_ms
        self._tell("agent_answered", agent=self._agent, waited_ms=waited_ms)
        talk_ms = int(min(dice.lognormvariate(11.7, 0.7), 3_000_000))
        self._talk_from_ms, self._talk_ms = self._at_ms, talk_ms
        if dice.random() < 0.18:
            self._pass(talk_ms * 0.3)
            self._tell("held", on=True)
            self._pass(talk_ms * dice.uniform(0.05, 0.4))
            self._tell("held", on=False)
        self._at_ms = self._talk_from_ms + talk_ms
        self._owed()
        self._left("answered", waited_ms, talk_ms)
        return True

    def _owed(self) -> None:
        """One talk in forty promises a callback, one in sixty opens a ticket."""
        dice, due_at = self._dice, "2026-11-02T09:00:00+00:00"
        if dice.random() < 1 / 40:
            promise, number = f"p{self._number:08}", f"138{self._number % 10**8:08}"
            self._tell("promised", promise=promise, number=number, about="报价", due_at=due_at)
        if dice.random() < 1 / 60:
            kind = dice.choice(("repair", "complaint", "complaint_major"))
            ticket = f"t{self._number:08}"
            self._tell("ticket_opened", ticket=ticket, ticket_class=kind, about="", due_at=due_at)

    def _left(self, result: str, waited_ms: int, talked_ms: int) -> None:
        self._tell(
            "left_queue",
            queue=self._queue,
            result=result,
            waited_ms=waited_ms,
            talked_ms=talked_ms,
            agent=self._agent if result == "answered" else "",
        )

    def _end(self, talked: bool) -> None:
        dice = self._dice
        by = dice.choices(("caller", "us", "agent", "network"), (60, 25, 14, 1))[0]
        if dice.random() < 0.004:
            self._tell("fault", where="fetch", problem="timed out")
        self._tell("hung_up", by=by)
        if dice.random() < 0.96:
            self._tell("recording_stopped", recording=self._recording, reason="call_ended")
        reasons = {
            "caller": "caller_hung_up",
            "us": "completed",
            "agent": "agent_hung_up",
            "network": "network",
        }
        self._tell(
            "ended", end_reason=reasons[by], disposition="served" if talked else "self_served"
        )

    def _afterwards(self, talked: bool) -> None:
        dice = self._dice
        length_ms = self._at_ms
        if talked:
            self._pass(dice.lognormvariate(9.9, 0.8))
            disposition = dice.choices(DISPOSITIONS, _DISPOSITION_WEIGHTS)[0]
            self._tell("disposed", agent=self._agent, disposition=disposition, note="")
        self._pass(900)
        self._kept(length_ms, talked)
        broken = [rule for rule in RULES if dice.random() < 1 / 40] if talked else []
        self._tell(
            "rules_judged",
            rules=_DIGEST,
            kept=[rule for rule in RULES[:18] if rule not in broken],
            broken=broken,
        )
        if dice.random() < 0.004:
            self._tell("tagged", tag="mystery", by="qa")
        if talked and dice.random() < 0.6:
            score = dice.choices((None, 1, 2, 3, 4, 5), (66, 2, 2, 5, 10, 15))[0]
            answer = "" if score is None else f"score_{score}"
            self._tell("surveyed", question="satisfaction", answer=answer, score=score, by="ivr")

    def _kept(self, length_ms: int, talked: bool) -> None:
        if not any(kind == "recording_started" for _, kind, _ in self._events):
            return
        dice = self._dice
        self._tell(
            "recording_kept",
            recording=self._recording,
            file=f"recordings/{self._recording}.wav",
            sha256=f"{dice.getrandbits(256):064x}",
            bytes=length_ms * 32 + 44,
            duration_ms=length_ms,
            problem="",
            begins_ms=6012,
            key="",
        )
        over_ms = int(dice.expovariate(1 / 700)) if talked and dice.random() < 0.5 else 0
        dead_ms = int(dice.expovariate(1 / 5000)) if talked else 0
        self._tell(
            "recording_measured",
            recording=self._recording,
            version=1,
            caller_talk_ms=int(length_ms * 0.4),
            house_talk_ms=int(length_ms * 0.45),
            agent_talk_ms=int(length_ms * 0.35) if talked else 0,
            silence_ms=int(length_ms * 0.15),
            talk_over_ms=over_ms,
            talk_overs=[[30_000, 30_000 + over_ms]] if over_ms else [],
            dead_air_ms=dead_ms,
            dead_air_from_ms=40_000 if dead_ms else None,
            caller_level_dbov=-25.1,
            house_level_dbov=-20.4,
            caller_noise_dbov=-58.2,
        )


def chunk(first: int, count: int, of: int) -> Sequence[tuple[str, datetime, list[Told]]]:
    """Calls `first` to `first + count`."""
    return [call(number, of) for number in range(first, min(first + count, of))]
