"""What an event costs beside other libraries, on the same charts. Needs `pip install --group bench`."""

import pytest

import emomas

PAIR = ("go", "stop")
FLAT = {"states": {"off": {"on": {"go": "on"}}, "on": {"on": {"stop": "off"}}}}
HIERARCHICAL = {
    "states": {
        "off": {"exit": ["out"], "on": {"go": "on"}},
        "on": {
            "entry": ["in"],
            "exit": ["out"],
            "on": {"stop": "off"},
            "states": {"warm": {"entry": ["in"]}},
        },
    }
}
GUARDED = {
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
}
CHARTS = {"flat": FLAT, "hierarchical": HIERARCHICAL, "guarded": GUARDED}
kinds = pytest.mark.parametrize("kind", CHARTS)


def measure(benchmark, kind, function, *args):
    benchmark.group = kind
    benchmark.pedantic(function, args=args, rounds=50, iterations=200, warmup_rounds=2)


def pair(send):
    """Two events, since they lead there and back."""
    send(PAIR[0])
    send(PAIR[1])


@kinds
def test_emomas(benchmark, kind):
    machine = emomas.Chart.from_dict(CHARTS[kind]).start()
    measure(benchmark, kind, pair, machine.send)
    assert machine.counters["transitions"] == machine.counters["events"]


def test_emomas_many(benchmark):
    machine = emomas.Chart.from_dict(HIERARCHICAL).start()
    benchmark.group = "hierarchical, 1000 pairs in one call"
    benchmark(machine.send_many, PAIR * 1000)


@kinds
def test_transitions(benchmark, kind):
    transitions = pytest.importorskip("transitions")

    class Model:
        n = 0

        def small(self):
            return 0 <= self.n < 1_000_000_000

        def count(self):
            self.n += 1

        def nothing(self):
            pass

    model = Model()
    if kind == "hierarchical":
        from transitions.extensions import HierarchicalMachine

        warm = {"name": "warm", "on_enter": "nothing"}
        on = {
            "name": "on",
            "on_enter": "nothing",
            "on_exit": "nothing",
            "children": [warm],
            "initial": "warm",
        }
        machine = HierarchicalMachine(
            model, states=[{"name": "off", "on_exit": "nothing"}, on], initial="off", auto_transitions=False
        )
    else:
        machine = transitions.Machine(model, states=["off", "on"], initial="off", auto_transitions=False)
    guard = {"conditions": "small", "after": "count"} if kind == "guarded" else {}
    machine.add_transition("go", "off", "on", **guard)
    machine.add_transition("stop", "on", "off")

    def both():
        model.go()
        model.stop()

    measure(benchmark, kind, both)


@kinds
@pytest.mark.filterwarnings("ignore")
def test_python_statemachine(benchmark, kind):
    statemachine = pytest.importorskip("statemachine")
    state = statemachine.State

    class Flat(statemachine.StateMachine):
        off = state(initial=True)
        on = state()
        go = off.to(on)
        stop = on.to(off)

    class Guarded(statemachine.StateMachine):
        n = 0
        off = state(initial=True)
        on = state()
        go = off.to(on, cond="small", after="count")
        stop = on.to(off)

        def small(self):
            return 0 <= self.n < 1_000_000_000

        def count(self):
            self.n += 1

    if kind == "hierarchical":
        if not hasattr(statemachine, "StateChart"):
            pytest.skip("this version has no hierarchy")

        class Hierarchical(statemachine.StateChart):
            off = state(initial=True)

            class on(state.Compound):  # noqa: N801
                warm = state(initial=True)

            go = off.to(on)
            stop = on.to(off)

            def on_exit_off(self):
                pass

            def on_enter_on(self):
                pass

            def on_exit_on(self):
                pass

            def on_enter_warm(self):
                pass

        machine = Hierarchical()
    else:
        machine = {"flat": Flat, "guarded": Guarded}[kind]()
    measure(benchmark, kind, pair, machine.send)


@kinds
@pytest.mark.filterwarnings("ignore")
def test_sismic(benchmark, kind):
    pytest.importorskip("sismic")
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

    def send(event):
        interpreter.queue(event)
        interpreter.execute()

    measure(benchmark, kind, pair, send)
