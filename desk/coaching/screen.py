"""The views of a coached call, as the panel's snapshot wants them."""

from __future__ import annotations

from callflow.acts.talking import AskAct
from calls.actions import Line
from calls.floor.script_view import ClockView, HearingView, LineView, ScriptView
from calls.masking import plain
from desk.coaching.channel import AgentChannel
from desk.coaching.run import CoachedRun
from desk.coaching.taps import Hearing


def script_view(
    run: CoachedRun, channel: AgentChannel, next_lines: tuple[str, ...], *, over: bool
) -> ScriptView:
    """Where the flow is, what is on the screen, what can be done."""
    flow, step = run.flow, run.step
    open_window = channel.window is not None and not over
    return ScriptView(
        flow=flow.name,
        title=flow.title,
        step=step.name,
        hint=step.hint,
        line=None if channel.line is None else _line(channel.line.line),
        said=None if channel.said is None else _line(channel.said),
        count=run.count,
        clock=_clock(channel),
        next_lines=tuple(plain(text, most_cells=400) for text in next_lines),
        picks=run.picks() if open_window and not isinstance(step.act, AskAct) else (),
        ask=run.asks_for if open_window else "",
        form=None if channel.form is None else channel.form.view(),
        branches=run.offered() if channel.can_branch and not over else (),
        over=over,
    )


def hearing_view(hearing: Hearing) -> HearingView:
    """What both taps bring just now."""
    session, agent = hearing.session, hearing.agent_session
    reading = None if session is None else session.reading
    agents = None if agent is None else agent.reading
    return HearingView(
        what="" if reading is None or reading.what is None else reading.what.value,
        level_dbov=None if reading is None else reading.level_dbov,
        agent_speaks=agents is not None and agents.speaks,
    )


def _line(line: Line) -> LineView:
    return LineView(name=line.name, text=line.text, language=line.language, tags=line.tags)


def _clock(channel: AgentChannel) -> ClockView | None:
    if channel.window is not None:
        return channel.window.clock()
    if channel.waits is None:
        return None
    began_ms, whole_ms = channel.waits
    spent_ms = min(channel.call.elapsed_ms() - began_ms, whole_ms)
    return ClockView(what="wait", spent_ms=spent_ms, whole_ms=whole_ms, runs=True)
