//! An event allocates nothing once a machine has started.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::Running;
use emomas_chart::{Priority, Value};

/// Counts every allocation of the calling thread: the test runner's own thread allocates when it likes.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn allocations() -> usize {
    ALLOCATIONS.get()
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

const EVERYTHING: &str = r#"
variables.n = 0
inputs = ["gap"]
[states.p]
parallel = true
transitions = [{ event = "out", target = "q", do = [{ effect = "left", data = { n = "n * 2", gap = "gap" } }] }]
[states.p.states.r.states.h]
history = "deep"
target = "r1"
[states.p.states.r.states.r1]
entry = [{ send = "tick", delay_ms = 5, id = "t", data = { x = "n" } }]
exit = [{ cancel = "t" }]
transitions = [{ event = "go", guard = "_event.x > 0 and gap < 0.5", target = "r2" }, { event = "tick", target = "r2" }]
[states.p.states.r.states.r2]
transitions = [{ event = "go", target = "r1", do = [{ assign = "n", value = "n + _event.x" }, { raise = "in" }] }]
[states.p.states.s.states.s1]
transitions = [{ event = "in", target = "s2" }, { event = "go", guard = "1 / 0 > 1", target = "s2" }]
[states.p.states.s.states.s2]
transitions = [{ guard = "n >= 0", target = "s1" }]
[states.q]
on.back = "h"
"#;

#[test]
fn events_timers_histories_and_errors_allocate_nothing() {
    let mut m = Running::new(EVERYTHING);
    m.machine.set("gap", 0.25).expect("an input");
    let chart = m.machine.chart().clone();
    let (go, out, back) = (chart.event("go"), chart.event("out"), chart.event("back"));
    let x = chart.data_field("x").expect("read");
    let mut effects = m.effects;
    let before = allocations();
    for round in 0..1000 {
        effects.clear();
        for event in [go, go, out, back, chart.event("unheard.of")] {
            m.machine.send(event, Priority::Control, &[(x, Value::Int(round % 3))], &mut effects);
        }
        m.machine.post(go, Priority::Safety, &[(x, Value::Int(1))]);
        m.machine.advance(3_000_000, &mut effects).expect("in range");
    }
    let allocated = allocations() - before;
    let counters = m.machine.counters();
    assert!(counters.transitions > 4000 && counters.errors > 1000 && counters.dropped > 999, "{counters:?}");
    assert_eq!(allocated, 0, "{allocated} allocations in {} events", counters.events);
    // The counter counts.
    drop(vec![1_u8; 64]);
    assert!(allocations() > before);
}
