"""What proofs, flow tests and replays say to who writes flows, in Chinese and English."""

from __future__ import annotations

from typing import Final

from launch.telling.wording import Wording

author: Final = Wording(
    {
        # proofs
        "proof_of": (
            "{flow}，由{performer}执行：{points} 个位置，{outcomes} 个结局，{seconds} 秒",
            "{flow}, performed by {performer}: {points} points, {outcomes} outcomes, {seconds} s",
        ),
        "ivr": ("语音系统", "ivr"),
        "agent": ("坐席", "agent"),
        "rule": ("规章", "rule"),
        "title": ("名称", "title"),
        "states": ("状态数", "states"),
        "remark": ("说明", "remark"),
        "proved": ("已证明", "proved"),
        "breakable": ("可违反", "BROKEN"),
        "undecidable": ("不能判定", "not decidable"),
        "speaks_of_nothing": (
            "这个流程里没有它所说的事",
            "nothing in this flow that it speaks of",
        ),
        "endless": (
            "谁都不做什么时会一直转下去：{steps}",
            "goes on for ever while nobody does anything: {steps}",
        ),
        "broken_by": (
            "{rule} 可被 {flow}（由{performer}执行）违反：{why}",
            "{rule} is broken by {flow}, performed by {performer}: {why}",
        ),
        "assumed": ("假定 {text} 成立", "taken for granted: {text} holds"),
        "assumed_not": ("假定 {text} 不成立", "taken for granted: {text} does not hold"),
        "note": ("注意：{note}", "note: {note}"),
        "broken_again": (
            "在虚拟时间里再打一次，同样违反",
            "played in virtual time, it is broken again",
        ),
        "not_broken_again": (
            "在虚拟时间里再打一次，没有违反（{status}）：见注意事项",
            "played in virtual time, it is not broken ({status}): see the notes",
        ),
        "its_caller": (
            "来电者：thirdring call {path}",
            "its caller: thirdring call {path}",
        ),
        "proof_sum": (
            "{proved} 条已证明，{broken} 条可违反，{open} 条不能判定；"
            "{states} 个状态，{seconds} 秒",
            "{proved} proved, {broken} broken, {open} not decidable here;"
            " {states} states in {seconds} s",
        ),
        # flow tests
        "passed": ("{count} 个通过", "{count} passed"),
        "failed": ("{count} 个未通过", "{count} failed"),
        "skipped": ("{count} 个跳过", "{count} skipped"),
        "test_skipped": ("跳过 {test}：{why}", "skipped {test}: {why}"),
        "test_failed": ("未通过 {test}", "FAILED {test}"),
        "never_taken": (
            "{where}：{name} 从未走到（{by}）：{advice}",
            "{where}: {name} never taken ({by}): {advice}",
        ),
        "gets_here": ("走到这里", "gets here"),
        "by_caller": ("来电者", "caller"),
        "by_agent": ("坐席", "agent"),
        "by_fault": ("故障", "fault"),
        "all_branches": (
            "{percent} %  共 {count} 个分支",
            "{percent} %  of all {count} branches",
        ),
        # mutants
        "mutants": ("变异，以及最先发现它的", "Mutants, and what noticed them first"),
        "damage": ("损坏", "damage"),
        "made": ("做出", "made"),
        "by_check": ("检查", "check"),
        "by_test": ("测试", "test"),
        "by_prove": ("证明", "prove"),
        "by_same": ("无区别", "same"),
        "by_survived": ("没发现", "survived"),
        "all": ("合计", "all"),
        "survived": ("没发现：{name}：{what}", "survived: {name}: {what}"),
        "not_explained": ("还没有说明", "not explained yet"),
        "proof_alone": ("单凭证明能发现其中 {count} 个", "the proof alone notices {count} of them"),
        "caught": (
            "{real} 个中发现 {caught} 个：{percent} %（{same} 个等价）",
            "caught {caught} of {real}: {percent} % ({same} equivalent)",
        ),
        # replays
        "same": ("通话 {call}：现在会同样进行。", "Call {call}: it would go the same way now."),
        "other_steps": (
            "走的步骤不同，但线路上的人察觉不到。",
            "Nobody on the line would notice that it goes through other steps.",
        ),
        "cut": (
            "记录在通话结束前就断了；到那里为止都一样。",
            "The record ends before the call was over; so far it is the same.",
        ),
        "different": ("通话 {call}：现在会不同。", "Call {call}: it would go differently now."),
        "first_difference": (
            "第一处不同在 {at}，{where}：",
            "First difference at {at}, in {where}:",
        ),
        "first_step": ("第一步", "the first step"),
        "after": ("，在 {what} 之后", ", after {what}"),
        "then": ("当时", "then"),
        "now": ("现在", "now"),
        "nothing": ("没有", "nothing"),
        "not_decided": ("记录不能决定", "the record does not decide"),
        "not_decided_from": (
            "从 {at} 起记录不能决定：{why}。",
            "From {at} on the record does not decide: {why}.",
        ),
        "each_outcome": (
            "在 {where}，各种结局通向：",
            "At {where}, each outcome leads on:",
        ),
        "asks": ("，它{what}", ", which {what}"),
        "says": ("说 {lines}，然后 ", "says {lines}; then "),
        "then_and_now": ("当时与现在", "Then and now"),
        "rules_of_now": ("规章（现在的）", "House rules (those of now)"),
        "why_now": ("现在的依据", "why now"),
        "none_broken": (
            "当时和现在都没有违反规章。",
            "No house rule is broken, then or now.",
        ),
        "flow_version": ("流程 {flow}：{what}", "flow {flow}: {what}"),
        "same_version": ("版本相同", "the same version"),
        "not_played": ("没有走到", "not played"),
        "gone": ("已没有", "gone"),
        "kept": ("做到", "kept"),
        "broken": ("违反", "BROKEN"),
        "not_applicable": ("不涉及", "does not apply"),
        "pending": ("未定", "not decided yet"),
        "day": (
            "{same} 通相同，{different} 通不同",
            "{same} calls the same, {different} different",
        ),
        "differ_in": ("{count} 通首先不同于 {place}", "{count} first differ in {place}"),
        "newly_broken": ("规章 {rule} 新违反 {count} 通", "rule {rule} newly broken in {count}"),
        "mended": (
            "规章 {rule} 当时违反、现在做到 {count} 通",
            "rule {rule} broken then, kept now in {count}",
        ),
        "not_replayed": ("{call} 没有重演：{why}", "{call} not replayed: {why}"),
        "look_at_one": (
            "看其中一通：thirdring replay {call}",
            "Look at one: thirdring replay {call}",
        ),
        # comparing, drawing, schemas
        "unchanged": ("对来电者来说没有变化", "nothing changed for a caller"),
        "in_flow": ("流程 {name}", "flow {name}"),
        "in_line": ("话术 {name}", "line {name}"),
        "in_rule": ("规章 {name}", "rule {name}"),
        "in_form": ("表单 {name}", "form {name}"),
        "rules_touched": (
            "涉及的规章：{rules}",
            "house rules that speak of this: {rules}",
        ),
        "proof_changed": (
            "{rule} {flow}（{performer}）：{before} -> {after}",
            "{rule} {flow} ({performer}): {before} -> {after}",
        ),
        "drawn": (
            "{file}：{boxes} 个框，{arrows} 条箭头",
            "{file}: {boxes} boxes, {arrows} arrows",
        ),
        "written": ("已写入 {file}", "{file} written"),
        "brought_up": ("{file}：已更新", "{file}: brought up to date"),
        "up_to_date": ("{file}：已是最新", "{file}: is up to date"),
        "no_call_fits": (
            "没有符合的通话；放宽 --since 和 --until。`thirdring calls list` 列出通话。",
            "No call fits; widen --since and --until. `thirdring calls list` shows them.",
        ),
    }
)
