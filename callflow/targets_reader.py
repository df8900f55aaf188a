"""Reads where an outcome goes: a step, next, again, `return X`, `end X`, or a sub-flow."""

from __future__ import annotations

from callflow.nodes import Mapping, Node, Scalar
from callflow.reading import Reading
from callflow.targets import Again, CallFlow, End, GoTo, Next, Return, Target


def read_target(node: Node, reading: Reading) -> Target:
    """One target as written; names of steps and flows are checked later, all together."""
    if isinstance(node, Mapping):
        return _sub_flow(node, reading)
    words = reading.text(node, "where it goes").split()
    match words:
        case ["next"]:
            return Next()
        case ["again"]:
            return Again()
        case ["return", outcome]:
            return Return(outcome)
        case ["end", disposition]:
            return End(disposition)
        case [step]:
            return GoTo(step)
        case _:
            reading.wrong(
                node.place,
                f'"{" ".join(words)}" is no place to go',
                "write a step's name, next, again, return X, end X, or {call: a_flow, X: a_step}",
                rule="no-target",
                word=" ".join(words),
            )
            return Next()


def _sub_flow(node: Mapping, reading: Reading) -> Target:
    flow = node.get("call")
    if flow is None:
        reading.wrong(
            node.place,
            "no flow is named here",
            "write {call: a_flow, X: a_step}",
            rule="no-target",
        )
        return Next()
    routes = {
        key.text: read_target(value, reading) for key, value in node.items if key.text != "call"
    }
    return CallFlow(reading.name(flow, "the flow to call"), routes)


def read_routes(node: Node | None, reading: Reading, what: str) -> dict[str, Target]:
    """`{speech: next, silence: end silent}` as outcome -> target."""
    if node is None:
        return {}
    if isinstance(node, Scalar):
        reading.wrong(node.place, f"{what} is not a list of outcomes", "write {speech: a_step}")
        return {}
    body = reading.mapping(node, what)
    return {key.text: read_target(value, reading) for key, value in body.items} if body else {}
