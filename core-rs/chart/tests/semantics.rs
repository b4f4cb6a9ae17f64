//! The order of things, and what beats what: small charts with one rule each.

mod common;

use common::Running;
use emomas_chart::{Capacity, Priority, Value};

#[test]
fn exits_run_inner_first_and_entries_outer_first() {
    let mut m = Running::new(
        r#"
[states.a]
exit = ["exit_a"]
[states.a.states.a1]
exit = ["exit_a1"]
transitions = [{ event = "go", target = "b1", do = ["act"] }]
[states.b]
entry = ["enter_b"]
[states.b.states.b1]
entry = ["enter_b1"]
"#,
    );
    assert_eq!(m.send("go"), ["exit_a1", "exit_a", "act", "enter_b", "enter_b1"]);
    assert_eq!(m.machine.configuration().collect::<Vec<_>>(), ["b", "b1"]);
}

#[test]
fn an_inner_transition_beats_an_outer_one_and_the_first_beats_the_second() {
    let mut m = Running::new(
        r#"
initial = "a"
[states.a]
on.go = "lost"
[states.a.states.a1]
transitions = [{ event = "go", target = "won" }, { event = "*", target = "lost" }]
[states.won]
[states.lost]
"#,
    );
    m.send("go");
    assert_eq!(m.leaves(), "won");
}

const REGIONS: &str = r#"
[states.p]
parallel = true
on.out = "end"
[states.p.states.r]
[states.p.states.r.states.r1]
exit = ["exit_r1"]
transitions = [{ event = "go", target = "r2", do = ["act_r"] }, { event = "leave", target = "end" }]
[states.p.states.r.states.r2]
entry = ["enter_r2"]
[states.p.states.s]
[states.p.states.s.states.s1]
exit = ["exit_s1"]
transitions = [{ event = "go", target = "s2", do = ["act_s"] }, { event = "leave", target = "s2" }]
[states.p.states.s.states.s2]
entry = ["enter_s2"]
[states.end]
"#;

#[test]
fn regions_step_together_in_document_order() {
    let mut m = Running::new(REGIONS);
    assert_eq!(m.leaves(), "r1 s1");
    assert_eq!(m.send("go"), ["exit_s1", "exit_r1", "act_r", "act_s", "enter_r2", "enter_s2"]);
    assert_eq!(m.leaves(), "r2 s2");
}

#[test]
fn of_conflicting_regions_the_first_wins() {
    let mut m = Running::new(REGIONS);
    m.send("leave");
    assert_eq!(m.leaves(), "end");
    assert_eq!(m.machine.counters().transitions, 1);
}

#[test]
fn histories_bring_back_what_was_active() {
    let text = |kind: &str| {
        format!(
            r#"
[states.a]
on.out = "b"
[states.a.states.h]
history = "{kind}"
target = "a1"
[states.a.states.a1]
on.next = "a2"
[states.a.states.a2]
[states.a.states.a2.states.x]
on.next = "y"
[states.a.states.a2.states.y]
[states.b]
on.back = "h"
"#
        )
    };
    for (kind, restored) in [("shallow", "x"), ("deep", "y")] {
        let mut m = Running::new(&text(kind));
        for event in ["out", "back"] {
            m.send(event);
        }
        assert_eq!(m.leaves(), "a1", "nothing is remembered yet, or a1 was");
        for event in ["next", "next", "out", "back"] {
            m.send(event);
        }
        assert_eq!(m.leaves(), restored, "{kind}");
    }
}

#[test]
fn default_entries_run_their_actions_after_the_parents_entry() {
    let mut m = Running::new(
        r#"
[states.z]
on.go = "a"
on.hist = "h"
[states.a]
entry = ["enter_a"]
initial = { target = "a2", do = ["initial_a"] }
[states.a.states.h]
history = "shallow"
transitions = [{ target = "a1", do = ["default_h"] }]
[states.a.states.a1]
entry = ["enter_a1"]
[states.a.states.a2]
entry = ["enter_a2"]
"#,
    );
    let mut other = Running { machine: m.machine.clone(), effects: m.effects.clone() };
    assert_eq!(m.send("go"), ["enter_a", "initial_a", "enter_a2"]);
    assert_eq!(other.send("hist"), ["enter_a", "default_h", "enter_a1"]);
}

#[test]
fn internal_transitions_keep_their_source_and_targetless_ones_everything() {
    let mut m = Running::new(
        r#"
[states.a]
exit = ["exit_a"]
transitions = [
  { event = "in", target = "a2", internal = true },
  { event = "ex", target = "a2" },
  { event = "none", do = ["act"] },
]
[states.a.states.a1]
exit = ["exit_a1"]
[states.a.states.a2]
exit = ["exit_a2"]
"#,
    );
    assert_eq!(m.send("none"), ["act"]);
    assert_eq!(m.send("in"), ["exit_a1"]);
    assert_eq!(m.send("ex"), ["exit_a2", "exit_a"]);
}

#[test]
fn internal_events_go_before_external_ones_and_eventless_before_both() {
    let mut m = Running::new(
        r#"
variables.n = 0
[states.a]
transitions = [{ event = "go", target = "b", do = [{ send = "ext" }, { raise = "int" }, { assign = "n", value = "1" }] }]
[states.b]
transitions = [{ guard = "n == 1", target = "c", do = ["eventless"] }, { event = "*", target = "a" }]
[states.c]
transitions = [{ event = "int", target = "d", do = ["internal"] }, { event = "ext", target = "a" }]
[states.d]
transitions = [{ event = "ext", target = "e", do = ["external"] }]
[states.e]
"#,
    );
    assert_eq!(m.send("go"), ["eventless", "internal", "external"]);
    assert_eq!(m.leaves(), "e");
}

#[test]
fn done_events_come_from_the_region_then_from_the_parallel_state() {
    let mut m = Running::new(
        r#"
[states.p]
parallel = true
transitions = [
  { event = "done.state.r", do = ["r_done"] },
  { event = "done.state.s", do = ["s_done"] },
  { event = "done.state.p", target = "end", do = ["p_done"] },
]
[states.p.states.r.states.r1]
on.r = "rf"
[states.p.states.r.states.rf]
final = true
[states.p.states.s.states.s1]
on.s = "sf"
[states.p.states.s.states.sf]
final = true
[states.end]
final = true
entry = ["ended"]
exit = ["left"]
"#,
    );
    assert_eq!(m.send("r"), ["r_done"]);
    assert_eq!(m.send("s"), ["s_done", "p_done", "ended", "left"]);
    assert!(m.machine.finished());
    assert_eq!(m.machine.configuration().count(), 0);
    assert_eq!(m.send("r"), Vec::<String>::new());
}

#[test]
fn prefixes_match_whole_words_only() {
    let mut m = Running::new(
        r#"
[states.a]
transitions = [
  { event = "door.*", do = ["door"] },
  { event = "error.execution", do = ["error"] },
  { event = "light lamp.on", do = ["light"] },
  { guard = "_event.name == 'x.y'", event = "x", do = ["exactly"] },
  { event = "*", do = ["any"] },
]
"#,
    );
    for (event, effect) in [
        ("door", "door"),
        ("door.open", "door"),
        ("door.open.wide", "door"),
        ("doors", "any"),
        ("lamp", "any"),
        ("lamp.on.now", "light"),
        ("light", "light"),
        ("x", "any"),
        ("x.y", "exactly"),
        ("x.y.z", "any"),
        ("unheard", "any"),
    ] {
        assert_eq!(m.send(event), [effect], "{event}");
    }
}

#[test]
fn a_failing_guard_is_false_and_tells_so() {
    let mut m = Running::new(
        r#"
variables.n = 0
inputs = ["gap"]
[states.a]
transitions = [
  { event = "zero", guard = "1 / n > 0", target = "b" },
  { event = "unset", guard = "gap > 0", target = "b" },
  { event = "missing", guard = "_event.x > 0", target = "b" },
  { event = "type", guard = "n", target = "b" },
  { event = "error.execution", do = ["error"] },
]
[states.b]
"#,
    );
    for event in ["zero", "unset", "missing", "type"] {
        assert_eq!(m.send(event), ["error"], "{event}");
    }
    assert_eq!(m.machine.counters().errors, 4);
    assert_eq!(m.send_with("missing", &[("x", Value::Int(1))]), Vec::<String>::new());
    assert_eq!(m.leaves(), "b");
}

#[test]
fn a_failing_action_ends_its_block_and_no_other() {
    let mut m = Running::new(
        r#"
variables.n = 0
[states.a]
on.go = "b"
[states.b]
entry = [["first", { assign = "n", value = "0.5" }, "never"], ["second"]]
on."error.execution" = { do = ["error"] }
"#,
    );
    assert_eq!(m.send("go"), ["first", "second", "error"]);
    assert_eq!(m.variable("n"), Value::Int(0));
}

#[test]
fn a_failing_condition_is_false_and_its_block_goes_on() {
    let mut m = Running::new(
        r#"
variables.n = 0
[states.a]
on.go = { do = [{ if = "1 / n > 0", then = ["never"], else = ["otherwise"] }, "next"] }
on."error.execution" = { do = ["error"] }
"#,
    );
    assert_eq!(m.send("go"), ["otherwise", "next", "error"]);
}

#[test]
fn a_send_without_room_is_told_and_its_block_goes_on() {
    let text = r#"
[states.a]
on.now = { do = [{ send = "x" }, { send = "x" }, "next"] }
on.later = { do = [{ send = "x", delay_ms = 1 }, { send = "x", delay_ms = 1 }, "next"] }
on."error.communication" = { do = ["full"] }
on.x = { do = ["x"] }
"#;
    let mut m = Running::with(text, Capacity { external: 1, timers: Some(1), ..Capacity::default() });
    assert_eq!(m.send("now"), ["next", "full", "x"]);
    assert_eq!(m.send("later"), ["next", "full"]);
    assert_eq!(m.advance_ms(1), ["x"]);
    assert_eq!((m.machine.counters().rejected, m.machine.counters().errors), (2, 2));
}

#[test]
fn a_chart_that_sends_to_itself_for_ever_gives_the_host_its_turn() {
    let text = "variables.n = 0\n[states.a]\non.e = { do = [{ send = 'e' }, { assign = 'n', value = 'n + 1' }] }";
    let mut m = Running::with(text, Capacity { max_microsteps: 10, ..Capacity::default() });
    m.send("e");
    assert_eq!(m.variable("n"), Value::Int(11), "the event itself, and ten that waited");
    m.machine.run(&mut ());
    assert_eq!(m.variable("n"), Value::Int(21));
    assert_eq!(m.machine.counters().cut, 2);
}

#[test]
fn a_domain_is_settled_before_what_history_remembers_changes() {
    let mut m = Running::new(
        r#"
[states.p]
parallel = true
entry = ["enter_p"]
[states.p.states.h]
history = "deep"
target = "r"
[states.p.states.r.states.a]
on.e = "h"
"#,
    );
    assert_eq!(m.send("e"), ["enter_p"]);
    assert_eq!(m.machine.configuration().collect::<Vec<_>>(), ["p", "r", "a"]);
}

#[test]
fn a_history_above_the_domain_enters_only_what_was_left() {
    let mut m = Running::new(
        r#"
[states.a.states.h]
history = "deep"
target = "x"
[states.a.states.b]
entry = ["enter_b"]
[states.a.states.b.states.x]
entry = ["enter_x"]
on.e = "h"
"#,
    );
    assert_eq!(m.send("e"), ["enter_x"]);
}

#[test]
fn an_endless_macrostep_is_cut_and_reported_once() {
    let mut m = Running::new(
        r#"
variables.n = 0
[states.a]
on.go = "b"
on."error.platform" = { do = ["cut"] }
[states.b]
transitions = [{ guard = "true", target = "c", do = [{ assign = "n", value = "n + 1" }] }]
on."error.platform" = "a"
[states.c]
transitions = [{ target = "b" }]
on."error.platform" = "a"
"#,
    );
    m.send("go");
    // The error's own macrostep is cut in turn, and no third one begins.
    assert_eq!(m.machine.counters().cut, 1);
    assert_eq!(m.leaves(), "a");
    assert_eq!(m.machine.counters().transitions, 1001);
    assert!(matches!(m.variable("n"), Value::Int(500)));
}

#[test]
fn urgent_events_overtake_and_full_queues_refuse_the_newest() {
    let text = r#"
[states.a]
transitions = [{ event = "stop", do = ["stop"] }, { event = "go", do = ["go"] }, { event = "chat", do = ["chat"] }]
"#;
    let mut m = Running::with(text, Capacity { external: 2, ..Capacity::default() });
    let chart = m.machine.chart().clone();
    let mut post = |event: &str, priority| m.machine.post(chart.event(event), priority, &[]);
    assert!(post("chat", Priority::Advisory));
    assert!(post("chat", Priority::Advisory));
    assert!(!post("chat", Priority::Advisory), "no room");
    assert!(post("go", Priority::Control));
    assert!(post("stop", Priority::Safety), "a flood of chat doesn't keep safety out");
    m.effects.clear();
    m.machine.run(&mut m.effects);
    assert_eq!(m.names(), ["stop", "go", "chat", "chat"]);
    assert_eq!(m.machine.counters().rejected, 1);
}

#[test]
fn timers_fire_in_order_of_due_time_then_of_sending() {
    let mut m = Running::new(
        r#"
[states.a]
transitions = [
  { event = "go", do = [
    { send = "late", delay_ms = 20 }, { send = "first", delay_ms = 10 }, { send = "second", delay_ms = 10 },
    { send = "never", delay_ms = 15, id = "x" }, { send = "half", delay_ms = "2 * 2.25" } ] },
  { event = "first", do = ["first", { cancel = "x" }, { send = "nested", delay_ms = 1 }] },
  { event = "second", do = ["second"] }, { event = "late", do = ["late"] }, { event = "never", do = ["never"] },
  { event = "half", do = ["half"] }, { event = "nested", do = ["nested"] },
]
"#,
    );
    m.send("go");
    assert_eq!(m.machine.next_due_ns(), Some(4_500_000));
    assert_eq!(m.advance_ms(5), ["half"]);
    assert_eq!(m.advance_ms(15), ["first", "second", "nested", "late"]);
    assert_eq!(m.machine.time_ns(), 20_000_000);
    assert_eq!(m.machine.pending_timers(), 0);
}

#[test]
fn leaving_a_state_takes_its_after_back() {
    let text = r#"
[states.a]
on.go = "b"
after."250 ms" = "late"
[states.b]
on.back = "a"
[states.late]
"#;
    let mut m = Running::new(text);
    m.advance_ms(200);
    m.send("go");
    m.send("back");
    m.advance_ms(249);
    assert_eq!(m.leaves(), "a", "the first wait was taken back");
    m.advance_ms(1);
    assert_eq!(m.leaves(), "late");
}

#[test]
fn a_history_target_decides_the_domain_when_it_is_taken() {
    // From inside the state that the history remembers: only what lies outside the remembered path is left.
    let mut m = Running::new(
        r#"
[states.a]
exit = ["exit_a"]
entry = ["enter_a"]
[states.a.states.h]
history = "deep"
target = "a1"
[states.a.states.a1]
on.again = "h"
exit = ["exit_a1"]
entry = ["enter_a1"]
"#,
    );
    assert_eq!(m.send("again"), ["exit_a1", "enter_a1"]);
}

#[test]
fn an_internal_transition_to_a_history_inside_keeps_its_source() {
    let mut m = Running::new(
        r#"
[states.a]
exit = ["exit_a"]
transitions = [{ event = "in", target = "h", internal = true }, { event = "ex", target = "h" }]
[states.a.states.h]
history = "shallow"
target = "a1"
[states.a.states.a1]
exit = ["exit_a1"]
"#,
    );
    assert_eq!(m.send("in"), ["exit_a1"]);
    assert_eq!(m.send("ex"), ["exit_a1", "exit_a"]);
}
