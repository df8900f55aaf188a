"""Snapshots of an agent's day, as a desk would send them."""

from __future__ import annotations

from typing import Any

from calls.floor.script_view import (
    Choice,
    ClockView,
    FieldView,
    FormView,
    HearingView,
    LineView,
    ScriptView,
)
from calls.floor.states import AgentState
from calls.floor.view import (
    AgentCard,
    CallerFile,
    CallView,
    ConsultView,
    DayView,
    NoteView,
    OfferView,
    OpenMatter,
    PanelView,
    PastCall,
    PhoneView,
    QueueView,
    RuleView,
    StateView,
)

GREETING = "您好，三声服务热线，801号为您服务，请问有什么可以帮您？"
HELLO = "您好！"
CALMING = "我非常理解您的心情，希望我们心平气和地交谈，将问题尽快解决。"
CALL_ID = "20261122-021530-k7f3q29m"

CALLER = CallerFile(
    number="138****1234",
    name="张先生",
    tier="一级",
    fields={"地址": "滨江路 18 号 3 栋 502"},
    history=(
        PastCall(
            call_id="c1",
            at="2026-11-20T06:03:00+00:00",
            disposition="promised",
            agent="802",
            matter="电梯又停了",
        ),
        PastCall(call_id="c2", at="2026-10-02T01:20:00+00:00", disposition="served", agent="801"),
    ),
    open_matters=(
        OpenMatter(kind="promise", about="回复电梯检修时间", due="2026-11-23T09:00:00+00:00"),
    ),
)
BRANCHES = (
    Choice(name="upset", title={"zh": "客户情绪激动", "en": "upset caller"}),
    Choice(name="dialect", title={"zh": "方言", "en": "dialect"}),
    Choice(name="wrong_number", title={"zh": "打错了", "en": "wrong number"}),
    Choice(name="thanks_first", title={"zh": "客户先道谢", "en": "caller thanks first"}),
    Choice(name="beyond_me", title={"zh": "答不上来", "en": "beyond me"}),
)
DISPOSITIONS = (
    Choice(name="served", title={"zh": "已答复", "en": "served"}),
    Choice(name="promised", title={"zh": "已承诺回电", "en": "callback promised"}),
    Choice(name="wrong_number", title={"zh": "打错电话", "en": "wrong number"}),
    Choice(name="transferred", title={"zh": "已转接", "en": "transferred"}),
)
RULE_A11 = RuleView(
    id="A11",
    title={"zh": "无声电话", "en": "silent caller"},
    what="再问一声您好",
    within_ms=3200,
)
BROKEN_A02 = RuleView(
    id="A02", title={"zh": "问候语", "en": "greeting"}, what="第一句不是统一问候语"
)


def view(doing: AgentState = AgentState.READY, **more: Any) -> PanelView:
    """801 at the desk in some state."""
    given: dict[str, Any] = {
        "seq": 1,
        "company": {"zh": "三声服务热线", "en": "Thirdring"},
        "agent": AgentCard(number="801", name="王敏", queues=("support",)),
        "state": StateView(state=doing, for_ms=42_000),
        "phone": PhoneView(registered=True),
        "queues": (QueueView(name="support", waiting=2, longest_ms=41_000, ready=1),),
        "today": DayView(
            answered=17,
            missed=1,
            handled=17,
            within_three_rings=16,
            talk_ms=5_130_000,
            hold_ms=240_000,
            wrap_up_ms=610_000,
            ready_ms=3_600_000,
            not_ready_ms=900_000,
            promises=3,
            rules_broken=1,
        ),
        "notes": (
            NoteView(
                by="802 李雷",
                at="2026-11-22T00:00:00+00:00",
                text="三号楼电梯在修，预计十一点恢复；来电先说统一口径。",
            ),
        ),
        "destinations": (Choice(name="duty", title={"zh": "值班室", "en": "Duty desk"}),),
        "colleagues": (
            Choice(name="802", title={"zh": "李雷", "en": "Li Lei"}),
            Choice(name="803", title={"zh": "韩梅梅", "en": "Han Meimei"}),
        ),
    }
    return PanelView(**{**given, **more})


def signed_out() -> PanelView:
    return view(AgentState.SIGNED_OUT, notes=(), queues=())


def not_ready(reason: str = "lunch") -> PanelView:
    return view(state=StateView(state=AgentState.NOT_READY, for_ms=190_000, reason=reason))


def ringing(rung_ms: int = 6500, **more: Any) -> PanelView:
    offer = OfferView(
        call_id=CALL_ID, queue="support", caller=CALLER, rung_ms=rung_ms, waited_ms=21_000
    )
    return view(AgentState.RINGING, **{"offer": offer, "phone": controlled(), **more})


def controlled() -> PhoneView:
    return PhoneView(registered=True, controlled=True)


def script(**more: Any) -> ScriptView:
    given: dict[str, Any] = {
        "flow": "agent_call",
        "title": {"zh": "坐席接听", "en": "The agent's call"},
        "step": "welcome",
        "hint": {"zh": "三声之内接听，先问好，报公司和工号"},
        "line": LineView(name="greeting", text=GREETING, language="zh-Hans", tags=("greeting",)),
        "branches": BRANCHES,
    }
    return ScriptView(**{**given, **more})


def talk(at: ScriptView | None = None, **more: Any) -> PanelView:
    """A call at the ear."""
    given: dict[str, Any] = {
        "call_id": CALL_ID,
        "queue": "support",
        "caller": CALLER,
        "talked_ms": 42_000,
        "recording": True,
        "script": at or script(),
        "hearing": HearingView(what="silence", level_dbov=-58.0),
        "dispositions": DISPOSITIONS,
    }
    state = more.pop("state", AgentState.ON_CALL)
    outer = {name: more.pop(name) for name in list(more) if name in PanelView.model_fields}
    return view(state, call=CallView(**{**given, **more}), **outer)


def listening(spent_ms: int = 2500, *, runs: bool = True, held_by: str = "") -> PanelView:
    """The second 您好 was said, the silence clock runs, the third is due."""
    at = script(
        flow="silent_call",
        title={"zh": "无声电话", "en": "Silent call"},
        step="call_out",
        hint={},
        line=None,
        said=LineView(name="hello", text=HELLO, language="zh-Hans"),
        count=(2, 3),
        clock=ClockView(
            what="silence", spent_ms=spent_ms, whole_ms=4000, runs=runs, held_by=held_by
        ),
        next_lines=("对不起，您的电话没有声音，请您换一个电话再打过来，再见！",),
    )
    return talk(at, due=(RULE_A11,), broken=(BROKEN_A02,))


def saying() -> PanelView:
    """The second of three tries is to be said now."""
    at = script(
        flow="silent_call",
        title={"zh": "无声电话", "en": "Silent call"},
        step="call_out",
        line=LineView(name="hello", text=HELLO, language="zh-Hans"),
        count=(2, 3),
        clock=ClockView(
            what="silence", spent_ms=1200, whole_ms=4000, runs=False, held_by="agent_speaks"
        ),
        next_lines=("对不起，您的电话没有声音，请您换一个电话再打过来，再见！",),
    )
    hearing = HearingView(what="silence", level_dbov=-58.0, agent_speaks=True)
    return talk(at, due=(RULE_A11,), hearing=hearing)


def form_view(**fields: Any) -> FormView:
    """The record of the call; `fields` change single ones by name."""
    usual = (
        FieldView(
            name="phone",
            label={"zh": "联系电话", "en": "Number to reach"},
            type="phone",
            required=True,
            question="请问您的联系电话是多少？",
            value="138****1234",
        ),
        FieldView(
            name="name",
            label={"zh": "姓名", "en": "Name"},
            type="text",
            required=False,
            question="请问您贵姓？",
        ),
        FieldView(
            name="kind",
            label={"zh": "类别", "en": "Kind"},
            type="choice",
            required=True,
            choices={
                "inquiry": {"zh": "咨询", "en": "inquiry"},
                "request": {"zh": "请求", "en": "request"},
                "complaint": {"zh": "投诉", "en": "complaint"},
            },
        ),
        FieldView(name="urgent", label={"zh": "紧急", "en": "Urgent"}, type="flag", required=False),
        FieldView(
            name="matter",
            label={"zh": "事由", "en": "Matter"},
            type="long_text",
            required=True,
            question="请您说一下是什么事情？",
        ),
    )
    return FormView(
        name="call_record",
        title={"zh": "来电登记", "en": "Record of the call"},
        fields=tuple(field.model_copy(update=fields.get(field.name, {})) for field in usual),
    )


def filling(form: FormView | None = None, **more: Any) -> PanelView:
    at = script(
        flow="call_record",
        title={"zh": "登记", "en": "Record"},
        step="fields",
        hint={},
        line=None,
        form=form or form_view(),
    )
    return talk(at, hearing=HearingView(what="speech", level_dbov=-22.0), **more)


def choosing() -> PanelView:
    at = script(
        flow="agent_talk",
        title={"zh": "坐席受理", "en": "The matter"},
        step="how",
        line=None,
        hint={"zh": "当场答复按 1，涉及账户按 2，要派人办理按 3，答不上来按 4"},
        picks=(
            Choice(name="1", title={"zh": "当场答复", "en": "answer now"}),
            Choice(name="2", title={"zh": "涉及账户", "en": "account"}),
            Choice(name="3", title={"zh": "派人办理", "en": "send somebody"}),
            Choice(name="4", title={"zh": "答不上来", "en": "beyond me"}),
        ),
        clock=ClockView(what="listen", spent_ms=4000, whole_ms=30_000, runs=True),
    )
    return talk(at, hearing=HearingView(what="speech", level_dbov=-22.0))


def upset() -> PanelView:
    at = script(
        flow="upset",
        title={"zh": "客户情绪激动", "en": "An upset caller"},
        step="calming",
        hint={"zh": "放慢语速，不争辩，不打断"},
        line=LineView(name="calming", text=CALMING, language="zh-Hans"),
        next_lines=("请您说一下具体是什么问题，我马上为您处理。",),
        branches=BRANCHES[1:],
    )
    return talk(at, hearing=HearingView(what="speech", level_dbov=-9.0))


def consulting(state: str = "talking", to: str = "802") -> PanelView:
    consult = ConsultView(to=to, state=state, for_ms=8000)
    return talk(state=AgentState.HOLD, on_hold=True, consult=consult)


def wrapping(**more: Any) -> PanelView:
    return talk(
        state=AgentState.WRAP_UP, over=True, disposition="promised", broken=(BROKEN_A02,), **more
    )
