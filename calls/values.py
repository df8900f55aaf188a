"""Values that are made by the dozen on every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, ParamSpec, TypeVar, dataclass_transform

T = TypeVar("T")
P = ParamSpec("P")

Value = str | int | bool
"""What a flow's variable can hold."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True, slots=True, kw_only=True)`, with mypy as the one who keeps it frozen.

    A frozen dataclass sets each field through `object.__setattr__`, which makes it three times as
    dear as a plain one, and a call makes some forty of them.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)


def maker(kind: Callable[P, T]) -> Callable[P, T]:
    """What makes values of a class decorated with `value`, as calling the class does.

    A class called by keywords has a tuple and a dictionary made of them first: that takes twice as
    long as a function that sets the fields. For what is made again and again on a call.
    """
    given: dict[str, Any] = {"kind": kind, "new": object.__new__}
    parameters, lines = [], []
    for each in fields(kind):  # type: ignore[arg-type]
        name = each.name
        parameters.append(name)
        lines.append(f"made.{name} = {name}")
        if each.default_factory is not MISSING:
            given |= {f"factory_{name}": each.default_factory, "missing": MISSING}
            parameters[-1] += "=missing"
            lines[-1] += f" if {name} is not missing else factory_{name}()"
        elif each.default is not MISSING:
            given[f"default_{name}"] = each.default
            parameters[-1] += f"=default_{name}"
    text = f"def make(*, {', '.join(parameters)}):\n made = new(kind)\n "
    exec(text + "\n ".join([*lines, "return made"]), given)  # noqa: S102 - names of our own fields
    made: Callable[P, T] = given["make"]
    return made


def changer(kind: type[T], *names: str) -> Callable[..., T]:
    """What makes a value of a class decorated with `value` from another: `change(one, name=new)`.

    As `dataclasses.replace`, which looks every field up by its name; all of `names` are to be given
    by keyword, the other fields are those of the old one.
    """
    each = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    wrong = set(names).difference(each)
    if wrong:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(wrong))}")
    lines = [f"made.{name} = {name if name in names else f'old.{name}'}" for name in each]
    text = f"def change(old, *, {', '.join(names)}):\n made = new(kind)\n "
    given: dict[str, Any] = {"kind": kind, "new": object.__new__}
    exec(text + "\n ".join([*lines, "return made"]), given)  # noqa: S102 - as above
    change: Callable[..., T] = given["change"]
    return change
