"""The oracle against cases worked by hand from the W3C's text, and a smoke test of the random charts.

In the traces `+s` is the entry of s, `-s` its exit, `s!` the content of its initial transition and any other
word an effect of a transition. `traced` adds the entry and exit effects to every state.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest
from chart_oracle import Oracle, get_child_states, is_parallel_state
from chart_oracle_expressions import EvaluationError, ExpressionSyntaxError, evaluate, parse
from chart_random import MS, play, random_chart, random_events

SMOKE_CHARTS = int(os.environ.get("ORACLE_CHARTS", "200"))


def traced(states: dict) -> dict:
    return {id: traced_state(id, spec) for id, spec in states.items()}


def traced_state(id: str, spec: dict) -> dict:
    if "history" in spec:
        return spec
    own = {"entry": [f"+{id}", *spec.get("entry", [])], "exit": [f"-{id}", *spec.get("exit", [])]}
    return {**spec, **own, **({"states": traced(spec["states"])} if "states" in spec else {})}


def machine(states: dict, **chart) -> Oracle:
    return Oracle({"states": traced(states), **chart})


def started(states: dict, **chart) -> Oracle:
    oracle = machine(states, **chart)
    oracle.start()
    return oracle


def words(effects: list) -> str:
    return " ".join(name for name, _ in effects)


def active(oracle: Oracle) -> str:
    return " ".join(oracle.configuration)


def do(effect: str, target=None, **more) -> dict:
    return {**({"target": target} if target else {}), "do": [effect], **more}


# ---------------------------------------------------------------- entry


def test_default_initial_is_the_first_child_and_parents_enter_first():
    oracle = machine({"a": {"states": {"b": {"states": {"c": {}}}, "d": {}}}})
    assert words(oracle.start()) == "+a +b +c"  # document order: ancestors before descendants
    assert oracle.configuration == ("a", "b", "c")


def test_initial_content_runs_after_the_parents_entry_and_before_the_childs():
    states = {"a": {"initial": {"target": "c", "do": ["a!"]}, "states": {"b": {}, "c": {}}}}
    assert words(machine(states).start()) == "+a a! +c"


def test_initial_content_is_skipped_when_a_child_is_targeted():
    states = {"a": {"initial": {"target": "b", "do": ["a!"]}, "states": {"b": {}, "c": {}}}}
    assert words(machine(states, initial="c").start()) == "+a +c"  # a is not entered by default


def test_initial_may_name_a_deep_descendant():
    # c is a target, so b is an ancestor on the way and not a default entry: no b!
    b = {"initial": {"target": "d", "do": ["b!"]}, "states": {"d": {}, "c": {}}}
    states = {"a": {"initial": {"target": "c", "do": ["a!"]}, "states": {"b": b}}}
    assert words(machine(states).start()) == "+a a! +b +c"


def test_parallel_enters_every_region_in_document_order():
    states = {"p": {"parallel": True, "states": {"r": {"states": {"a": {}}}, "s": {"states": {"b": {}}}}}}
    assert words(machine(states).start()) == "+p +r +a +s +b"


def test_multiple_initial_targets_in_distinct_regions():
    regions = {"r": {"states": {"a": {}, "b": {}}}, "s": {"states": {"c": {}, "d": {}}}, "t": {}}
    oracle = machine({"p": {"parallel": True, "states": regions}}, initial=["d", "b"])
    assert words(oracle.start()) == "+p +r +b +s +d +t"  # the order of the targets does not matter


def test_a_target_in_one_region_brings_the_others_in_by_default():
    r = {"initial": {"target": "a", "do": ["r!"]}, "states": {"a": {}}}
    regions = {"r": r, "s": {"states": {"c": {}, "d": {}}}}
    oracle = started({"x": {"on": {"e": "d"}}, "p": {"parallel": True, "states": regions}})
    assert words(oracle.send("e")) == "-x +p +r r! +a +s +d"


# ---------------------------------------------------------------- transitions: order and domains

NESTED = {
    "a": {"states": {"a1": {"states": {"a11": {"on": {"e": do("t", "b1")}}}}}},
    "b": {"states": {"b0": {}, "b1": {}}},
}


def test_exit_children_first_then_content_then_entry():
    oracle = started(NESTED)
    assert words(oracle.send("e")) == "-a11 -a1 -a t +b +b1"


def test_lcca_is_the_nearest_compound_ancestor():
    # a11 -> a2 stays inside a: a is neither left nor entered
    states = {"a": {"states": {"a1": {"states": {"a11": {"on": {"e": "a2"}}}}, "a2": {}}}}
    assert words(started(states).send("e")) == "-a11 -a1 +a2"


def test_lcca_is_never_a_parallel_state():
    # r.a -> s.d: the common ancestor p is parallel, so the domain is the root and both regions are left
    regions = {"r": {"states": {"a": {"on": {"e": "d"}}}}, "s": {"states": {"c": {}, "d": {}}}}
    oracle = started({"p": {"parallel": True, "states": regions}})
    assert words(oracle.send("e")) == "-c -s -a -r -p +p +r +a +s +d"


def test_an_atomic_region_that_goes_to_itself_leaves_the_parallel_state():
    # the proper ancestors of a are p, which is parallel, and the root: the root is the domain
    oracle = started({"p": {"parallel": True, "states": {"a": {"on": {"e": do("t", "a")}}, "b": {}}}})
    assert words(oracle.send("e")) == "-b -a -p t +p +a +b"


def test_external_transition_to_a_descendant_leaves_the_source():
    states = {"a": {"on": {"e": do("t", "a2")}, "states": {"a1": {}, "a2": {}}}}
    assert words(started(states).send("e")) == "-a1 -a t +a +a2"


def test_internal_transition_to_a_descendant_keeps_the_source():
    states = {"a": {"on": {"e": do("t", "a2", internal=True)}, "states": {"a1": {}, "a2": {}}}}
    assert words(started(states).send("e")) == "-a1 t +a2"


def test_internal_transition_to_elsewhere_is_external():
    # b is no descendant of a, so `internal` changes nothing
    states = {"a": {"on": {"e": do("t", "b", internal=True)}, "states": {"a1": {}}}, "b": {}}
    assert words(started(states).send("e")) == "-a1 -a t +b"


def test_internal_transition_to_itself_is_external():
    # a state is not its own descendant
    states = {"a": {"on": {"e": do("t", "a", internal=True)}, "states": {"a1": {}}}}
    assert words(started(states).send("e")) == "-a1 -a t +a +a1"


def test_internal_transition_of_a_parallel_state_is_external():
    # isCompoundState(p) is false, so the domain is the root
    regions = {"r": {"states": {"a": {}, "b": {}}}, "s": {}}
    states = {"p": {"parallel": True, "on": {"e": do("t", "b", internal=True)}, "states": regions}}
    assert words(started(states).send("e")) == "-s -a -r -p t +p +r +b +s"


def test_self_transition_leaves_and_enters():
    assert words(started({"a": {"on": {"e": do("t", "a")}}}).send("e")) == "-a t +a"


def test_targetless_transition_leaves_nothing():
    oracle = started({"a": {"on": {"e": do("t")}, "states": {"b": {}, "c": {}}}})
    assert words(oracle.send("e")) == "t"
    assert active(oracle) == "a b"


def test_transition_to_the_parent_leaves_it_and_enters_its_default():
    # the domain is a proper ancestor of the source that has a as a descendant: the root
    states = {"a": {"states": {"b": {}, "c": {"on": {"e": "a"}}}}}
    assert words(started(states, initial="c").send("e")) == "-c -a +a +b"


def test_multi_target_transition_enters_each_region_where_it_says():
    regions = {"r": {"states": {"a": {}, "b": {}}}, "s": {"states": {"c": {}, "d": {}}}}
    oracle = started({"x": {"on": {"e": {"target": ["d", "b"]}}}, "p": {"parallel": True, "states": regions}})
    oracle.send("e")
    assert active(oracle) == "p r b s d"


# ---------------------------------------------------------------- selection


def test_the_first_transition_in_document_order_wins():
    states = {"a": {"transitions": [{"event": "e", "do": ["one"]}, {"event": "e", "do": ["two"]}]}}
    assert words(started(states).send("e")) == "one"


def test_a_false_guard_lets_the_next_transition_win():
    transitions = [{"event": "e", "guard": "false", "do": ["one"]}, {"event": "e", "do": ["two"]}]
    assert words(started({"a": {"transitions": transitions}}).send("e")) == "two"


def test_listed_transitions_come_before_the_on_shorthand():
    states = {"a": {"on": {"e": do("on")}, "transitions": [{"event": "e", "do": ["listed"]}]}}
    assert words(started(states).send("e")) == "listed"


def test_a_descendants_transition_goes_before_its_ancestors():
    states = {"a": {"on": {"e": do("outer")}, "states": {"b": {"on": {"e": do("inner")}}}}}
    assert words(started(states).send("e")) == "inner"


def test_an_ancestor_answers_what_the_descendant_does_not():
    states = {"a": {"on": {"e": do("outer")}, "states": {"b": {"on": {"e": do("inner", guard="false")}}}}}
    assert words(started(states).send("e")) == "outer"


@pytest.mark.parametrize(
    ("descriptor", "event", "matches"),
    [
        ("go", "go", True), ("go", "go.fast", True), ("go", "gone", False), ("go.*", "go", True),
        ("go.*", "go.fast", True), ("go.", "go.fast", True), ("go.fast", "go", False), ("*", "x.y", True),
        ("x go", "go", True), ("x y", "go", False), ("go.fast", "go.fast.now", True),
        ("go.fast", "go.faster", False),
    ],
)  # fmt: skip
def test_event_descriptors_match_by_whole_tokens(descriptor, event, matches):
    assert (words(started({"a": {"on": {descriptor: do("t")}}}).send(event)) == "t") is matches


# ---------------------------------------------------------------- parallel regions


def parallel(r: dict, s: dict, **more) -> dict:
    """p with the regions r (a, b) and s (c, d); `r` and `s` are what a and c do."""
    regions = {"r": {"states": {"a": r, "b": {}}}, "s": {"states": {"c": s, "d": {}}}}
    return {"p": {"parallel": True, "states": regions, **more}, "x": {}}


def test_both_regions_move_in_one_microstep_exits_before_contents_before_entries():
    oracle = started(parallel({"on": {"e": do("t1", "b")}}, {"on": {"e": do("t2", "d")}}))
    assert words(oracle.send("e")) == "-c -a t1 t2 +b +d"  # exits in reverse document order
    assert oracle.counters["microstep"] == 1


def test_of_two_conflicting_regions_the_first_in_document_order_wins():
    # both leave p, so their exit sets meet; neither source is a descendant of the other: t2 is preempted
    oracle = started(parallel({"on": {"e": do("t1", "x")}}, {"on": {"e": do("t2", "d")}}))
    assert words(oracle.send("e")) == "-c -s -a -r -p t1 +x"


def test_an_inner_move_of_the_first_region_preempts_the_second_leaving():
    # t1 exits {a}; t2 exits {p r a s c}: they meet in a, t1 came first
    oracle = started(parallel({"on": {"e": do("t1", "b")}}, {"on": {"e": do("t2", "x")}}))
    assert words(oracle.send("e")) == "-a t1 +b"
    assert active(oracle) == "p r b s c"


def test_a_descendants_transition_preempts_the_ancestors_picked_earlier():
    # a has no answer, so the atomic a picks p's transition first; c's own then removes it: c is under p
    oracle = started(parallel({}, {"on": {"e": do("t2", "d")}}, on={"e": do("outer", "x")}))
    assert words(oracle.send("e")) == "-c t2 +d"


def test_an_ancestors_transition_is_preempted_when_picked_later():
    # a's t1 comes first; c then picks p's transition, whose exit set meets t1's: p is no descendant of a
    oracle = started(parallel({"on": {"e": do("t1", "b")}}, {}, on={"e": do("outer", "x")}))
    assert words(oracle.send("e")) == "-a t1 +b"


def test_a_targetless_transition_never_conflicts():
    # t1 exits nothing, so t2 may leave p in the same microstep
    oracle = started(parallel({"on": {"e": do("t1")}}, {"on": {"e": do("t2", "x")}}))
    assert words(oracle.send("e")) == "-c -s -a -r -p t1 t2 +x"


def test_an_ancestors_targetless_transition_runs_once_for_all_its_regions():
    assert words(started(parallel({}, {}, on={"e": do("once")})).send("e")) == "once"


def test_a_targetless_ancestor_runs_beside_a_regions_own_transition():
    # a picks p's, c picks its own; p's exit set is empty: both run, in the order of the atomic states
    oracle = started(parallel({}, {"on": {"e": do("t2", "d")}}, on={"e": do("outer")}))
    assert words(oracle.send("e")) == "-c outer t2 +d"


def test_a_preempted_transition_is_gone_even_if_its_preemptor_falls_later():
    # a picks p's `outer`, which exits all. c's t2 is under p: outer goes, t2 stays. f's t3 leaves p and so
    # meets t2: preempted. Only t2 runs.
    regions = {
        "r": {"states": {"a": {}}},
        "s": {"states": {"c": {"on": {"e": do("t2", "d")}}, "d": {}}},
        "t": {"states": {"f": {"on": {"e": do("t3", "x")}}}},
    }
    states = {"p": {"parallel": True, "on": {"e": do("outer", "x")}, "states": regions}, "x": {}}
    assert words(started(states).send("e")) == "-c t2 +d"


def test_in_sees_another_region_before_the_microstep():
    # both guards are read before anything moves
    r, s = {"on": {"e": do("t1", "b", guard="In('c')")}}, {"on": {"e": do("t2", "d", guard="In('a')")}}
    assert words(started(parallel(r, s)).send("e")) == "-c -a t1 t2 +b +d"


def test_in_follows_the_configuration_during_exit_and_entry():
    # c leaves first, while a is still active; a's exit no longer sees c; b's entry does not see d yet
    see = [{"effect": "see", "data": {"a": "In('a')", "c": "In('c')", "d": "In('d')"}}]
    regions = {
        "r": {"states": {"a": {"exit": see, "on": {"e": "b"}}, "b": {"entry": see}}},
        "s": {"states": {"c": {"exit": see, "on": {"e": "d"}}, "d": {"entry": see}}},
    }
    effects = started({"p": {"parallel": True, "states": regions}}).send("e")
    assert [data for name, data in effects if name == "see"] == [
        {"a": True, "c": True, "d": False},  # c's exit
        {"a": True, "c": False, "d": False},  # a's exit
        {"a": False, "c": False, "d": False},  # b's entry
        {"a": False, "c": False, "d": True},  # d's entry
    ]


# ---------------------------------------------------------------- eventless transitions and queues


def test_eventless_transitions_run_before_internal_events():
    a = {"entry": [{"raise": "i"}], "transitions": [do("eventless", "b"), {"event": "i", "do": ["wrong"]}]}
    oracle = machine({"a": a, "b": {"on": {"i": do("right")}}})
    assert words(oracle.start()) == "+a -a eventless +b right"


def test_internal_events_run_before_external_ones():
    a = {"on": {"e": {"do": [{"send": "x"}, {"raise": "i"}]}, "i": do("internal"), "x": do("external")}}
    assert words(started({"a": a}).send("e")) == "internal external"


def test_internal_events_are_first_in_first_out():
    a = {"on": {"e": {"do": [{"raise": "i"}, {"raise": "j"}]}, "i": do("one"), "j": do("two")}}
    assert words(started({"a": a}).send("e")) == "one two"


def test_an_eventless_chain_runs_to_its_end():
    again = {"guard": "n < 3", "do": [{"assign": "n", "value": "n + 1"}, {"effect": "n", "data": {"n": "n"}}]}
    oracle = machine({"a": {"transitions": [again]}}, variables={"n": 0})
    assert [data for name, data in oracle.start() if name == "n"] == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_eventless_guards_see_the_last_event():
    a = {"on": {"e": "b"}}
    b = {"transitions": [do("t", "c", guard="_event.x == 2")]}
    oracle = started({"a": a, "b": b, "c": {}})
    assert words(oracle.send("e", x=2)) == "-a +b -b t +c"


def test_an_eventless_transition_waits_for_any_event_that_changes_its_guard():
    # a set input is seen at the next macrostep, though no transition names the event
    oracle = machine({"a": {"transitions": [do("t", "b", guard="gap > 0.5")]}, "b": {}}, inputs=["gap"])
    oracle.set("gap", 0.1)
    oracle.start()
    oracle.set("gap", 0.7)
    assert oracle.configuration == ("a",)
    assert words(oracle.send("nothing")) == "-a t +b"


def test_safety_goes_before_control_before_advisory_and_each_is_first_in_first_out():
    oracle = started({"a": {"on": {name: do(name) for name in ("u", "v", "w", "x", "y")}}})
    events = {"u": "advisory", "v": "control", "w": "safety", "x": "control", "y": "safety"}
    for name, priority in events.items():
        oracle.post(name, priority=priority)
    assert words(oracle.run()) == "w y v x u"


def test_a_priority_never_interrupts_a_macrostep():
    # the safety event waits until the raised one is done
    e = {"do": [{"send": "s", "priority": "safety"}, {"raise": "i"}]}
    oracle = started({"a": {"on": {"e": e, "i": do("i"), "s": do("s"), "x": do("x")}}})
    oracle.post("e")
    oracle.post("x")
    assert words(oracle.run()) == "i s x"


def test_an_event_nothing_matches_is_dropped():
    oracle = started({"a": {}})
    assert oracle.send("e") == []
    assert oracle.counters["event dropped"] == 1


def test_an_endless_macrostep_is_cut_and_says_so_once():
    # 10 turns of the loop in start, then error.platform: its own transition is turn 1, the loop takes 9 more
    spin = {"transitions": [{"do": ["spun"]}, {"event": "error.platform", "do": ["cut"]}]}
    oracle = Oracle({"states": {"a": spin}}, max_microsteps=10)
    assert words(oracle.start()) == " ".join(["spun"] * 10 + ["cut"] + ["spun"] * 9)
    assert oracle.counters["macrostep cut"] == 2


def test_an_eventless_guard_that_fails_is_endless_by_itself():
    # its error.execution makes the loop look again, and fail again, without a single microstep
    a = {"transitions": [do("t", "b", guard="gap > 0.5")], "on": {"error.platform": do("cut")}}
    oracle = machine({"a": a, "b": {}}, inputs=["gap"])
    assert words(oracle.start()) == "+a cut"


def test_a_chain_of_exactly_the_allowed_length_is_not_cut():
    again = {"guard": "n < 10", "do": [{"assign": "n", "value": "n + 1"}]}
    oracle = Oracle({"states": {"a": {"transitions": [again]}}, "variables": {"n": 0}}, max_microsteps=10)
    oracle.start()
    assert (oracle.variables["n"], oracle.counters["macrostep cut"]) == (10, 0)


def test_a_chain_of_events_to_itself_ends_the_call_and_goes_on_with_the_next():
    a = {"on": {"e": {"do": [{"send": "e"}, {"assign": "n", "value": "n + 1"}]}}}
    oracle = Oracle({"states": {"a": a}, "variables": {"n": 0}}, max_microsteps=10)
    oracle.start()
    oracle.send("e")
    assert oracle.variables["n"] == 11  # the event itself, and ten that waited
    oracle.run()
    assert (oracle.variables["n"], oracle.tallies["cut"]) == (21, 2)


def test_a_full_queue_refuses_the_newest_and_says_so():
    two = [{"raise": "i"}, {"raise": "i"}, "wrong"]
    on = {"e": {"do": two}, "f": {"do": [{"send": "g"}, {"send": "g"}, "next"]}}
    on |= {"i": do("i"), "g": do("g"), "error.communication": do("full"), "error": do("error")}
    oracle = Oracle({"states": {"a": {"on": on}}}, internal=1, external=1)
    oracle.start()
    assert words(oracle.send("e")) == "i"  # no room for the error either
    assert oracle.tallies["rejected"] == 2
    assert words(oracle.send("f")) == "next full g"


def test_timers_are_twice_the_places_that_set_one_and_at_least_four():
    def room(places: int) -> int:
        e = {"do": [later() for _ in range(places)] + [{"send": "now"}]}
        return Oracle({"states": {"a": {"on": {"e": e}, "after": {"1 s": "a"}}}}).timer_slots

    assert [room(places) for places in (0, 1, 2)] == [4, 4, 6]


# ---------------------------------------------------------------- history


def remembering(kind: str) -> dict:
    """x and a{a1, a2{a21, a22}} with a history h of a, whose default is a1."""
    h = {"history": kind, "transitions": [{"target": "a1", "do": ["default"]}]}
    a2 = {"states": {"a21": {"on": {"deeper": "a22"}}, "a22": {}}}
    a = {"on": {"leave": "x"}, "states": {"h": h, "a1": {"on": {"next": "a2"}}, "a2": a2}}
    return {"x": {"on": {"back": "h", "plain": "a"}}, "a": a}


def test_history_without_memory_takes_its_default_after_the_parents_entry():
    assert words(started(remembering("shallow")).send("back")) == "-x +a default +a1"


def test_shallow_history_restores_the_child_and_enters_it_by_default():
    oracle = started(remembering("shallow"))
    for event in ("plain", "next", "deeper", "leave"):
        oracle.send(event)
    assert words(oracle.send("back")) == "-x +a +a2 +a21"  # no default content: there was a memory


def test_deep_history_restores_the_atomic_state():
    oracle = started(remembering("deep"))
    for event in ("plain", "next", "deeper", "leave"):
        oracle.send(event)
    assert words(oracle.send("back")) == "-x +a +a2 +a22"


def test_history_remembers_the_latest_exit():
    oracle = started(remembering("deep"))
    for event in ("plain", "next", "deeper", "leave", "plain", "leave"):
        oracle.send(event)
    oracle.send("back")
    assert active(oracle) == "a a1"


def test_default_content_comes_after_the_parents_initial_content_when_initial_names_the_history():
    h = {"history": "shallow", "transitions": [{"target": "a2", "do": ["default"]}]}
    a = {"initial": {"target": "h", "do": ["a!"]}, "states": {"h": h, "a1": {}, "a2": {}}}
    assert words(machine({"a": a}).start()) == "+a a! default +a2"


def test_default_content_is_lost_when_the_parent_is_not_entered():
    # the domain of a1 -> h is a itself: a stays, and default content runs only at states that are entered
    h = {"history": "shallow", "transitions": [{"target": "a2", "do": ["default"]}]}
    oracle = started({"a": {"initial": "a1", "states": {"h": h, "a1": {"on": {"e": "h"}}, "a2": {}}}})
    assert words(oracle.send("e")) == "-a1 +a2"


def two_regions(kind: str) -> dict:
    h = {"history": kind, "target": ["b", "d"]}
    r, s = {"states": {"a": {"on": {"one": "b"}}, "b": {}}}, {"states": {"c": {}, "d": {}}}
    p = {"parallel": True, "on": {"leave": "x"}, "states": {"h": h, "r": r, "s": s}}
    return {"p": p, "x": {"on": {"back": "h"}}}


def test_deep_history_of_a_parallel_restores_every_region():
    oracle = started(two_regions("deep"))
    oracle.send("one")
    oracle.send("leave")
    assert words(oracle.send("back")) == "-x +p +r +b +s +c"


def test_shallow_history_of_a_parallel_restores_the_regions_by_default():
    oracle = started({**two_regions("shallow")})
    oracle.send("one")
    oracle.send("leave")
    oracle.send("back")
    assert active(oracle) == "p r a s c"


def test_history_default_may_name_several_regions():
    oracle = started(two_regions("deep"), initial="x")
    oracle.send("back")
    assert active(oracle) == "p r b s d"


def test_a_regions_history_leaves_the_other_region_to_its_default():
    r = {"states": {"h": {"history": "shallow", "target": "a"}, "a": {"on": {"one": "b"}}, "b": {}}}
    s = {"states": {"c": {"on": {"one": "d"}}, "d": {}}}
    p = {"parallel": True, "on": {"leave": "x"}, "states": {"r": r, "s": s}}
    oracle = started({"p": p, "x": {"on": {"back": "h"}}})
    for event in ("one", "leave", "back"):
        oracle.send(event)
    assert active(oracle) == "p r b s c"


def test_a_transition_to_its_own_history_leaves_and_restores():
    # a's external transition leaves a; the memory is taken at that exit, before the entry set is worked out
    h = {"history": "shallow", "target": "a1"}
    oracle = started({"a": {"on": {"e": "h"}, "states": {"h": h, "a1": {"on": {"n": "a2"}}, "a2": {}}}})
    oracle.send("n")
    assert words(oracle.send("e")) == "-a2 -a +a +a2"


def test_of_two_defaults_of_one_parent_the_last_content_counts():
    def history(kind: str, target: str) -> dict:
        return {"history": kind, "transitions": [{"target": target, "do": [f"{target}!"]}]}

    a = {"states": {"h": history("shallow", "d"), "d": history("deep", "b"), "c": {}, "b": {}}}
    assert words(started({"x": {"on": {"e": "h"}}, "a": a}).send("e")) == "-x +a b! +b"


def test_a_domain_is_settled_before_what_history_remembers_changes():
    # h leads to r while it remembers nothing, so p is left; by then it remembers a1, inside r
    h = {"history": "deep", "target": "r"}
    p = {"parallel": True, "states": {"h": h, "r": {"states": {"a1": {"on": {"e": "h"}}}}}}
    oracle = started({"p": p})
    assert words(oracle.send("e")) == "-a1 -r -p +p +r +a1"
    check_legal(oracle)


def test_a_history_above_the_domain_enters_only_what_was_left():
    # a19 -> h stays inside s, although h is a child of a: neither b nor s is entered again, nor r by default
    h = {"history": "deep", "target": "x"}
    regions = {
        "s": {"states": {"x": {"on": {"e": "h"}}}},
        "r": {"states": {"y": {"on": {"e": "z"}}, "z": {}}},
    }
    oracle = started({"a": {"states": {"h": h, "b": {"parallel": True, "states": regions}}}})
    assert words(oracle.send("e")) == "-y -x +x +z"
    check_legal(oracle)


def test_history_is_taken_before_the_exit_actions():
    # W3C: the configuration is stored before any onexit handler runs; a's exit sees nothing of it, but h does
    oracle = started(remembering("shallow"))
    oracle.send("plain")
    assert words(oracle.send("leave")) == "-a1 -a +x"
    assert words(oracle.send("back")) == "-x +a +a1"


# ---------------------------------------------------------------- final states


def test_a_final_child_raises_done_of_its_parent():
    a = {"on": {"done.state.a": do("done", "x")}, "states": {"a1": {"on": {"e": "f"}}, "f": {"final": True}}}
    assert words(started({"a": a, "x": {}}).send("e")) == "-a1 +f -f -a done +x"


def test_done_of_a_region_comes_before_done_of_the_parallel():
    end = {"on": {"e": "f"}}
    regions = {
        "r": {"states": {"a": end, "f": {"final": True}}},
        "s": {"states": {"b": {"on": {"e": "g"}}, "g": {"final": True}}},
    }
    on = {"done.state.r": do("r"), "done.state.s": do("s"), "done.state.p": do("p", "x")}
    oracle = started({"p": {"parallel": True, "on": on, "states": regions}, "x": {}})
    # f is entered first: done.r. g next: done.s, then all regions are final: done.p
    assert words(oracle.send("e")) == "-b -a +f +g r s -g -s -f -r -p p +x"


def test_a_parallel_is_not_done_while_a_region_runs():
    regions = {"r": {"states": {"a": {"on": {"e": "f"}}, "f": {"final": True}}}, "s": {"states": {"b": {}}}}
    oracle = started({"p": {"parallel": True, "on": {"done.state": do("done")}, "states": regions}})
    assert words(oracle.send("e")) == "-a +f done"  # done.state.r only


def test_done_is_raised_after_the_finals_entry_actions():
    f = {"final": True, "entry": [{"raise": "i"}]}
    a = {"on": {"i": do("i"), "done.state.a": do("done")}, "states": {"a1": {"on": {"e": "f"}}, "f": f}}
    assert words(started({"a": a}).send("e")) == "-a1 +f i done"


def test_done_does_not_climb_past_the_grandparent():
    # q is a parallel region of the parallel p: done.r, done.q, and no done.p, as the algorithm has it
    q = {"parallel": True, "states": {"r": {"states": {"a": {"on": {"e": "f"}}, "f": {"final": True}}}}}
    s = {"states": {"g": {"final": True}}}
    names = {f"done.state.{id}": do(id) for id in "pqrs"}
    oracle = started({"p": {"parallel": True, "on": names, "states": {"q": q, "s": s}}})
    assert words(oracle.send("e")) == "-a +f r q"


def test_a_nested_parallel_region_counts_as_final_when_its_regions_are():
    # s ends last: its grandparent p asks q, a parallel whose only region is in f
    q = {"parallel": True, "states": {"r": {"states": {"f": {"final": True}}}}}
    s = {"states": {"b": {"on": {"e": "g"}}, "g": {"final": True}}}
    oracle = started({"p": {"parallel": True, "on": {"done.state.p": do("p")}, "states": {"q": q, "s": s}}})
    assert words(oracle.send("e")) == "-b +g p"


def test_a_top_level_final_ends_the_machine_and_leaves_everything():
    oracle = started({"a": {"on": {"e": do("t", "f")}}, "f": {"final": True}})
    assert words(oracle.send("e")) == "-a t +f -f"
    assert oracle.finished
    assert oracle.configuration == ()
    assert oracle.send("e") == []


def test_a_finished_machine_handles_no_more_internal_events():
    # the raised event is never taken: the loop ends with the microstep that reached the final state
    a = {"on": {"e": {"target": "f", "do": [{"raise": "i"}]}, "i": do("wrong")}}
    assert words(started({"a": a, "f": {"final": True}}).send("e")) == "-a +f -f"


# ---------------------------------------------------------------- errors


def test_a_failing_guard_counts_as_false_and_raises_an_error():
    a = {"on": {"e": [do("one", guard="1 / n > 0"), do("two")], "error.execution": do("error")}}
    assert words(started({"a": a}, variables={"n": 0}).send("e")) == "two error"


def test_a_failing_action_skips_the_rest_of_its_block_only():
    e = {"target": "b", "do": ["t", {"assign": "n", "value": "1 / n"}, "wrong"]}
    a = {"exit": ["left"], "on": {"e": e}}
    oracle = started({"a": a, "b": {"on": {"error": do("error")}}}, variables={"n": 0})
    assert words(oracle.send("e")) == "-a left t +b error"


def test_a_failure_inside_if_skips_the_rest_of_the_whole_block():
    failing = [{"if": "true", "then": [{"assign": "n", "value": "1 / n"}, "wrong"]}, "wrong too"]
    oracle = started({"a": {"on": {"e": {"do": failing}, "error": do("error")}}}, variables={"n": 0})
    assert words(oracle.send("e")) == "error"


def test_a_failing_condition_counts_as_false_and_the_block_goes_on():
    failing = {"if": "1 / n > 0", "then": ["wrong"], "else": ["otherwise"]}
    oracle = started(
        {"a": {"on": {"e": {"do": [failing, "next"]}, "error": do("error")}}}, variables={"n": 0}
    )
    assert words(oracle.send("e")) == "otherwise next error"


def test_a_list_of_actions_is_a_block_of_its_own():
    fail = {"assign": "n", "value": "1 / n"}
    entry = ["one", fail, "wrong", [fail, "wrong"], "two", fail, "wrong"]
    assert (
        words(machine({"a": {"entry": [["zero"], *entry]}}, variables={"n": 0}).start()) == "+a zero one two"
    )


def test_entry_and_initial_content_are_separate_blocks():
    fail = {"assign": "n", "value": "1 / n"}
    a = {"entry": [fail, "wrong"], "initial": {"target": "b", "do": ["a!"]}, "states": {"b": {}}}
    assert words(machine({"a": a}, variables={"n": 0}).start()) == "+a a! +b"


def test_what_was_done_before_the_failure_stays():
    actions = [{"assign": "n", "value": value} for value in ("n + 1", "n / 0", "9")]
    oracle = started({"a": {"on": {"e": {"do": actions}}}}, variables={"n": 0})
    oracle.send("e")
    assert oracle.variables == {"n": 1}


def test_a_failing_guard_of_a_parallel_raises_one_error_for_each_region_that_tries_it():
    # a and c both climb to p: the guard is evaluated twice, as in the pseudo-code
    on = {"e": do("wrong", guard="1 / n > 0"), "error.execution": do("error")}
    assert words(started(parallel({}, {}, on=on), variables={"n": 0}).send("e")) == "error error"


def test_event_data_is_missing_in_an_internal_event():
    e, i = {"do": [{"raise": "i"}]}, {"do": [{"effect": "x", "data": {"x": "_event.x"}}]}
    assert words(started({"a": {"on": {"e": e, "i": i, "error": do("error")}}}).send("e", x=1)) == "error"


def test_an_unset_input_is_an_error():
    a = {"on": {"e": do("t", guard="gap > 0.5"), "error.execution": do("error")}}
    oracle = started({"a": a}, inputs=["gap"])
    assert words(oracle.send("e")) == "error"
    oracle.set("gap", 0.6)
    assert words(oracle.send("e")) == "t"


# ---------------------------------------------------------------- time


def later(**send) -> dict:
    return {"send": "late", "delay_ms": 10, **send}


def test_a_delayed_event_fires_when_it_is_due_and_not_before():
    on = {"late": {"do": [{"effect": "t", "data": {"x": "_event.x"}}]}}
    oracle = started({"a": {"entry": [later(data={"x": "1 + 1"})], "on": on}})
    assert oracle.advance(10 * MS - 1) == []
    assert oracle.advance(1) == [("t", {"x": 2})]


def test_cancel_stops_every_pending_event_of_that_id():
    on = {"stop": {"do": [{"cancel": "t"}]}, "late": do("late")}
    oracle = started({"a": {"entry": [later(id="t"), later(id="t"), later(id="u")], "on": on}})
    oracle.send("stop")
    assert words(oracle.advance(20 * MS)) == "late"  # u is left


def test_timers_due_together_fire_in_the_order_they_were_sent_each_in_its_own_macrostep():
    # priorities order the queue, and each timer is alone in it
    entry = [later(priority="advisory"), {"send": "more", "delay_ns": 10 * MS, "priority": "safety"}]
    on = {"late": {"do": ["late", {"raise": "i"}]}, "i": do("i"), "more": do("more")}
    assert words(started({"a": {"entry": entry, "on": on}}).advance(10 * MS)) == "late i more"


def test_a_timer_set_by_a_timer_counts_from_its_due_time():
    # late at 10, again at 10 + 10 = 20, all inside one advance
    on = {"late": {"do": ["late", {"send": "again", "delay_ms": 10}]}, "again": do("again")}
    oracle = started({"a": {"entry": [later()], "on": on}})
    assert words(oracle.advance(19 * MS)) == "late"
    assert words(oracle.advance(1 * MS)) == "again"
    assert words(started({"a": {"entry": [later()], "on": on}}).advance(20 * MS)) == "late again"


def test_after_leaves_the_state_when_its_time_is_up():
    oracle = started({"a": {"after": {"250 ms": "b"}}, "b": {}})
    assert oracle.advance(249 * MS) == []
    assert words(oracle.advance(1 * MS)) == "-a +b"


def test_after_is_cancelled_when_the_state_is_left_and_starts_anew():
    oracle = started({"a": {"after": {"10 ms": do("late")}, "on": {"e": "a"}}})
    oracle.advance(9 * MS)
    oracle.send("e")
    assert oracle.advance(9 * MS) == []
    assert words(oracle.advance(1 * MS)) == "late"


def test_the_second_after_has_the_number_one():
    oracle = started({"a": {"after": {"10 ms": do("first"), "5 ms": do("second")}}})
    assert words(oracle.advance(10 * MS)) == "second first"
    assert words(oracle.send("after.a.2")) == "second"


# ---------------------------------------------------------------- expressions

VARIABLES = {"n": 7, "z": 0, "x": 0.5, "b": True, "most": 2**63 - 1}


def value_of(text: str):
    return evaluate(parse(text), VARIABLES.__getitem__, lambda state: state == "here")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 3 - 2", 5), ("-n % 4", -3), ("n % -4", 3),
        ("-7 % -4", -3),
        ("7 / 2", 3.5), ("6 / 2", 3), ("-6 / 4", -1.5), ("8 / 2 / 2", 2), ("1 + x", 1.5), ("-2.5 % 2", -0.5),
        ("--n", 7), ("2 * -3", -6), ("1e3", 1000.0), ("most - 1 + 1", 2**63 - 1),
        ("true or false and false", True), ("not false and false", False), ("not n == 8", True),
        ("n > 6 and x < 1", True), ("n >= 7 && !b || n !== 8", True), ("1 == 1.0", True),
        ("b == (n > 6)", True),
        ("b != true", False), ("In('here') and not In('there')", True), ("false and 1 / z == 1", False),
        ("true or 1 / z == 1", True), ("n + 1 == 8 === true", ExpressionSyntaxError),
    ],
)  # fmt: skip
def test_expressions(text, expected):
    if expected is ExpressionSyntaxError:
        with pytest.raises(expected):
            value_of(text)
    else:
        assert (value_of(text), type(value_of(text))) == (expected, type(expected))


@pytest.mark.parametrize(
    "text",
    [
        "1 / z", "1 % z", "x / 0.0", "x % 0.0", "most + 1", "most * 2", "-most - 2", "(-most - 1) / -1",
        "-(-most - 1)", "b + 1", "b < true", "b == 1", "not 1", "1 and true", "true and 1", "-b",
    ],
)  # fmt: skip
def test_expressions_without_a_value(text):
    parse(text)
    with pytest.raises(EvaluationError):
        value_of(text)


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "a b", "1 < 2 < 3", "(1", "1)", "In(a)", "1 + not b", "a = 1", "9223372036854775808", "In"],
)
def test_what_is_no_expression(text):
    with pytest.raises(ExpressionSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("n", "2.0", 2), ("n", "2.5", None), ("n", "true", None), ("x", "3", 3.0), ("x", "b", None),
        ("b", "n > 1", True), ("b", "1", None), ("n", "1.0e30", None), ("n", "7 / 2", None),
        ("n", "6 / 2", 3),
    ],
)  # fmt: skip
def test_assignment_keeps_the_declared_type(variable, text, expected):
    states = {"a": {"on": {"e": {"do": [{"assign": variable, "value": text}]}}}}
    oracle = Oracle({"states": states, "variables": VARIABLES})
    oracle.start()
    oracle.send("e")
    wanted = VARIABLES[variable] if expected is None else expected
    assert (oracle.variables[variable], type(oracle.variables[variable])) == (wanted, type(wanted))
    assert oracle.counters["action error"] == (expected is None)


# ---------------------------------------------------------------- random charts

CONSTRUCTS = (
    "action error", "action: assign", "action: cancel", "action: effect", "action: if", "action: raise",
    "action: send", "action: send later", "done.state", "event dropped", "condition error",
    "history default: deep", "history default: shallow", "history restored: deep",
    "history restored: shallow",
    "history restored: of a parallel", "microstep of several transitions", "parallel done",
    "preempted by a descendant", "preempted by document order", "timer cancelled", "timer fired",
    "transition: eventless", "transition: internal", "transition: internal in name only",
    "transition: multi-target", "transition: on after", "transition: on done", "transition: on error",
    "transition: self", "transition: targetless", "transition: to history", "transition: wildcard",
)  # fmt: skip


def check_legal(oracle: Oracle) -> None:
    """One child of every active compound state, all of every parallel one, and the parent of each."""
    assert oracle.root not in oracle.active
    for state in [oracle.root, *oracle.active]:
        children = get_child_states(state)
        inside = [child for child in children if child in oracle.active]
        if is_parallel_state(state):
            assert inside == children
        elif children:
            assert len(inside) == (0 if oracle.finished else 1)
    assert all(state.parent in (oracle.root, *oracle.active) for state in oracle.active)


def test_random_charts_run_and_every_construct_fires():
    total: Counter[str] = Counter()
    for seed in range(SMOKE_CHARTS):
        rng = Random(seed)
        chart = random_chart(rng)
        oracle = Oracle(chart)
        oracle.start()
        for step in random_events(rng, chart, extras=seed % 4 != 0):
            play(oracle, [step])
            check_legal(oracle)
        total += oracle.counters
        total["charts that finished"] += oracle.finished
    print(f"\n{SMOKE_CHARTS} random charts:")
    print("\n".join(f"{count:9} {name}" for name, count in sorted(total.items())))
    assert total["macrostep cut"] == 0
    assert [name for name in CONSTRUCTS if total[name] < SMOKE_CHARTS / 100] == []


def test_random_charts_are_the_same_for_the_same_seed():
    def made(seed: int) -> tuple:
        rng = Random(seed)
        chart = random_chart(rng)
        return list(chart["variables"]), chart, random_events(rng, chart)

    assert all(made(seed) == made(seed) for seed in range(50))


def test_endless_charts_are_cut():
    cuts = 0
    for seed in range(20):
        oracle = Oracle(random_chart(Random(seed), endless=True))
        oracle.start()
        oracle.send("spin")
        cuts += oracle.counters["macrostep cut"] > 0
    assert cuts > 5  # where the chart still stands in its first state
