"""Statecharts written as classes: nested classes become states."""

from __future__ import annotations

from typing import Any

from emomas._native import Chart
from emomas.errors import ChartError

_CHART = ("name", "initial", "safety", "safe", "variables", "inputs")
_STATE = (
    "parallel",
    "final",
    "history",
    "target",
    "initial",
    "entry",
    "exit",
    "on",
    "transitions",
    "after",
)


def statechart(cls: type) -> Chart:
    """Build a chart from a class: its attributes are the chart's fields, its nested classes the states.

    Nested classes may have the fields of a state and nested classes of their own; `id` gives a state another
    id than its class has. The chart is called like the class unless it has a `name`.

    Raises:
        ChartError: if an attribute is no field, or the chart can't be built.
    """
    chart = {"name": cls.__name__, **_fields(cls, _CHART)}
    return Chart.from_dict({**chart, "states": _states(cls)})


def _attributes(cls: type) -> dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if not name.startswith("__")}


def _fields(cls: type, known: tuple[str, ...]) -> dict[str, Any]:
    fields = {name: value for name, value in _attributes(cls).items() if not isinstance(value, type)}
    for name in fields:
        if name not in known:
            raise ChartError(f"class {cls.__qualname__}: {name} is no field: known are {', '.join(known)}")
    return fields


def _states(cls: type) -> dict[str, Any]:
    return dict(_state(name, value) for name, value in _attributes(cls).items() if isinstance(value, type))


def _state(name: str, cls: type) -> tuple[str, dict[str, Any]]:
    fields = _fields(cls, (*_STATE, "id"))
    children = _states(cls)
    if children:
        fields["states"] = children
    return fields.pop("id", name), fields
