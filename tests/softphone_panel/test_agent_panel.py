"""What an agent does at the panel, and what the desk is told of it."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.events import Key

from calls.floor import orders
from calls.floor.script_view import Choice, HearingView
from calls.floor.states import AgentState
from calls.floor.view import DayView, PanelView, StateView
from softphone_panel.agent.dialogs import Dialog
from softphone_panel.agent.fields import TextField
from softphone_panel.agent.link import LampState
from softphone_panel.texts import Language
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import WIDE, seat


async def test_an_agent_signs_in_by_one_key() -> None:
    async with seat(views.signed_out()) as at:
        assert "您还没有签入" in at.screen()
        await at.press("r")
        await at.ordered(orders.Ready())


async def test_an_agent_goes_to_lunch_with_a_reason() -> None:
    async with seat(views.view()) as at:
        await at.press("n")
        assert "为什么示忙" in at.screen()
        await at.press("2")
        await at.ordered(orders.NotReady(reason="lunch"))
        await at.shows(views.not_ready("lunch"))

        assert "示忙 用餐 3:10" in at.screen()


async def test_escape_leaves_the_reasons_without_an_order() -> None:
    async with seat(views.view()) as at:
        await at.press("n", "escape", "escape")
        await at.press("m", "x", "a", "space")

        assert at.desk.orders == []


async def test_an_agent_answers_on_the_second_ring() -> None:
    async with seat(views.view()) as at:
        await at.shows(views.ringing(6500))
        assert "振铃 2/3" in at.screen()
        await at.press("a")
        await at.ordered(orders.Answer())


async def test_the_ring_counts_on_between_two_snapshots() -> None:
    async with seat(views.ringing(6500)) as at:
        at.clock.advance_ms(9000)
        at.app.show_now()

        assert "振铃 4/3" in at.screen()
        assert "已过三声" in at.screen()


async def test_a_phone_that_the_desk_cannot_answer_for_is_picked_up_by_hand() -> None:
    async with seat(views.ringing(phone=views.view().phone)) as at:
        assert "请在话机上接听" in at.screen()
        await at.press("a")

        assert at.desk.orders == []


async def test_an_agent_says_the_sentence_and_goes_on_by_space() -> None:
    async with seat(views.talk()) as at:
        assert views.GREETING in at.screen()
        await at.press("space")
        await at.ordered(orders.LineDone(line="greeting", how="confirmed"))


@pytest.mark.parametrize(("key", "how"), [("s", "skipped"), ("c", "changed"), ("f5", "confirmed")])
async def test_a_line_can_be_skipped_or_said_otherwise(key: str, how: str) -> None:
    async with seat(views.talk()) as at:
        await at.press(key)
        await at.until(lambda: len(at.desk.orders) == 1)

        assert at.desk.orders[0].model_dump() == {
            "do": "line_done",
            "line": "greeting",
            "how": how,
        }


async def test_a_key_pressed_twice_confirms_one_sentence_only() -> None:
    async with seat(views.saying()) as at:
        await at.press("space", "space")
        await at.press("space")
        await at.shows(views.saying().model_copy(update={"trouble": "ears"}))
        await at.press("space")
        await at.until(lambda: len(at.desk.orders) >= 2)

        assert len(at.desk.orders) == 2


async def test_the_silence_clock_runs_on_between_snapshots_and_ends_at_its_whole() -> None:
    async with seat(views.listening(2500)) as at:
        at.clock.advance_ms(700)
        at.app.show_now()
        assert "静默 3.2 / 4.0 秒" in at.screen()
        assert "2.5 秒内" in at.screen()
        at.clock.advance_ms(5000)
        at.app.show_now()

        assert "静默 4.0 / 4.0 秒" in at.screen()


async def test_a_clock_that_stands_says_why() -> None:
    async with seat(views.listening(2500, runs=False, held_by="caller_speaks")) as at:
        at.clock.advance_ms(3000)
        at.app.show_now()

        assert "静默 2.5 / 4.0 秒  客户在说话，计时停" in at.screen()


async def test_an_agent_takes_the_upset_branch_by_its_letter() -> None:
    async with seat(views.talk()) as at:
        await at.press("u")
        await at.ordered(orders.Branch(name="upset"))
        await at.shows(views.upset())

        assert views.CALMING in at.screen()


async def test_a_branch_is_one_key_away_inside_a_field_too() -> None:
    async with seat(views.filling()) as at:
        await at.write("王")
        await at.press("alt+u")
        await at.ordered(orders.Branch(name="upset"))

        assert at.app.form.values()["name"] == "王"


async def test_an_agent_picks_from_the_menu_by_its_figure() -> None:
    async with seat(views.choosing()) as at:
        await at.press("7", "3")
        await at.ordered(orders.Pick(keys="3"))


async def test_digits_that_the_caller_says_are_given_by_enter() -> None:
    asks = views.talk(views.script(line=None, ask="account"))
    async with seat(asks) as at:
        await at.write("6222")
        await at.press("enter")
        await at.ordered(orders.Pick(keys="6222"))


async def test_an_agent_fills_in_the_form() -> None:
    async with seat(views.filling()) as at:
        await at.until(lambda: "请问您贵姓" in at.screen())
        await at.write("张三 x")
        await at.press("tab", "3", "tab", "1", "tab")
        await at.write("电梯停了")
        await at.press("ctrl+s")
        await at.ordered(
            orders.FormDone(
                form="call_record",
                values={
                    "phone": "138****1234",
                    "name": "张三 x",
                    "kind": "complaint",
                    "urgent": True,
                    "matter": "电梯停了",
                },
            )
        )


async def test_a_field_refused_by_the_desk_says_why_and_gets_the_focus() -> None:
    async with seat(views.filling()) as at:
        await at.press("escape", "ctrl+s")
        await at.until(lambda: len(at.desk.orders) == 1)
        wrong = views.form_view(matter={"problem": "required"})
        await at.shows(views.filling(wrong))
        await at.write("漏水")

        assert "必填" in at.screen()
        assert at.app.form.values()["matter"] == "漏水"


async def test_what_is_typed_goes_to_the_desk_as_a_draft() -> None:
    async with seat(views.filling()) as at:
        await at.write("张三")
        await at.until(lambda: bool(at.desk.drafts))

        assert at.desk.drafts[-1].form == "call_record"
        assert at.desk.drafts[-1].values["name"] == "张三"


async def test_what_the_agent_typed_is_not_written_over_by_a_look_up() -> None:
    async with seat(views.filling()) as at:
        await at.write("张三")
        known = views.form_view(name={"value": "李四"}, matter={"value": "电梯"})
        await at.shows(views.filling(known))

        assert at.app.form.values()["name"] == "张三"
        assert at.app.form.values()["matter"] == "电梯"


async def test_letters_typed_on_after_the_form_has_gone_are_no_orders() -> None:
    async with seat(views.filling()) as at:
        await at.write("张x")
        await at.shows(views.listening())
        await at.press("x", "h", "u")
        assert at.desk.orders == []
        assert "没有执行" in at.screen()
        at.clock.advance_ms(2000)
        await at.press("h")

        await at.ordered(orders.Hold(on=True))


async def test_alt_with_a_letter_is_an_order_even_while_a_form_comes() -> None:
    async with seat(views.filling()) as at:
        at.app.form.wants_focus = True
        await at.press("alt+u")

        await at.ordered(orders.Branch(name="upset"))


async def test_the_form_comes_back_with_what_was_typed_after_a_branch() -> None:
    async with seat(views.filling()) as at:
        await at.write("张三")
        await at.shows(views.upset())
        await at.shows(views.filling())

        assert at.app.form.values()["name"] == "张三"


async def test_the_next_callers_form_is_empty() -> None:
    async with seat(views.filling()) as at:
        await at.write("张三")
        await at.shows(views.filling(call_id="20261122-031530-aaaaaaaa"))

        assert at.app.form.values()["name"] == ""


async def test_an_agent_leaves_the_form() -> None:
    async with seat(views.filling()) as at:
        await at.press("escape", "z")
        await at.ordered(orders.FormLeft(form="call_record"))


async def test_single_letters_are_text_inside_a_field_and_f_keys_are_orders() -> None:
    async with seat(views.filling()) as at:
        await at.write("hmxt")
        assert at.desk.orders == []
        await at.press("f6", "f7")
        await at.ordered(orders.Hold(on=True), orders.Mute(on=True))

        assert at.app.form.values()["name"] == "hmxt"


async def test_the_desk_dies_in_a_form_and_nothing_typed_is_lost() -> None:
    async with seat(views.filling()) as at:
        await at.write("张三")
        await at.desk.stop()
        await at.lit(LampState.AWAY)
        assert "已输入的内容都在" in at.screen()
        await at.write("丰")
        await at.press("ctrl+s")
        await at.says("未成：提交（坐席台断开）")
        await at.desk.start()
        await at.lit(LampState.LIVE)
        await at.until(lambda: bool(at.desk.drafts) and "name" in at.desk.drafts[-1].values)
        assert at.desk.drafts[-1].values["name"] == "张三丰"
        await at.press("ctrl+s")
        await at.until(lambda: len(at.desk.orders) == 1)

        order = at.desk.orders[0]
        assert isinstance(order, orders.FormDone)
        assert order.values["name"] == "张三丰"


async def test_the_desk_dies_in_wrap_up_and_the_note_stands() -> None:
    async with seat(views.wrapping()) as at:
        await at.press("1", "tab", "tab")
        await at.write("已答复客户")
        await at.desk.stop()
        await at.lit(LampState.AWAY)
        await at.desk.start()
        await at.lit(LampState.LIVE)
        await at.press("f10")

        await at.ordered(
            orders.WrapUp(call_id=views.CALL_ID, disposition="served", note="已答复客户")
        )


async def test_while_the_desk_is_gone_its_clocks_stand_and_the_talk_goes_on() -> None:
    async with seat(views.listening(2500)) as at:
        await at.desk.stop()
        await at.lit(LampState.AWAY)
        at.clock.advance_ms(8000)
        at.app.show_now()

        assert "通话 0:50" in at.screen()
        assert "静默 2.5 / 4.0 秒  坐席台断开，计时停" in at.screen()


async def test_wrap_up_takes_the_flows_disposition_unless_the_agent_chooses_another() -> None:
    async with seat(views.wrapping()) as at:
        await at.press("ctrl+s")
        await at.ordered(orders.WrapUp(call_id=views.CALL_ID, disposition="promised", note=""))


async def test_wrap_up_without_a_disposition_asks_for_one() -> None:
    view = views.wrapping()
    assert view.call is not None
    bare = view.model_copy(update={"call": view.call.model_copy(update={"disposition": ""})})
    async with seat(bare) as at:
        await at.press("ctrl+s")
        assert "请先选通话结果" in at.screen()
        await at.press("3", "ctrl+s")

        await at.ordered(orders.WrapUp(call_id=views.CALL_ID, disposition="wrong_number", note=""))


async def test_an_agent_holds_and_takes_the_caller_back() -> None:
    async with seat(views.talk()) as at:
        await at.press("h")
        await at.ordered(orders.Hold(on=True))
        await at.shows(views.talk(state=AgentState.HOLD, on_hold=True))
        assert "客户在听音乐，按 h 取回" in at.screen()
        assert "现在请说" not in at.screen()
        await at.press("h")

        await at.ordered(orders.Hold(on=True), orders.Hold(on=False))


async def test_an_agent_asks_a_colleague_before_transferring() -> None:
    async with seat(views.talk()) as at:
        await at.press("t", "down", "enter")
        await at.ordered(orders.Transfer(to="802", how="attended"))
        await at.shows(views.consulting("talking"))
        assert "与 李雷 802 商量中" in at.screen()
        assert "按 T 转过去，U 不转了" in at.screen()
        await at.press("T")

        await at.until(lambda: len(at.desk.orders) == 2)
        assert at.desk.orders[-1] == orders.Consult(how="complete")


@pytest.mark.parametrize(
    ("to", "shown"), [("lifts", "calling lift repair lifts"), ("7001", "calling 7001")]
)
async def test_who_is_asked_is_named_as_the_house_names_them(to: str, shown: str) -> None:
    places = (Choice(name="lifts", title={"zh": "电梯维修", "en": "lift repair"}),)
    view = views.consulting("dialling", to).model_copy(update={"destinations": places})
    async with seat(view, language=Language.EN) as at:
        assert shown in at.screen()


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
async def test_a_hint_is_shown_in_the_panels_language(language: Language) -> None:
    hint = {"zh": "先问好", "en": "greet first"}
    view = views.listening()
    assert view.call is not None
    assert view.call.script is not None
    script = view.call.script.model_copy(update={"hint": hint})
    call = view.call.model_copy(update={"script": script})
    async with seat(view.model_copy(update={"call": call}), language=language) as at:
        assert [word in at.screen() for word in hint.values()] == [
            language is Language.ZH,
            language is Language.EN,
        ]


@pytest.mark.parametrize(("key", "how"), [("U", "cancel"), ("Y", "three_way")])
async def test_an_agent_cancels_or_makes_it_three(key: str, how: str) -> None:
    async with seat(views.consulting("talking")) as at:
        await at.press(key)
        await at.until(lambda: len(at.desk.orders) == 1)

        assert at.desk.orders[0].model_dump() == {"do": "consult", "how": how}


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ({"asked": True}, "李雷 802 有事商量，客户还在那边"),
        ({"asked": False}, "李雷 802 转来"),
        ({"cut_off": True}, "李雷 802 的话机断了，没说完 · 客户又等了 0:4"),
    ],
)
async def test_a_call_that_a_colleague_sends_says_so_before_it_is_answered(
    how: dict[str, bool], shown: str
) -> None:
    view = views.ringing()
    assert view.offer is not None
    offer = view.offer.model_copy(update={"sent_by": "802", "waited_ms": 42_000, **how})
    async with seat(view.model_copy(update={"offer": offer})) as at:
        assert shown in at.screen()
        assert "队列 support · 客户" not in at.screen()


@pytest.mark.parametrize(
    ("joined", "shown"),
    [(False, "李雷 802 与您商量这通电话，客户在听音乐"), (True, "李雷 802、客户和您三方通话中")],
)
async def test_whoever_is_asked_sees_by_whom_and_cannot_send_the_caller_on(
    joined: bool, shown: str
) -> None:
    view = views.talk(asked_by="802", joined=joined)
    assert view.call is not None
    bare = view.model_copy(update={"call": view.call.model_copy(update={"script": None})})
    async with seat(bare) as at:
        assert shown in at.screen()
        assert "转接" not in at.screen()


async def test_a_talk_is_as_long_as_it_is_whatever_was_held_in_between() -> None:
    view = views.talk(talked_ms=109_000)
    state = view.state.model_copy(update={"for_ms": 7_000})
    async with seat(view.model_copy(update={"state": state})) as at:
        assert "通话 1:49" in at.screen()


async def test_a_window_about_the_call_closes_with_it_and_others_stay() -> None:
    async with seat(views.talk()) as at:
        await at.press("t")
        await at.until(lambda: isinstance(at.app.screen, Dialog))
        await at.shows(views.wrapping())
        await at.until(lambda: not isinstance(at.app.screen, Dialog))
        await at.press("f1")
        await at.until(lambda: isinstance(at.app.screen, Dialog))
        await at.shows(views.view())
        assert isinstance(at.app.screen, Dialog)


async def test_an_agent_transfers_blind() -> None:
    async with seat(views.talk()) as at:
        await at.press("t", "b")
        await at.ordered(orders.Transfer(to="duty", how="blind"))


async def test_an_agent_presses_keys_for_a_machine_at_the_far_end() -> None:
    async with seat(views.talk()) as at:
        await at.press("k", "1")
        await at.until(lambda: len(at.desk.orders) == 1)
        await at.press("number_sign")
        await at.ordered(orders.SendKeys(digits="1"), orders.SendKeys(digits="#"))


async def test_an_agent_asks_for_help_and_takes_it_back() -> None:
    async with seat(views.talk()) as at:
        await at.press("e")
        await at.write("客户要见班长")
        await at.press("enter")
        await at.ordered(orders.AskHelp(on=True, text="客户要见班长"))
        await at.shows(views.talk(help_asked=True))
        assert "已求助" in at.screen()
        await at.press("e")

        await at.until(lambda: len(at.desk.orders) == 2)
        assert at.desk.orders[-1] == orders.AskHelp(on=False)


async def test_an_agent_leaves_a_note_for_the_next_shift() -> None:
    async with seat(views.view()) as at:
        await at.press("o")
        await at.write("电梯已修好")
        await at.press("enter")
        await at.ordered(orders.AddNote(text="电梯已修好"))


async def test_an_agent_hangs_up_without_being_asked_twice() -> None:
    async with seat(views.talk()) as at:
        await at.press("x")
        await at.ordered(orders.HangUp())


async def test_an_order_that_was_not_done_says_so_in_one_row() -> None:
    async with seat(views.talk()) as at:
        at.desk.problems["hold"] = "pbx_away"
        await at.press("h")
        await at.says("未成：保持（与交换机失去联系）")
        at.clock.advance_ms(7000)
        at.app.show_now()
        await at.pilot.pause()

        assert "未成" not in at.screen()
        assert len(at.app.screen_stack) == 1


async def test_a_key_that_does_nothing_now_says_so() -> None:
    async with seat(views.view()) as at:
        await at.press("x")
        await at.says("未成：挂机（现在不行）")

        assert at.desk.orders == []


@pytest.mark.parametrize("language", Language)
async def test_names_of_fields_and_what_is_heard_are_told_whole(language: Language) -> None:
    long = {"zh": "答复客户或者怎样处理", "en": "Answer or how it is dealt with"}
    form = views.form_view(matter={"label": long, "problem": "required"})
    quiet = HearingView()
    view = views.filling(form)
    assert view.call is not None
    view = view.model_copy(update={"call": view.call.model_copy(update={"hearing": quiet})})
    async with seat(view, language=language) as at:
        assert f"{long[language]}*" in at.screen()
        assert {Language.ZH: "等待声音…", Language.EN: "waiting for sound…"}[
            language
        ] in at.screen()
        rows = at.screen().split("\n")
        problem = next(row for row in rows if row.strip("│ ▁▂▃▄▅▆▇█") in ("必填", "required"))
        field = next(row for row in rows if long[language] in row)
        assert cell_len(problem.partition("必填")[0].partition("required")[0]) > cell_len(
            field.partition("*")[0]
        )


async def test_a_broken_rule_is_marked_and_nothing_pops_up() -> None:
    async with seat(views.listening()) as at:
        assert "✗ A02 已违反" in at.screen()
        assert len(at.app.screen_stack) == 1


async def test_an_incident_is_on_the_panel_from_the_first_row() -> None:
    statement = "三号楼电梯故障正在抢修，预计十一点恢复。"
    async with seat(views.view(statement=statement)) as at:
        assert f"统一口径：{statement}" in at.screen().split("\n")[1]


async def test_what_comes_after_the_call_is_said_during_it() -> None:
    state = StateView(state=AgentState.ON_CALL, for_ms=1000, after_call="lunch")
    view = views.talk().model_copy(update={"state": state})
    async with seat(view) as at:
        assert "话后转：用餐" in at.screen()
        await at.press("r")
        await at.ordered(orders.Ready())


async def test_a_supervisor_on_the_call_is_seen_when_the_house_says_so() -> None:
    async with seat(views.talk(listeners=("900 陈",)), size=WIDE) as at:
        assert "旁听：900 陈" in at.screen()


async def test_the_language_key_changes_every_word_of_the_panel() -> None:
    async with seat(views.listening()) as at:
        await at.press("l")
        english = at.screen()

        assert "silence 2.5 of 4.0 s" in english
        assert "on call 0:42" in english
        assert "upset caller" in english
        await at.press("l")
        assert "通话 0:42" in at.screen()


async def test_the_palette_finds_an_action_by_a_word_of_either_language() -> None:
    async with seat(views.talk()) as at:
        await at.press("ctrl+p")
        await at.write("mut")
        await at.press("enter")
        await at.until(lambda: len(at.desk.orders) == 1)
        await at.press("ctrl+p")
        await at.write("保持")
        await at.press("enter")

        await at.ordered(orders.Mute(on=True), orders.Hold(on=True))


async def test_the_palette_offers_only_what_works_now() -> None:
    async with seat(views.view()) as at:
        await at.press("colon")
        await at.write("挂机")

        assert "没有这样的操作" in at.screen()


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (views.view(), "三声之内要接（A01）"),
        (views.talk(), "粗框里是现在要说的话"),
        (views.filling(), "Tab 到下一项"),
        (views.wrapping(), "按数字选通话结果"),
    ],
)
async def test_help_is_about_what_the_agent_is_at(view: PanelView, words: str) -> None:
    async with seat(view, size=(100, 40)) as at:
        await at.press("f1")
        assert words in at.screen()
        await at.press("q")

        assert len(at.app.screen_stack) == 1
        assert at.desk.orders == []


async def test_a_caller_who_hears_music_is_not_spoken_to_whatever_the_flow_says_next() -> None:
    async with seat(views.consulting("dialling")) as at:
        assert "按 U 不转了" in at.screen()
        assert "现在请说" not in at.screen()
        await at.shows(views.consulting("three_way"))

        assert "现在请说" in at.screen()


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (views.view(), "电话若响，请照常接听"),
        (views.ringing(), "电话若响，请照常接听"),
        (views.talk(), "通话不受影响"),
        (views.wrapping(), "已输入的内容都在"),
    ],
)
async def test_without_the_desk_the_panel_says_what_that_means_just_now(
    view: PanelView, told: str
) -> None:
    async with seat(view) as at:
        await at.desk.stop()
        await at.lit(LampState.AWAY)
        await at.says(told)


@pytest.mark.parametrize("view", [views.view(), views.filling()])
async def test_keys_typed_at_one_go_into_help_close_it_once_and_do_no_harm(view: PanelView) -> None:
    async with seat(view, size=(100, 40)) as at:
        await at.press("f1")
        for letter in "王芳 13912345678":
            at.app.screen.post_message(Key(letter, letter))
        await at.until(lambda: len(at.app.screen_stack) == 1)
        await at.settled()

        assert at.app.is_running
        assert at.desk.orders == []


async def test_a_reason_pressed_twice_at_one_go_is_one_order() -> None:
    async with seat(views.view()) as at:
        await at.press("n")
        for _ in range(3):
            at.app.screen.post_message(Key("2", "2"))
        await at.ordered(orders.NotReady(reason="lunch"))
        await at.settled()

        assert at.desk.orders == [orders.NotReady(reason="lunch")]


async def test_the_footer_shows_only_what_works_and_can_be_clicked() -> None:
    async with seat(views.talk()) as at:
        row = next(place for place, text in enumerate(at.screen().split("\n")) if "静音" in text)
        assert "接听" not in at.screen().split("\n")[row]
        column = _cells_before(at.screen().split("\n")[row], "静音")
        await at.pilot.click(offset=(column, row))
        await at.ordered(orders.Mute(on=True))


async def test_a_branch_can_be_clicked() -> None:
    async with seat(views.talk()) as at:
        row = next(place for place, text in enumerate(at.screen().split("\n")) if "方言" in text)
        await at.pilot.click(offset=(_cells_before(at.screen().split("\n")[row], "方言"), row))
        await at.ordered(orders.Branch(name="dialect"))


async def test_escape_in_a_field_gives_the_letters_back_to_the_keys() -> None:
    async with seat(views.filling()) as at:
        assert isinstance(at.app.focused, TextField)
        await at.press("escape", "m")
        await at.ordered(orders.Mute(on=True))


async def test_a_desk_that_is_not_there_is_said_with_the_next_step() -> None:
    async with seat() as at:
        await at.desk.stop()
        await at.says("thirdring serve")


async def test_a_refused_panel_says_why_and_can_ask_again() -> None:
    async with seat() as at:
        at.desk.refuses = "elsewhere"
        await at.desk.stop()
        await at.desk.start()
        await at.says("该工号已在别处打开")
        at.desk.refuses = ""
        await at.desk.show(views.view())
        await at.press("ctrl+r")
        await at.lit(LampState.LIVE)


def _cells_before(text: str, word: str) -> int:
    return cell_len(text[: text.index(word)])


async def test_handle_time_is_over_the_callers_i_had_and_questions_stand_apart() -> None:
    day = DayView(answered=3, handled=4, talk_ms=200_000, wrap_up_ms=40_000, consult_ms=60_000)
    async with seat(views.view(today=day), size=WIDE) as at:
        alone = at.screen()
    async with seat(views.view(today=day.model_copy(update={"consults": 2})), size=WIDE) as at:
        asked = at.screen()

    assert "接听 4 三声内 0/3" in " ".join(alone.split())
    assert "平均处理 1:00" in " ".join(alone.split())
    assert "同事商量" not in alone
    assert "同事商量 2" in " ".join(asked.split())
