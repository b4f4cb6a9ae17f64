"""The same charts in four libraries: two states; one inside another with entry and exit actions; a guard.

A builder returns a function that takes an event; `go` and `stop`, sent in turn, lead there and back.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from libraries import row
from timing import Case, Group, statement

import emomas

PAIR = ("go", "stop")
KINDS = ("flat", "hierarchical", "guarded")
OURS = {
    "flat": {"states": {"off": {"on": {"go": "on"}}, "on": {"on": {"stop": "off"}}}},
    "hierarchical": {
        "states": {
            "off": {"exit": ["out"], "on": {"go": "on"}},
            "on": {
                "entry": ["in"],
                "exit": ["out"],
                "on": {"stop": "off"},
                "states": {"warm": {"entry": ["in"]}},
            },
        }
    },
    "guarded": {
        "variables": {"n": 0},
        "states": {
            "off": {
                "transitions": [
                    {
                        "event": "go",
                        "guard": "n >= 0 and n < 1000000000",
                        "target": "on",
                        "do": [{"assign": "n", "value": "n + 1"}],
                    }
                ]
            },
            "on": {"on": {"stop": "off"}},
        },
    },
}

Send = Callable[[str], object]


class Counter:
    """What the guard and the action of the guarded chart do in Python, and actions that do nothing."""

    n = 0

    def small(self) -> bool:
        return 0 <= self.n < 1_000_000_000

    def count(self) -> None:
        self.n += 1

    def nothing(self) -> None:
        pass


def machine(kind: str) -> emomas.Machine:
    return emomas.Chart.from_dict(OURS[kind]).start()


def transitions(kind: str) -> Send:
    from transitions import Machine
    from transitions.extensions import HierarchicalMachine

    model = Counter()
    if kind == "hierarchical":
        warm = {"name": "warm", "on_enter": "nothing"}
        on = {
            "name": "on",
            "on_enter": "nothing",
            "on_exit": "nothing",
            "children": [warm],
            "initial": "warm",
        }
        states = [{"name": "off", "on_exit": "nothing"}, on]
        built = HierarchicalMachine(model, states=states, initial="off", auto_transitions=False)
    else:
        built = Machine(model, states=["off", "on"], initial="off", auto_transitions=False)
    guard = {"conditions": "small", "after": "count"} if kind == "guarded" else {}
    built.add_transition("go", "off", "on", **guard)
    built.add_transition("stop", "on", "off")
    # The methods it makes of events: `model.trigger` costs more.
    methods = {"go": model.go, "stop": model.stop}
    return lambda event: methods[event]()


def statemachine(kind: str) -> Send:
    import statemachine as library

    state = library.State

    class Flat(library.StateMachine):
        off = state(initial=True)
        on = state()
        go = off.to(on)
        stop = on.to(off)

    class Guarded(Counter, library.StateMachine):
        off = state(initial=True)
        on = state()
        go = off.to(on, cond="small", after="count")
        stop = on.to(off)

    class Hierarchical(library.StateChart):
        off = state(initial=True)

        class on(state.Compound):  # noqa: N801
            warm = state(initial=True)

        go = off.to(on)
        stop = on.to(off)

        def on_exit_off(self) -> None:
            pass

        def on_enter_on(self) -> None:
            pass

        def on_exit_on(self) -> None:
            pass

        def on_enter_warm(self) -> None:
            pass

    return {"flat": Flat, "hierarchical": Hierarchical, "guarded": Guarded}[kind]().send


def sismic(kind: str) -> Send:
    from sismic.interpreter import Interpreter
    from sismic.io import import_from_yaml

    on = "      - name: 'on'\n        transitions: [{event: stop, target: 'off'}]\n"
    off = "      - name: 'off'\n        transitions: [{event: go, target: 'on'}]\n"
    if kind == "hierarchical":
        on += "        on entry: x = 1\n        on exit: x = 2\n        initial: warm\n"
        on += "        states: [{name: warm, on entry: x = 3}]\n"
        off += "        on exit: x = 4\n"
    if kind == "guarded":
        off = off.replace("target: 'on'", "target: 'on', guard: '0 <= n < 1000000000', action: 'n = n + 1'")
    head = "statechart:\n  name: c\n  preamble: n = 0\n  root state:\n    name: root\n    initial: 'off'\n"
    head += "    states:\n"
    interpreter = Interpreter(import_from_yaml(head + off + on))
    interpreter.execute()

    def send(event: str) -> None:
        interpreter.queue(event)
        interpreter.execute()

    return send


PEERS = {"transitions": transitions, "python-statemachine": statemachine, "sismic": sismic}
MODULES = {"python-statemachine": "statemachine"}


def chart_groups() -> list[Group]:
    """A pair of events, through Python."""
    return [chart_group(kind) for kind in KINDS]


def chart_group(kind: str) -> Group:
    ours = Case("emomas: `Machine.send`", timed(machine(kind).send))
    peers = [
        row(name, MODULES.get(name, name), lambda build=build: timed(quiet(build, kind)))
        for name, build in PEERS.items()
    ]
    return Group(f"Two events of a {kind} chart", [ours], peers)


def quiet(build: Callable[[str], Send], kind: str) -> Send:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build(kind)


def timed(send: Send) -> Any:
    return statement(f"send({PAIR[0]!r}); send({PAIR[1]!r})", send=send)
