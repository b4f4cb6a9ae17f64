"""Seeded random charts and event sequences: legal, finite, and rich in the corners where engines disagree.

A chart comes to rest because everything that could feed itself (eventless transitions, answers to `done.*`,
`error.*` and `*`, raised and sent events) spends one of three fuel variables and stops when it is empty.
Guards that a failure could wake again are written so that they cannot fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

Step = tuple[Any, ...]

FUEL = ("c0", "c1", "c2")
INTS, FLOATS, BOOLS = ("n0", "n1"), ("x0", "x1"), ("b0", "b1")
INPUTS = ("gap_ratio", "belief.stance.distressed")
HOST_EVENTS = ("go", "go.fast", "go.fast.now", "tick", "stop.a", "stop.b", "gone")
INNER_EVENTS = ("in.a", "in.b", "tick", "go.fast")
HOST_DESCRIPTORS = (
    *HOST_EVENTS, "go.*", "go.fast.*", "stop", "stop.*", "go tick", "stop.a gone", "tick stop.*",
)  # fmt: skip
INNER_DESCRIPTORS = ("in", "in.a", "in.b", "in.*", "in.a go.fast", "in.b stop.a")
ERROR_DESCRIPTORS = ("*", "error", "error.*", "error.execution", "tick error", "error.communication")
LOGS = (("n0 + 1", "x0"), ("In('nowhere')", "'quoted'", "a text", "", "1 +", '"it\'s"', "b0 ="))
EQUALITIES = ("==", "!=", "===", "!==")
SEND_IDS = ("t1", "t2", "t3")
PRIORITIES = ("safety", "control", "advisory")
MS = 1_000_000


@dataclass(eq=False)
class Node:
    """A state while the chart is being drawn up; `spec` is what will stand in the dict."""

    kind: str  # atomic, compound, parallel, final, history
    parent: Node | None
    id: str = ""
    children: list[Node] = field(default_factory=list)
    spec: dict = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def real_children(self) -> list[Node]:
        return [child for child in self.children if child.kind != "history"]

    def subtree(self) -> list[Node]:
        return [self, *(node for child in self.children for node in child.subtree())]


def random_chart(rng: Random, *, max_states: int = 25, endless: bool = False) -> dict:
    """A valid chart. `endless` adds a state whose eventless loop never ends, reached by the event `spin`."""
    return ChartMaker(rng, max_states, endless).chart()


def random_events(rng: Random, chart: dict, *, length: int | None = None, extras: bool = False) -> list[Step]:
    """Steps (event, priority, data) and ("advance", dt_ns).

    With `extras` also ("set", {input: value}), ("post", (event, priority, data)) and ("run", None): pairs,
    where an event is a triple. Without them inputs stay unset and the queue holds only the chart's own sends.
    """
    count = rng.randint(5, 30) if length is None else length
    return [random_step(rng, chart, extras) for _ in range(count)]


def random_step(rng: Random, chart: dict, extras: bool) -> Step:
    kind = rng.random()
    if kind < 0.2:
        return ("advance", random_advance(rng))
    if extras and kind < 0.3:
        return ("set", {rng.choice(INPUTS): rng.choice((0.0, 0.25, 0.5, 1.0, -2.5))})
    if extras and kind < 0.45:
        return ("post", random_event(rng, chart))
    if extras and kind < 0.5:
        return ("run", None)
    return random_event(rng, chart)


def random_advance(rng: Random) -> int:
    return rng.choice((0, 1, 5 * MS, 10 * MS, 10 * MS + 3, 25 * MS, 60 * MS, rng.randrange(40 * MS)))


def random_event(rng: Random, chart: dict) -> tuple[str, str, dict]:
    name = rng.choice(HOST_EVENTS)
    if rng.random() < 0.08:
        first = next(iter(chart["states"]))
        name = rng.choice(
            ("in.a", "nothing", f"done.state.{first}", "error.execution", "spin", f"after.{first}.1")
        )
    data: dict[str, Any] = {}
    if rng.random() < 0.85:
        data["x"] = rng.choice((0, 1, 2, 3, -1, 7, 1, 2, 3, 2**62, 0.5, 2.0, -1.25, True))
    if rng.random() < 0.85:
        data["flag"] = rng.choice((True, False) * 4 + (1,))
    return (name, rng.choice(PRIORITIES), data)


class Machine(Protocol):
    @property
    def configuration(self) -> tuple[str, ...]: ...
    def send(self, event: str, *, priority: str = ..., **data: Any) -> list: ...
    def post(self, event: str, *, priority: str = ..., **data: Any) -> Any: ...
    def run(self) -> list: ...
    def advance(self, dt_ns: int) -> list: ...
    def set(self, name: str, value: float) -> Any: ...


def play(machine: Machine, steps: list[Step]) -> list[tuple[list, tuple[str, ...]]]:
    """Drive a started machine; the effects and the configuration after each step."""
    return [(play_step(machine, step), tuple(machine.configuration)) for step in steps]


def play_step(machine: Machine, step: Step) -> list:
    match step:
        case ("advance", int(dt_ns)):
            return machine.advance(dt_ns)
        case ("set", dict(values)):
            for name, value in values.items():
                machine.set(name, value)
            return []
        case ("post", (event, priority, data)):
            machine.post(event, priority=priority, **data)
            return []
        case ("run", None):
            return machine.run()
        case (event, priority, data):
            return machine.send(event, priority=priority, **data)
    raise ValueError(f"not a step: {step}")


class ChartMaker:
    def __init__(self, rng: Random, max_states: int, endless: bool) -> None:
        self.rng, self.endless = rng, endless
        self.budget = rng.randint(3, max(3, max_states * 2 // 3))
        self.root = Node("compound", None)
        self.wording = Wording(rng)
        self.effect_count = 0

    def chart(self) -> dict:
        self.grow()
        self.add_finals()
        self.add_histories()
        self.name_states()
        self.wording.states = [node.id for node in self.nodes]
        for node in self.nodes:
            self.describe(node)
        return self.assemble()

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    @property
    def nodes(self) -> list[Node]:
        return self.root.subtree()[1:]

    # -- the tree

    def grow(self) -> None:
        self.add_children(self.root, self.rng.randint(1, 3))
        while len(self.nodes) < self.budget:
            self.expand(self.rng.choice([self.root, *(node for node in self.nodes if node.depth < 5)]))
        for node in self.nodes:
            if node.kind == "atomic" and node.parent.kind == "parallel" and self.chance(0.6):
                self.add_children(node, 2)
                node.kind = "compound"

    def expand(self, node: Node) -> None:
        if node.kind == "atomic":
            node.kind = "parallel" if self.chance(0.4) else "compound"
            self.add_children(node, self.rng.randint(1, 3))
        elif node.kind == "compound" or len(node.children) < 4:
            self.add_children(node, 1)

    def add_children(self, parent: Node, count: int) -> None:
        parent.children += [Node("atomic", parent) for _ in range(count)]

    def add_finals(self) -> None:
        for node in self.nodes:
            if node.kind == "atomic" and node.parent.kind == "compound" and len(node.parent.children) > 1:
                region = node.parent is not self.root and node.parent.parent.kind == "parallel"
                if self.chance(0.3 if node.parent is self.root else 0.6 if region else 0.3):
                    node.kind = "final"
        if all(node.kind == "final" for node in self.root.children):
            self.root.children[0].kind = "atomic"

    def add_histories(self) -> None:
        for node in self.nodes:
            if node.kind in ("compound", "parallel"):
                for kind in ("shallow", "deep"):
                    if self.chance(0.25):
                        history = Node("history", node, spec={"history": kind})
                        node.children.insert(self.rng.randint(0, len(node.children)), history)

    def name_states(self) -> None:
        """Names that do not sort in document order."""
        numbers = self.rng.sample(range(10, 10 + len(self.nodes)), len(self.nodes))
        for node, n in zip(self.nodes, numbers, strict=False):
            node.id = f"{node.kind[0] if node.kind != 'compound' else 's'}{n}"

    # -- targets

    def some_within(self, node: Node, histories: bool = True) -> list[str]:
        """One legal set of targets at or under `node`."""
        inner = [n for n in node.subtree() if histories or n.kind != "history"]
        pick = self.rng.choice(inner)
        return self.regions_of(pick, histories) if pick.kind == "parallel" and self.chance(0.3) else [pick.id]

    def regions_of(self, parallel: Node, histories: bool = True) -> list[str]:
        """Targets in two or more distinct regions, if there are as many."""
        regions = parallel.real_children
        chosen = self.rng.sample(regions, self.rng.randint(min(2, len(regions)), len(regions)))
        return [id for region in chosen for id in self.some_within(region, histories)]

    def target(self, source: Node) -> list[str]:
        parallels = [node for node in self.nodes if node.kind == "parallel"]
        histories = [node for node in self.nodes if node.kind == "history"]
        kind = self.rng.random()
        if (endings := [ends for node in parallels if (ends := all_finals(node))]) and kind < 0.12:
            return self.rng.choice(endings)
        if parallels and kind < 0.18:
            return self.regions_of(self.rng.choice(parallels))
        if histories and kind < 0.35:
            return [self.rng.choice(histories).id]
        if kind < 0.65:
            return [self.rng.choice(source.parent.subtree()[1:] if source.parent else self.nodes).id]
        if source.children and kind < 0.75:
            return [self.rng.choice(source.subtree()).id]
        pick = self.rng.choice(self.nodes)
        ends = pick.kind == "final" and pick.parent is self.root
        return [self.rng.choice(self.nodes).id if ends and self.chance(0.5) else pick.id]

    # -- states

    def describe(self, node: Node) -> None:
        spec = node.spec
        if node.kind == "history":
            return self.describe_history(node)
        spec.update({node.kind: True} if node.kind in ("parallel", "final") else {})
        if node.kind == "compound" and self.chance(0.6):
            spec["initial"] = self.initial(node)
        if self.chance(0.8):
            spec["entry"] = self.blocks(f"in_{node.id}")
        if self.chance(0.8):
            spec["exit"] = self.blocks(f"out_{node.id}")
        if node.kind != "final":
            self.describe_transitions(node)
        return None

    def describe_history(self, node: Node) -> None:
        target = one_or_list(self.history_default(node))
        if self.chance(0.5):
            node.spec["target"] = target
        else:
            actions = [self.effect(f"default_{node.id}"), *self.actions(0.2)]
            node.spec["transitions"] = [{"target": target, "do": actions}]

    def history_default(self, node: Node) -> list[str]:
        children = node.parent.real_children
        siblings = node.parent.children[node.parent.children.index(node) + 1 :]
        if (later := [child.id for child in siblings if child.kind == "history"]) and self.chance(0.3):
            return later
        if node.spec["history"] == "deep":
            return self.below(node.parent)
        if node.parent.kind == "parallel" and self.chance(0.5):
            few = min(2, len(children))
            return [child.id for child in self.rng.sample(children, self.rng.randint(few, len(children)))]
        return [self.rng.choice(children).id]

    def below(self, node: Node) -> list[str]:
        """Targets properly under `node`, without histories, so that no default leads back to itself."""
        if node.kind == "parallel" and self.chance(0.6):
            return self.regions_of(node, histories=False)
        return self.some_within(self.rng.choice(node.real_children), histories=False)

    def initial(self, node: Node) -> Any:
        own_histories = [child.id for child in node.children if child.kind == "history"]
        targets = [self.rng.choice(own_histories)] if own_histories and self.chance(0.2) else self.below(node)
        if self.chance(0.4):
            actions = [self.effect(f"initial_{node.id}"), *self.actions(0.2)]
            return {"target": one_or_list(targets), "do": actions}
        return one_or_list(targets)

    # -- transitions

    def describe_transitions(self, node: Node) -> None:
        made = [self.transition(node) for _ in range(self.rng.choice((0, 1, 1, 2, 2, 3, 4)))]
        cut = self.rng.randint(0, len(made))
        listed, named = made[:cut], {}
        for transition in made[cut:]:
            if "event" in transition:
                named.setdefault(transition.pop("event"), []).append(transition)
            else:
                listed.append(transition)
        if listed:
            node.spec["transitions"] = listed
        if named:
            node.spec["on"] = {event: shortened(transitions) for event, transitions in named.items()}
        if self.chance(0.15):
            node.spec["after"] = self.after(node)

    def after(self, node: Node) -> dict:
        delays = self.rng.sample((5, 10, 15, 25, 40), self.rng.randint(1, 2))
        return {f"{delay} ms": shortened([self.body(node, fails=True)]) for delay in delays}

    def transition(self, node: Node) -> dict:
        kind = self.rng.random()
        if kind < 0.06 and node.kind == "atomic" and (forward := self.later_siblings(node)):
            return {"target": self.rng.choice(forward), **self.done_by("t")}
        if kind < 0.16:
            return self.fuelled(self.body(node, fails=False))
        if kind < 0.25:
            return {"event": self.rng.choice(ERROR_DESCRIPTORS), **self.fuelled(self.body(node, fails=False))}
        if kind < 0.37:
            return {"event": self.done_descriptor(), **self.fuelled(self.body(node, fails=True))}
        descriptors = INNER_DESCRIPTORS if kind < 0.46 else HOST_DESCRIPTORS
        return {"event": self.rng.choice(descriptors), **self.body(node, fails=True)}

    def later_siblings(self, node: Node) -> list[str]:
        """Where an eventless transition may lead without a guard: only ever onwards, so it comes to rest."""
        if node.parent.kind != "compound":
            return []
        siblings = node.parent.children
        later = siblings[siblings.index(node) + 1 :]
        top = node.parent is self.root
        return [n.id for n in later if n.kind != "history" and not (top and n.kind == "final")]

    def done_descriptor(self) -> str:
        composites = [node.id for node in self.nodes if node.kind in ("compound", "parallel")]
        if not composites or self.chance(0.25):
            return self.rng.choice(("done", "done.state", "done.state.*"))
        return f"done.state.{self.rng.choice(composites)}"

    def body(self, node: Node, fails: bool) -> dict:
        body: dict[str, Any] = {}
        if node.kind == "compound" and self.chance(0.25):
            return {"target": one_or_list(self.below(node)), "internal": True, **self.done_by("t")}
        if self.chance(0.85):
            body["target"] = one_or_list(self.target(node))
        if self.chance(0.4):
            body["guard"] = self.wording.boolean(2, fails)
        if "target" in body and self.chance(0.15):
            body["internal"] = True
        return {**body, **self.done_by("t")}

    def done_by(self, prefix: str) -> dict:
        self.effect_count += 1
        return {"do": [self.effect(f"{prefix}{self.effect_count}"), *self.actions(0.35)]}

    def fuelled(self, transition: dict) -> dict:
        fuel = self.rng.choice(FUEL)
        guard = f"{fuel} > 0" + (f" and ({transition['guard']})" if "guard" in transition else "")
        return {**transition, "guard": guard, "do": [spend(fuel), *transition["do"]]}

    # -- actions

    def blocks(self, name: str) -> list:
        actions = [self.effect(name), *self.actions(0.3)]
        for at in range(len(actions)):
            if self.chance(0.1):
                actions[at] = [actions[at], *self.actions(0.3)]
        return actions

    def effect(self, name: str) -> str | dict:
        if self.chance(0.75):
            return name
        data = {"v": self.wording.anything(2, fails=self.chance(0.4))}
        if self.chance(0.3):
            data["w"] = self.wording.anything(1, fails=False)
        return {"effect": name, "data": data}

    def actions(self, probability: float) -> list:
        made = []
        while self.chance(probability) and len(made) < 4:
            made.append(self.action())
        return made

    def action(self) -> str | dict:
        kind = self.rng.random()
        if kind < 0.4:
            return self.assign()
        if kind < 0.55:
            return self.spending({"raise": self.rng.choice(INNER_EVENTS), **self.event_data()})
        if kind < 0.72:
            return self.spending(self.send())
        if kind < 0.8:
            return {"cancel": self.rng.choice((*SEND_IDS, *SEND_IDS, "unknown", self.after_name()))}
        if kind < 0.82:
            words = self.rng.choice((LOGS[0], LOGS[1]))
            return {"log": self.rng.choice(words), **({"label": "l"} if self.chance(0.3) else {})}
        if kind < 0.93:
            return self.choice()
        self.effect_count += 1
        return self.effect(f"e{self.effect_count}")

    def assign(self) -> dict:
        kind = self.rng.random()
        if kind < 0.5:
            return {"assign": self.rng.choice(INTS), "value": self.wording.integer(2, fails=self.chance(0.4))}
        if kind < 0.75:
            return {"assign": self.rng.choice(FLOATS), "value": self.wording.real(2, fails=self.chance(0.4))}
        return {"assign": self.rng.choice(BOOLS), "value": self.wording.boolean(2, fails=self.chance(0.4))}

    def choice(self) -> dict:
        condition = self.wording.boolean(2, fails=self.chance(0.4))
        action = {"if": condition, "then": [self.action(), *self.actions(0.2)]}
        if self.chance(0.5):
            action["else"] = [self.action()]
        return action

    def spending(self, action: dict) -> dict:
        fuel = self.rng.choice(FUEL)
        return {"if": f"{fuel} > 0", "then": [spend(fuel), action]}

    def send(self) -> dict:
        action: dict[str, Any] = {"send": self.rng.choice((*HOST_EVENTS, "in.a"))}
        kind = self.rng.random()
        if kind < 0.5:
            action["delay_ms"] = self.rng.choice((5, 10, 10, 15, 30))
        elif kind < 0.6:
            action["delay_ms"] = self.rng.choice(("n0 * 5", "x1 * 2.5", "_event.x", "0", "b0", "x0 / 3"))
        elif kind < 0.75:
            action["delay_ns"] = self.rng.choice((1, 5 * MS, 10 * MS + 3))
        if self.chance(0.5):
            action["id"] = self.rng.choice((*SEND_IDS, self.after_name()))
        if self.chance(0.4):
            action["priority"] = self.rng.choice(PRIORITIES)
        return {**action, **self.event_data()}

    def after_name(self) -> str:
        return f"after.{self.rng.choice(self.nodes).id}.1"

    def event_data(self) -> dict:
        return {"data": {"x": self.wording.integer(1, fails=True)}} if self.chance(0.4) else {}

    # -- the dict

    def assemble(self) -> dict:
        chart: dict[str, Any] = {"name": "random"}
        if self.chance(0.5):
            chart["initial"] = one_or_list(self.top_initial())
        chart["variables"] = self.variables()
        chart["inputs"] = list(INPUTS)
        chart["states"] = {child.id: as_dict(child) for child in self.root.children}
        if self.endless:
            chart["states"]["spin"] = {"transitions": [{"guard": "true", "do": ["spun"]}]}
            first = next(child for child in self.root.children if child.kind != "final")
            chart["states"][first.id].setdefault("on", {})["spin"] = "spin"
        return chart

    def top_initial(self) -> list[str]:
        alive = [child for child in self.root.children if child.kind != "final"]
        return self.some_within(self.rng.choice(alive), histories=False)

    def variables(self) -> dict:
        values: dict[str, Any] = {"n0": self.rng.choice((0, 1, 5))}
        values |= {"n1": self.rng.choice((0, 2, -3, 4, 2**62))}
        values |= {"x0": self.rng.choice((0.0, 0.5)), "x1": 2.0, "b0": self.chance(0.5), "b1": True}
        values |= {fuel: self.rng.randint(5, 40) for fuel in FUEL}
        names = list(values)
        self.rng.shuffle(names)
        return {name: values[name] for name in names}


def all_finals(parallel: Node) -> list[str]:
    """The first final child of every region, or nothing where a region has none."""
    finals = [[n.id for n in region.children if n.kind == "final"] for region in parallel.real_children]
    return [ids[0] for ids in finals] if all(finals) else []


def spend(fuel: str) -> dict:
    return {"assign": fuel, "value": f"{fuel} - 1"}


def one_or_list(targets: list[str]) -> str | list[str]:
    return targets[0] if len(targets) == 1 else targets


def shortened(transitions: list[dict]) -> Any:
    """The shortest form that says the same: a target, a transition or a list of transitions."""
    if len(transitions) > 1:
        return transitions
    only = transitions[0]
    return only["target"] if list(only) == ["target"] and isinstance(only["target"], str) else only


def as_dict(node: Node) -> dict:
    spec = dict(node.spec)
    if node.children:
        spec["states"] = {child.id: as_dict(child) for child in node.children}
    return spec


class Wording:
    """Typed expressions as text. Without `fails` they always have a value; with it they often have none."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.states: list[str] = []

    def anything(self, depth: int, fails: bool) -> str:
        return self.rng.choice((self.integer, self.real, self.boolean))(depth, fails)

    def integer(self, depth: int, fails: bool) -> str:
        """An int; with `fails` perhaps a float, an overflow, a division by zero or missing event data."""
        pick = self.rng.choice
        leaf = pick((*INTS, *INTS, *FUEL[:1], "0", "1", "2", "3", "7"))
        if depth == 0 or not fails:
            return leaf if self.rng.random() < 0.7 else f"{pick(INTS)} % {pick('2357')}"
        left, right = self.integer(depth - 1, self.rng.random() < 0.3), self.integer(0, False)
        templates = (
            leaf, leaf, f"{pick(INTS)} + 1", f"{pick(INTS)} + 1", f"3 - {pick(INTS)}", f"{left} + 1",
            f"{left} - {right}", f"{left} * {right}", f"{left} + {right} * 2 - 1", f"-({left})",
            f"({left}) / ({right})", f"({left}) % ({right})", f"-7 % ({right})",
            "_event.x", f"_event.x + {right}",
            f"9223372036854775807 - {pick(FUEL)}", f"-9223372036854775807 - {right}",
        )  # fmt: skip
        return pick(templates)

    def real(self, depth: int, fails: bool) -> str:
        pick = self.rng.choice
        leaf = pick((*FLOATS, *FLOATS, "0.5", "1.25", "2.0"))
        if depth == 0:
            return leaf
        left = self.real(depth - 1, fails)
        count, divisor = pick(INTS), pick(FLOATS)
        templates = (leaf, f"{left} + 0.5", f"{left} - {count}", f"({left}) * 1.5", f"({left}) / 4")
        templates += (f"-({left})",)
        if fails:
            templates += (f"({left}) / {divisor}", f"({left}) % {divisor}", pick(INPUTS), "_event.x", count)
        return pick(templates)

    def boolean(self, depth: int, fails: bool) -> str:
        pick = self.rng.choice
        if depth == 0:
            name = f"_event.name {pick(EQUALITIES)} '{pick((*HOST_EVENTS, *INNER_EVENTS))}'"
            return pick((*BOOLS, "true", "false", self.inside(), self.comparison(fails), name))
        left, right = self.boolean(depth - 1, fails), self.boolean(depth - 1, fails)
        either, both, neither = pick(("or", "||")), pick(("and", "&&")), pick(("not ", "!"))
        templates = (
            self.inside(), self.inside(), self.comparison(fails), self.comparison(fails),
            f"{left} {either} {right}", f"({left}) {both} ({right})", f"{left} {both} {right}",
            f"{neither}({left})", f"{neither}{pick(BOOLS)}", f"({left}) {pick(EQUALITIES)} {pick(BOOLS)}",
            f"{neither}{pick(BOOLS)} {pick(EQUALITIES)} ({left})",
        )  # fmt: skip
        if fails:
            templates += ("_event.x > 1", "_event.flag", f"_event.flag {both} {right}")
            templates += (f"{left} {either} _event.flag",)
        return pick(templates)

    def inside(self) -> str:
        return f"In('{self.rng.choice(self.states)}')"

    def comparison(self, fails: bool) -> str:
        pick = self.rng.choice
        sides = (self.integer, self.real) if fails else (self.integer,)
        left, right = pick(sides)(1, fails), self.integer(0, False)
        return f"{left} {pick(('<', '<=', '>', '>=', *EQUALITIES))} {right}"
