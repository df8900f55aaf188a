"""What `verify` and `ledger` say, in Chinese and English; their findings are words of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from launch.telling.wording import Wording, in_line, terminal_language

PROOFS: Final[Mapping[str, tuple[str, str]]] = {
    "good": ("无误", "good"),
    "finding": ("{count} 处问题", "{count} finding"),
    "findings": ("{count} 处问题", "{count} findings"),
    "all_as_written": ("与写入时一致", "all as written"),
    "ledger": (
        "{calls} 通通话，{events} 条事实：{verdict}；校验头 {head}",
        "{calls} calls, {events} events: {verdict}; head {head}",
    ),
    "floor": (
        "坐席大厅 {facts} 条事实；校验头 {head}",
        "{facts} facts of the floor; head {head}",
    ),
    "note": ("注意：{note}", "note: {note}"),
    "not_proved": ("无法证明：{note}", "not proved: {note}"),
    "all_good": ("全部与写入时一致。", "All as it was written."),
    "no_head": (
        "没有 --head，整本重写的台账看不出来；见文档。",
        "Without --head a ledger rewritten whole does not show; see docs.",
    ),
    "call": ("通话 {id}", "call {id}"),
    "agent": ("坐席 {id}", "agent {id}"),
    "at_work": ("正在核验每条链", "Checking every chain"),
    "reading": ("正在读每个哈希", "Reading every hash"),
    "retelling": ("正在重新生成每通通话", "Telling every call again"),
    "heads": (
        "{file}：校验头，含通话 {calls} 行、坐席大厅 {floor} 行；请存到另一台机器上",
        "{file}: heads over {calls} rows of calls, {floor} of the floor;"
        " keep it on another machine",
    ),
    "heads_and_book": (
        "{file}：校验头，含通话 {calls} 行、坐席大厅 {floor} 行和质检库；请存到另一台机器上",
        "{file}: heads over {calls} rows of calls, {floor} of the floor and the quality book;"
        " keep it on another machine",
    ),
    "rebuilt": ("已从事实重新生成 {count} 通通话。", "{count} calls told anew from their events."),
    "rebuilt_book": (
        "已从事实重新生成 {count} 个评分和账号。",
        "{count} evaluations and accounts told anew from their facts.",
    ),
    "no_address": (
        "台账只是本机自己的文件。要送到别处，请在 --config 指定的文件里把 ledger.url 设为 "
        "postgresql://user@host/database。",
        "The ledger is this node's own file alone. To ship it on, set ledger.url to "
        "postgresql://user@host/database in the file that --config names.",
    ),
    "shipping": ("正在送出", "Shipping"),
    "shipped": ("已送出 {count} 条事实。", "{count} facts shipped."),
    "told_there": ("已在那里重新生成 {count} 通通话。", "{count} calls told anew there."),
    "standing": (
        "{node}：已全部送出；最近一次 {last}",
        "{node}: everything is shipped; last at {last}",
    ),
    "standing_behind": (
        "{node}：还有 {count} 条事实待送；最近一次 {last}",
        "{node}: {count} facts wait; last at {last}",
    ),
    "never": ("还没有", "no time yet"),
    "turned_away": (
        "{count} 条事实被拒收：另一个节点用同样的编号写了别的内容；请找出被复制的台账",
        "{count} events were refused: another node has other ones under their numbers; look for a"
        " copied ledger",
    ),
    "good_there": (
        "那里有 {calls} 通通话，{events} 条事实：与写入时一致",
        "{calls} calls, {events} events there: all as written",
    ),
}
proof: Final = Wording(PROOFS)
_REMEDY: Final = "restore it from a backup"

FOUND: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("缺失", "missing"),
    "cut": ("不完整", "cut"),
    "changed": ("被改动", "changed"),
    "edited": ("被改动", "edited"),
    "rewritten": ("被重写", "rewritten"),
    "swapped": ("被调换", "swapped"),
    "hole": ("有空缺", "hole"),
    "head": ("校验头不符", "head"),
    "projection": ("表与事实不符", "projection"),
    "secret": ("凭据被改", "secret"),
    "session": ("登录状态被改", "session"),
    "wall": ("大屏被改", "wall"),
    "unreadable": ("读不出", "unreadable"),
    "no key": ("缺密钥", "no key"),
    "not erased": ("未销毁", "not erased"),
    "damaged": ("损坏", "damaged"),
    "waiting": ("待入库", "waiting"),
    "orphan": ("无主文件", "orphan"),
}
found_word: Final = Wording(FOUND).known
"""What is wrong, in a word."""

PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "ledger": ("台账", "ledger"),
    "floor": ("坐席大厅", "floor"),
    "recordings": ("录音", "recordings"),
    "quality": ("质检库", "quality"),
    "flows": ("流程", "flows"),
    "forms": ("评分表", "forms"),
}
part_word: Final = Wording(PARTS).known
"""A part of what can prove itself."""


def findings(count: int) -> str:
    """`1 finding`, `2 findings`."""
    return proof("finding" if count == 1 else "findings", count=count)


def detail_text(said: str) -> str:
    """How a finding shows: services say it in English, a Chinese terminal in Chinese."""
    if terminal_language() != "zh":
        return said
    # Of a sealed file its seal tells more, after the remedy.
    first, remedy, more = said.partition(f"{_REMEDY}: ")
    return in_line(_in_chinese(first + _REMEDY if remedy else said), _in_chinese(more))


def _in_chinese(said: str) -> str:
    from console.telling.refusals import in_chinese
    from launch.telling.found_details import DETAILS
    from launch.telling.refused.seals import SEALS

    own = {**DETAILS, **SEALS}
    whole = in_chinese(said, own)
    # What a recording was taken in with may be several flaws.
    return whole if whole != said else "；".join(in_chinese(one, own) for one in said.split("; "))
