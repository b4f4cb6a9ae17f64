"""A plain oracle of statechart semantics: SCXML 1.0, appendix D, run directly on the chart dict.

Clarity comes before speed: the procedures keep the names and the order of the W3C's pseudo-code, so the two
can be read side by side. docs/charts-choices.md lists what the contract leaves open and the choice made here.
"""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from chart_oracle_expressions import (
    I64_MAX,
    EvaluationError,
    ExpressionSyntaxError,
    Value,
    converted,
    evaluate,
    is_number,
    named_in,
    parse,
    truth,
)

Effect = tuple[str, dict[str, Value]]

ACTIONS = ("effect", "assign", "raise", "send", "cancel", "if", "log")
PRIORITIES = ("safety", "control", "advisory")
MAX_MICROSTEPS = 1000
CUT_EVENT = "error.platform"
INTERNAL_SLOTS, EXTERNAL_SLOTS, FEWEST_TIMERS = 32, 16, 4
UNIT_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}


@dataclass(eq=False)
class State:
    id: str
    spec: dict
    order: int
    ancestors: tuple[State, ...]  # parent first, the root last
    children: list[State] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)

    @property
    def parent(self) -> State:
        return self.ancestors[0]

    @property
    def initial(self) -> Transition:
        spec = self.spec.get("initial")
        if spec is None:
            spec = get_child_states(self)[0].id
        return make_transition(self, spec if isinstance(spec, dict) else {"target": spec})

    @property
    def default_history(self) -> Transition:
        listed = self.spec.get("transitions")
        return make_transition(self, listed[0] if listed else {"target": self.spec["target"]})


@dataclass(eq=False)
class Transition:
    source: State
    events: tuple[str, ...]
    target: tuple[str, ...]
    guard: str | None
    internal: bool
    content: list


@dataclass
class Event:
    name: str
    data: dict[str, Value] = field(default_factory=dict)


@dataclass
class Timer:
    due: int
    number: int
    event: Event
    priority: str
    id: str | None


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def duration_ns(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text)
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    return round(float(match[1]) * UNIT_NS[match[2]])


def make_transition(source: State, spec: dict, event: str = "") -> Transition:
    return Transition(
        source,
        tuple(spec.get("event", event).split()),
        tuple(as_list(spec.get("target") or [])),
        spec.get("guard"),
        spec.get("internal", False),
        spec.get("do", []),
    )


def shorthand(source: State, event: str, value: Any) -> Iterable[Transition]:
    """What may stand under an event name: a target, several targets, a transition, several transitions."""
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        value = {"target": value}
    for spec in as_list(value):
        yield make_transition(source, {**spec, "event": event})


def after_events(state: State) -> list[tuple[str, int]]:
    delays = state.spec.get("after", {})
    return [(f"after.{state.id}.{n}", duration_ns(delay)) for n, delay in enumerate(delays, 1)]


def own_transitions(state: State) -> Iterable[Transition]:
    for spec in state.spec.get("transitions", []):
        yield make_transition(state, spec)
    for event, value in state.spec.get("on", {}).items():
        yield from shorthand(state, event, value)
    for (event, _), value in zip(after_events(state), state.spec.get("after", {}).values(), strict=False):
        yield from shorthand(state, event, value)


def read_states(chart: dict) -> tuple[State, list[State]]:
    """The root and every state in document order, the root first."""
    root = State("", {"states": chart["states"], "initial": chart.get("initial")}, 0, ())
    states = [root]

    def read(parent: State) -> None:
        for id, spec in parent.spec.get("states", {}).items():
            state = State(id, spec, len(states), (parent, *parent.ancestors))
            state.transitions = [] if is_history_state(state) else list(own_transitions(state))
            parent.children.append(state)
            states.append(state)
            read(state)

    read(root)
    return root, states


def delayed_sends(states: list[State]) -> int:
    """Places that send an event later, `after` too."""

    def count(spec: Any) -> int:
        if isinstance(spec, list):
            return sum(map(count, spec))
        if not isinstance(spec, dict):
            return 0
        later = "send" in spec and (spec.get("delay_ms", 0) or spec.get("delay_ns", 0)) != 0
        return later + sum(count(part) for key, part in spec.items() if key not in ("states", "data"))

    return sum(len(after_events(state)) + count(state.spec) for state in states)


def entry_order(state: State) -> int:
    return state.order


def exit_order(state: State) -> int:
    return -state.order


def is_history_state(state: State) -> bool:
    return "history" in state.spec


def is_final_state(state: State) -> bool:
    return state.spec.get("final", False)


def is_parallel_state(state: State) -> bool:
    return state.spec.get("parallel", False) and bool(get_child_states(state))


def is_compound_state(state: State) -> bool:
    return not state.spec.get("parallel", False) and bool(get_child_states(state))


def is_atomic_state(state: State) -> bool:
    return not is_history_state(state) and not get_child_states(state)


def is_scxml_element(state: State) -> bool:
    return not state.ancestors


def get_child_states(state: State) -> list[State]:
    return [child for child in state.children if not is_history_state(child)]


def is_descendant(state: State, ancestor: State) -> bool:
    return ancestor in state.ancestors


def get_proper_ancestors(state: State, until: State | None) -> list[State]:
    """From the parent up to but without `until`; with the root where `until` is None."""
    found = []
    for ancestor in state.ancestors:
        if ancestor is until:
            return found
        found.append(ancestor)
    return found if until is None else []


def find_lcca(states: list[State]) -> State:
    """The least common compound ancestor, which may be the root and is never a parallel state."""
    head, *tail = states
    for ancestor in head.ancestors:
        compound = is_compound_state(ancestor) or is_scxml_element(ancestor)
        if compound and all(is_descendant(state, ancestor) for state in tail):
            return ancestor
    return head  # only for the root's own initial transition


def name_match(descriptors: tuple[str, ...], event: str) -> bool:
    return any(descriptor_match(descriptor, event) for descriptor in descriptors)


def descriptor_match(descriptor: str, event: str) -> bool:
    if descriptor == "*":
        return True
    prefix = descriptor.removesuffix(".*").removesuffix(".")
    return event == prefix or event.startswith(prefix + ".")


class Oracle:
    """One chart and its one machine. `counters` says how often each construct fired.

    Queues and timers hold as much as a machine's of the engine does by default; no `timers` means twice the
    places of the chart that send a delayed event, and at least 4.
    """

    def __init__(
        self,
        chart: dict,
        max_microsteps: int = MAX_MICROSTEPS,
        *,
        internal: int = INTERNAL_SLOTS,
        external: int = EXTERNAL_SLOTS,
        timers: int | None = None,
    ) -> None:
        self.root, self.states = read_states(chart)
        self.by_id = {state.id: state for state in self.states}
        self.values: dict[str, Value] = dict(chart.get("variables", {}))
        self.declared: list[str] = chart.get("inputs", [])
        self.inputs: dict[str, float] = {}
        self.max_microsteps = max_microsteps
        self.internal_slots, self.external_slots = internal, external
        self.timer_slots = max(2 * delayed_sends(self.states), FEWEST_TIMERS) if timers is None else timers
        self.active: set[State] = set()
        self.history_value: dict[State, list[State]] = {}
        self.internal_queue: deque[Event] = deque()
        self.external_queues: dict[str, deque[Event]] = {priority: deque() for priority in PRIORITIES}
        self.timers: list[Timer] = []
        self.timers_sent = 0
        self.now = 0
        self.event: Event | None = None  # what `_event` names
        self.external_event: Event | None = None  # what began the macrostep
        self.running = False
        self.finished = False
        self.turns = 0
        self.effects: list[Effect] = []
        self.counters: Counter[str] = Counter()

    # -- what a host calls

    def start(self, time_ns: int = 0) -> list[Effect]:
        self.now = time_ns
        self.running = True
        initial = self.root.initial
        self.enter_states([initial], {initial: self.root})
        self.complete_macrostep()
        return self.run()

    def send(self, event: str, /, priority: str = "control", **data: Value) -> list[Effect]:
        if self.running and not any(self.external_queues.values()):
            self.macrostep(Event(event, data))
        else:
            self.post(event, priority, **data)
        return self.run()

    def post(self, event: str, /, priority: str = "control", **data: Value) -> bool:
        if self.running:
            return self.queue_external(Event(event, data), priority)
        self.counters["event dropped"] += 1
        return False

    def run(self) -> list[Effect]:
        self.main_event_loop()
        effects, self.effects = self.effects, []
        return effects

    def advance(self, dt_ns: int) -> list[Effect]:
        """Pending events run at the present time; then each due timer fires at its own, one at a time."""
        end = self.now + dt_ns
        self.main_event_loop()
        while due := [timer for timer in self.timers if timer.due <= end]:
            timer = min(due, key=lambda timer: (timer.due, timer.number))
            self.timers.remove(timer)
            self.now = max(self.now, timer.due)
            self.counters["timer fired"] += 1
            self.macrostep(timer.event)
            self.main_event_loop()
        self.now = end
        effects, self.effects = self.effects, []
        return effects

    def set(self, name: str, value: float) -> None:
        self.inputs[name] = float(value)

    @property
    def configuration(self) -> tuple[str, ...]:
        return tuple(state.id for state in sorted(self.active, key=entry_order))

    @property
    def variables(self) -> dict[str, Value]:
        return dict(self.values)

    @property
    def tallies(self) -> dict[str, int]:
        """The counters of a machine of the engine."""
        names = {
            "events": ("external event",),
            "dropped": ("event dropped",),
            "rejected": ("event rejected",),
            "transitions": ("transition",),
            "errors": ("condition error", "action error", "send error"),
            "cut": ("macrostep cut", "call cut"),
        }
        return {name: sum(self.counters[part] for part in parts) for name, parts in names.items()}

    # -- the main event loop

    def main_event_loop(self) -> None:
        """Take external events until none waits, the machine has finished, or there were too many."""
        for _ in range(self.max_microsteps):
            if not self.running or (event := self.next_external_event()) is None:
                return
            self.macrostep(event)
        self.counters["call cut"] += self.running and any(self.external_queues.values())

    def macrostep(self, event: Event) -> None:
        self.event = self.external_event = event
        self.turns = 0
        enabled = self.select_transitions(event)
        self.counters["external event"] += 1
        self.counters["event dropped"] += not enabled
        if enabled:
            self.turns = 1
            self.microstep(enabled)
        self.complete_macrostep()

    def next_external_event(self) -> Event | None:
        for priority in PRIORITIES:
            if self.external_queues[priority]:
                return self.external_queues[priority].popleft()
        return None

    def complete_macrostep(self) -> None:
        """Eventless transitions and internal events until nothing is left to do."""
        while self.running:
            enabled = self.select_eventless_transitions()
            if not enabled:
                if not self.internal_queue:
                    return None
                self.event = self.internal_queue.popleft()
                self.counters["internal event"] += 1
                enabled = self.select_transitions(self.event)
            if self.turns >= self.max_microsteps:
                return self.cut_off()
            self.turns += 1
            if enabled:
                self.microstep(enabled)
        if not self.finished:
            self.exit_interpreter()
        return None

    def cut_off(self) -> None:
        self.counters["macrostep cut"] += 1
        self.internal_queue.clear()
        begun_by = self.external_event.name if self.external_event else ""
        if begun_by != CUT_EVENT:  # else an endless macrostep would feed the next for ever
            self.queue_external(Event(CUT_EVENT), "safety")

    def exit_interpreter(self) -> None:
        for state in sorted(self.active, key=exit_order):
            self.exit_state(state)
        self.finished = True
        self.timers.clear()
        self.internal_queue.clear()
        for queue in self.external_queues.values():
            queue.clear()

    # -- selection

    def select_eventless_transitions(self) -> list[Transition]:
        return self.select(lambda transition: not transition.events)

    def select_transitions(self, event: Event) -> list[Transition]:
        return self.select(lambda transition: name_match(transition.events, event.name))

    def select(self, matches: Callable[[Transition], bool]) -> list[Transition]:
        enabled: list[Transition] = []
        for state in sorted(filter(is_atomic_state, self.active), key=entry_order):
            transition = self.first_enabled(state, matches)
            if transition is not None and transition not in enabled:
                enabled.append(transition)
        return self.remove_conflicting_transitions(enabled)

    def first_enabled(self, atomic: State, matches: Callable[[Transition], bool]) -> Transition | None:
        for state in (atomic, *atomic.ancestors):
            for transition in state.transitions:
                if matches(transition) and self.condition_match(transition):
                    return transition
        return None

    def condition_match(self, transition: Transition) -> bool:
        """Every evaluation that fails counts, so a guard tried for two atomic states may raise two errors."""
        return transition.guard is None or self.holds(transition.guard)

    def holds(self, condition: str) -> bool:
        try:
            return truth(self.value(condition))
        except EvaluationError:
            self.counters["condition error"] += 1
            self.queue_internal(Event("error.execution"))
            return False

    def remove_conflicting_transitions(self, enabled: list[Transition]) -> list[Transition]:
        filtered: list[Transition] = []
        for t1 in enabled:
            preempted, to_remove = False, []
            for t2 in filtered:
                if self.compute_exit_set([t1]) & self.compute_exit_set([t2]):
                    if is_descendant(t1.source, t2.source):
                        to_remove.append(t2)
                    else:
                        preempted = True
                        break
            self.counters["preempted by document order"] += preempted
            if not preempted:
                self.counters["preempted by a descendant"] += len(to_remove)
                filtered = [t for t in filtered if t not in to_remove] + [t1]
        return filtered

    # -- a microstep

    def microstep(self, enabled: list[Transition]) -> None:
        self.count_transitions(enabled)
        domains = {t: self.get_transition_domain(t) for t in enabled if t.target}
        self.exit_states(enabled)
        for transition in enabled:
            self.execute_content(transition.content)
        self.enter_states(enabled, domains)

    def exit_states(self, enabled: list[Transition]) -> None:
        to_exit = sorted(self.compute_exit_set(enabled), key=exit_order)
        for state in to_exit:
            for history in filter(is_history_state, state.children):
                self.history_value[history] = self.remembered(history, state)
        for state in to_exit:
            self.exit_state(state)

    def remembered(self, history: State, parent: State) -> list[State]:
        if history.spec["history"] == "deep":
            kept = [s for s in self.active if is_atomic_state(s) and is_descendant(s, parent)]
        else:
            kept = [s for s in self.active if s.parent is parent]
        return sorted(kept, key=entry_order)

    def exit_state(self, state: State) -> None:
        for event, _ in after_events(state):
            self.cancel(event)
        self.execute_blocks(state.spec.get("exit", []))
        self.active.discard(state)

    def compute_exit_set(self, transitions: list[Transition]) -> set[State]:
        to_exit: set[State] = set()
        for transition in transitions:
            if transition.target:
                domain = self.get_transition_domain(transition)
                to_exit |= {state for state in self.active if is_descendant(state, domain)}
        return to_exit

    def enter_states(self, enabled: list[Transition], domains: dict[Transition, State]) -> None:
        """With the domains that were exited: what a history remembers may have changed since."""
        entry = EntrySet(self)
        entry.compute(enabled, domains)
        for state in sorted(entry.states_to_enter, key=entry_order):
            self.active.add(state)
            self.execute_blocks(state.spec.get("entry", []))
            for event, delay_ns in after_events(state):
                self.deliver(Event(event), delay_ns, "control", event)
            if state in entry.states_for_default_entry:
                self.execute_content(state.initial.content)
            self.execute_content(entry.default_history_content.get(state, []))
            if is_final_state(state):
                self.enter_final(state)

    def enter_final(self, state: State) -> None:
        parent = state.parent
        if is_scxml_element(parent):
            self.running = False
            return
        self.done(parent)
        grandparent = parent.parent
        if is_parallel_state(grandparent) and all(map(self.is_in_final_state, get_child_states(grandparent))):
            self.counters["parallel done"] += 1
            self.done(grandparent)

    def done(self, state: State) -> None:
        self.counters["done.state"] += 1
        self.queue_internal(Event(f"done.state.{state.id}"))

    def is_in_final_state(self, state: State) -> bool:
        if is_compound_state(state):
            return any(is_final_state(child) and child in self.active for child in get_child_states(state))
        if is_parallel_state(state):
            return all(map(self.is_in_final_state, get_child_states(state)))
        return False

    def get_transition_domain(self, transition: Transition) -> State:
        targets = self.get_effective_target_states(transition)
        source = transition.source
        if (
            transition.internal
            and is_compound_state(source)
            and all(is_descendant(target, source) for target in targets)
        ):
            return source
        return find_lcca([source, *targets])

    def get_effective_target_states(self, transition: Transition) -> list[State]:
        found: list[State] = []
        for state in self.targets(transition):
            if not is_history_state(state):
                effective = [state]
            elif state in self.history_value:
                effective = self.history_value[state]
            else:
                effective = self.get_effective_target_states(state.default_history)
            found += [s for s in effective if s not in found]
        return found

    def targets(self, transition: Transition) -> list[State]:
        return [self.by_id[id] for id in transition.target]

    # -- executable content

    def execute_blocks(self, actions: list) -> None:
        """A list inside is a block of its own, and so is what stands between two of them."""
        for nested, block in groupby(actions, key=lambda action: isinstance(action, list)):
            for part in block if nested else [list(block)]:
                self.execute_content(part)

    def execute_content(self, block: list) -> None:
        """A failure puts `error.execution` on the internal queue and skips the rest of the block."""
        try:
            self.execute_actions(block)
        except EvaluationError:
            self.counters["action error"] += 1
            self.queue_internal(Event("error.execution"))

    def execute_actions(self, actions: list) -> None:
        for action in actions:
            self.execute(action)

    def execute(self, action: str | dict) -> None:
        match action:
            case str(name):
                self.effects.append((name, {}))
            case {"effect": name}:
                self.effects.append((name, self.evaluated(action)))
            case {"assign": name, "value": text}:
                self.assign(name, self.value(str(text)))
            case {"raise": name}:
                if not self.queue_internal(Event(name, self.evaluated(action))):
                    raise EvaluationError("no room")
            case {"send": name}:
                event, delay_ns = Event(name, self.evaluated(action)), self.delay_ns(action)
                self.deliver(event, delay_ns, action.get("priority", "control"), action.get("id"))
            case {"cancel": id}:
                self.cancel(id)
            case {"if": text}:
                branch = "then" if self.holds(text) else "else"
                self.execute_actions(action.get(branch, []))
            case {"log": text}:
                self.effects.append(("log", self.logged(action, text)))
        self.count_action(action)

    def assign(self, name: str, value: Value) -> None:
        if name not in self.values:
            raise EvaluationError(f"no variable {name}")
        self.values[name] = converted(value, self.values[name])

    def evaluated(self, action: dict) -> dict[str, Value]:
        return {key: self.value(str(text)) for key, text in action.get("data", {}).items()}

    def logged(self, action: dict, text: str) -> dict[str, Any]:
        label = {"label": action["label"]} if "label" in action else {}
        if not text:
            return label
        quoted = re.fullmatch(r"""\s*('[^'"\\]*'|"[^'"\\]*")\s*""", text)
        plain = quoted[1][1:-1] if quoted else text
        return {**label, "value": self.value(text) if self.is_expression(text) else plain}

    def is_expression(self, text: str) -> bool:
        """Words that name nothing are text, so that {"log": "hello"} says hello."""
        try:
            tree = parse(text)
        except ExpressionSyntaxError:
            return False
        known = (*self.values, *self.declared)
        values = all(name.startswith("_event.") or name in known for name in named_in("name", tree))
        return values and all(id in self.by_id for id in named_in("In", tree))

    def delay_ns(self, action: dict) -> int:
        if "delay_ns" in action:
            return action["delay_ns"]
        delay = action.get("delay_ms", 0)
        if not isinstance(delay, str):
            return round(delay * UNIT_NS["ms"])
        ms = self.value(delay)
        if not is_number(ms):
            raise EvaluationError("a number is needed")
        ns = float(ms) * 1e6 + 0.5
        if not 0 <= ns < I64_MAX:
            raise EvaluationError("no such time")
        return math.floor(ns)

    def deliver(self, event: Event, delay_ns: int, priority: str, id: str | None) -> None:
        if delay_ns == 0:
            sent = self.queue_external(event, priority)
        else:
            self.timers_sent += 1
            sent = len(self.timers) < self.timer_slots
            self.counters["event rejected"] += not sent
            if sent:
                self.timers.append(Timer(self.now + delay_ns, self.timers_sent, event, priority, id))
        if not sent:
            self.counters["send error"] += 1
            self.queue_internal(Event("error.communication"))

    def queue_internal(self, event: Event) -> bool:
        return self.put(event, self.internal_queue, self.internal_slots)

    def queue_external(self, event: Event, priority: str) -> bool:
        return self.put(event, self.external_queues[priority], self.external_slots)

    def put(self, event: Event, queue: deque[Event], slots: int) -> bool:
        """A full queue refuses the newest event."""
        refused = len(queue) >= slots
        self.counters["event rejected"] += refused
        if not refused:
            queue.append(event)
        return not refused

    def cancel(self, id: str) -> None:
        kept = [timer for timer in self.timers if timer.id != id]
        self.counters["timer cancelled"] += len(self.timers) - len(kept)
        self.timers = kept

    # -- values

    def value(self, text: str) -> Value:
        return evaluate(parse(text), self.named_value, self.is_in, self.event_is)

    def named_value(self, name: str) -> Value:
        if name.startswith("_event."):
            return self.event_value(name.removeprefix("_event.").removeprefix("data."))
        for known in (self.values, self.inputs):
            if name in known:
                return known[name]
        raise EvaluationError(f"{name} has no value")

    def event_value(self, key: str) -> Value:
        value = self.event.data.get(key) if self.event else None
        if not isinstance(value, (bool, int, float)):
            raise EvaluationError(f"the event carries no {key}")
        return value

    def event_is(self, name: str) -> bool:
        return self.event is not None and self.event.name == name

    def is_in(self, id: str) -> bool:
        return self.by_id.get(id) in self.active

    # -- coverage

    def count_action(self, action: str | dict) -> None:
        if isinstance(action, dict):
            kind = next(kind for kind in ACTIONS if kind in action)
            delayed = kind == "send" and ("delay_ms" in action or "delay_ns" in action)
            self.counters[f"action: {kind}{' later' if delayed else ''}"] += 1

    def count_transitions(self, enabled: list[Transition]) -> None:
        self.counters["microstep"] += 1
        self.counters["microstep of several transitions"] += len(enabled) > 1
        for transition in enabled:
            targets = self.targets(transition)
            internal = transition.internal and transition.target
            self.counters["transition"] += 1
            self.counters["transition: eventless"] += not transition.events
            self.counters["transition: targetless"] += not targets
            self.counters["transition: multi-target"] += len(targets) > 1
            self.counters["transition: wildcard"] += any("*" in event for event in transition.events)
            for prefix in ("done", "error", "after"):
                named = any(event.startswith(prefix) for event in transition.events)
                self.counters[f"transition: on {prefix}"] += named
            self.counters["transition: self"] += transition.source in targets
            self.counters["transition: to history"] += any(map(is_history_state, targets))
            if internal and self.get_transition_domain(transition) is transition.source:
                self.counters["transition: internal"] += 1
            elif internal:
                self.counters["transition: internal in name only"] += 1


class EntrySet:
    """computeEntrySet and its two helpers, with the three sets they fill."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.states_to_enter: list[State] = []
        self.states_for_default_entry: list[State] = []
        self.default_history_content: dict[State, list] = {}

    def compute(self, transitions: list[Transition], domains: dict[Transition, State]) -> None:
        for transition in transitions:
            for state in self.oracle.targets(transition):
                self.add_descendant_states_to_enter(state)
            if transition.target:
                ancestor = domains[transition]
                for state in self.oracle.get_effective_target_states(transition):
                    self.add_ancestor_states_to_enter(state, ancestor)

    def add(self, state: State) -> None:
        if state not in self.states_to_enter:
            self.states_to_enter.append(state)

    def add_descendant_states_to_enter(self, state: State) -> None:
        if is_history_state(state):
            return self.add_history(state)
        self.add(state)
        if is_compound_state(state):
            self.states_for_default_entry.append(state)
            self.add_targets(self.oracle.targets(state.initial), state)
        elif is_parallel_state(state):
            self.add_missing_regions(state)
        return None

    def add_history(self, history: State) -> None:
        kind = history.spec["history"]
        remembered = self.oracle.history_value.get(history)
        if remembered:
            self.oracle.counters[f"history restored: {kind}"] += 1
            self.oracle.counters["history restored: of a parallel"] += is_parallel_state(history.parent)
            self.add_targets(remembered, history.parent)
        else:
            self.oracle.counters[f"history default: {kind}"] += 1
            self.default_history_content[history.parent] = history.default_history.content
            self.add_targets(self.oracle.targets(history.default_history), history.parent)

    def add_targets(self, targets: list[State], ancestor: State) -> None:
        for state in targets:
            self.add_descendant_states_to_enter(state)
        for state in targets:
            self.add_ancestor_states_to_enter(state, ancestor)

    def add_ancestor_states_to_enter(self, state: State, ancestor: State) -> None:
        for between in get_proper_ancestors(state, ancestor):
            if between in self.oracle.active:
                return  # a history may lie above the domain; what was not left is not entered again
            self.add(between)
            if is_parallel_state(between):
                self.add_missing_regions(between)

    def add_missing_regions(self, parallel: State) -> None:
        for child in get_child_states(parallel):
            if not any(is_descendant(state, child) for state in self.states_to_enter):
                self.add_descendant_states_to_enter(child)
