//! A running chart: a few hundred bytes of state over shared tables.
//!
//! - [`entry`]: which states are entered; `select`: which transitions are taken; `step`: taking them;
//!   `content`: actions; `queue` and `timer`: events that wait.
//! - `explain`: why an event does or doesn't do something; `snapshot`: the state as bytes.

mod content;
pub(crate) mod entry;
mod explain;
mod host;
mod queue;
mod select;
mod snapshot;
mod step;
mod timer;

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec;
use core::ops::Range;

pub use explain::{Attempt, Verdict};
pub use host::{Effects, Host, Taken};

use crate::chart::{Chart, ERROR_PLATFORM, EVENTLESS, EventId, NONE};
use crate::error::ChartError;
use crate::limits;
use crate::machine::queue::Queues;
use crate::machine::select::Enabled;
use crate::machine::timer::Timers;
use crate::set::{has, members};
pub use crate::source::Priority;
use crate::value::Value;

/// How much a machine can hold; all of it is set aside at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Waiting internal events.
    pub internal: u16,
    /// Waiting external events of each priority.
    pub external: u16,
    /// Delayed events; none means twice the places of the chart that send one, and at least 4.
    pub timers: Option<u32>,
    /// Microsteps, and internal events taken, before a macrostep is cut; waiting events taken before a call returns.
    pub max_microsteps: u32,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { internal: 32, external: 16, timers: None, max_microsteps: 1000 }
    }
}

/// What a machine has been through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// External events taken.
    pub events: u64,
    /// External events that nothing matched.
    pub dropped: u64,
    /// Events refused because their queue was full.
    pub rejected: u64,
    /// Transitions taken.
    pub transitions: u64,
    /// Expressions and actions that failed.
    pub errors: u64,
    /// Macrosteps and calls cut because they didn't end.
    pub cut: u64,
}

/// A running chart.
#[derive(Clone, Debug)]
pub struct Machine {
    chart: Arc<Chart>,
    core: Core,
}

/// All that changes; apart from the chart so that both can be borrowed.
#[derive(Clone, Debug)]
struct Core {
    /// The configuration, then the record of each history.
    sets: Box<[u64]>,
    variables: Box<[Value]>,
    inputs: Box<[f64]>,
    /// Fields of the event that was taken last.
    data: Box<[Option<Value>]>,
    queues: Queues,
    timers: Timers,
    time_ns: u64,
    counters: Counters,
    max_microsteps: u32,
    event: u16,
    finished: bool,
}

impl Core {
    fn new(chart: &Chart, capacity: Capacity, time_ns: u64) -> Self {
        let fields = chart.data.len();
        let sites = chart.sends.iter().filter(|site| site.is_delayed()).count() as u32;
        let timers = if chart.has_timers { capacity.timers.unwrap_or((2 * sites).max(4)) } else { 0 };
        Self {
            sets: vec![0; chart.words * (1 + chart.history_count)].into(),
            variables: chart.first_values.as_slice().into(),
            inputs: vec![f64::NAN; chart.inputs.len()].into(),
            data: vec![None; fields].into(),
            queues: Queues::new(capacity.internal, capacity.external, fields),
            timers: Timers::new(timers.min(limits::TIMERS as u32), fields),
            time_ns,
            counters: Counters::default(),
            max_microsteps: capacity.max_microsteps,
            event: NONE,
            finished: false,
        }
    }
}

impl Machine {
    pub(crate) fn start<H: Host>(chart: Arc<Chart>, capacity: Capacity, time_ns: u64, host: &mut H) -> Self {
        let mut core = Core::new(&chart, capacity, time_ns);
        core.enter(&chart, chart.start, host);
        core.stabilise(&chart, 0, &mut Enabled::new(), host);
        core.run(&chart, host);
        Self { chart, core }
    }

    /// Takes an event and runs until nothing waits. Events posted before it go first, as far as their priority lets
    /// them.
    #[inline]
    pub fn send<H: Host>(&mut self, event: EventId, priority: Priority, data: &[(usize, Value)], host: &mut H) {
        if self.core.finished {
            self.core.counters.dropped += 1;
            return;
        }
        if self.core.queues.waits() {
            self.post(event, priority, data);
        } else {
            self.core.data.fill(None);
            for (field, value) in data {
                if let Some(slot) = self.core.data.get_mut(*field) {
                    *slot = Some(*value);
                }
            }
            self.core.macrostep(&self.chart, event.0, host);
        }
        self.core.run(&self.chart, host);
    }

    /// Queues an event without running; false if the queue is full or the machine has finished.
    pub fn post(&mut self, event: EventId, priority: Priority, data: &[(usize, Value)]) -> bool {
        if self.core.finished {
            self.core.counters.dropped += 1;
            return false;
        }
        let mut row = [None; limits::EVENT_FIELDS];
        for (field, value) in data {
            if let Some(slot) = row.get_mut(*field) {
                *slot = Some(*value);
            }
        }
        let fields = self.core.data.len();
        let accepted = self.core.queues.push(1 + priority as usize, event.0, &row[..fields]);
        self.core.counters.rejected += u64::from(!accepted);
        accepted
    }

    /// Runs until no event waits.
    pub fn run<H: Host>(&mut self, host: &mut H) {
        self.core.run(&self.chart, host);
    }

    /// Lets time pass. Each timer that falls due has its own macrostep, at the moment when it is due.
    pub fn advance<H: Host>(&mut self, dt_ns: u64, host: &mut H) -> Result<(), ChartError> {
        let end_ns = self.core.time_ns.checked_add(dt_ns).ok_or_else(|| ChartError::Argument {
            field: "dt_ns",
            value: format!("{dt_ns}"),
            remedy: "the clock would pass 2^64 ns: start a new machine".into(),
        })?;
        self.core.advance(&self.chart, end_ns, host);
        Ok(())
    }

    /// Sets an input.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), ChartError> {
        let wrong = |value, remedy| Err(ChartError::Argument { field: "input", value, remedy });
        let Some(index) = self.chart.inputs.iter().position(|input| input == name) else {
            let known = self.chart.inputs.join(", ");
            return wrong(format!("{name:?}"), format!("the chart's inputs are: {known}"));
        };
        if !value.is_finite() {
            return wrong(format!("{value}"), format!("give {name} a finite number"));
        }
        self.core.inputs[index] = value;
        Ok(())
    }

    /// The chart that it runs.
    pub const fn chart(&self) -> &Arc<Chart> {
        &self.chart
    }

    /// Ids of all active states in document order.
    pub fn configuration(&self) -> impl Iterator<Item = &str> {
        self.active().map(|state| self.chart.state_id(state))
    }

    /// Ids of the active atomic states in document order.
    pub fn leaves(&self) -> impl Iterator<Item = &str> {
        let atomic = |state: &u16| self.chart.state(*state).end == state + 1;
        self.active().filter(atomic).map(|state| self.chart.state_id(state))
    }

    /// Numbers of all active states in document order, as in [`Chart::states`].
    pub fn active_indices(&self) -> impl Iterator<Item = usize> {
        self.active().map(|state| usize::from(state) - 1)
    }

    fn active(&self) -> impl Iterator<Item = u16> {
        members(&self.core.sets[..self.chart.words])
    }

    /// Whether a state is active.
    pub fn is_in(&self, id: &str) -> bool {
        let index = self.chart.state_ids.iter().skip(1).position(|state| state == id);
        index.is_some_and(|index| has(&self.core.sets[..self.chart.words], index as u16 + 1))
    }

    /// Whether a top-level final state was reached.
    pub const fn finished(&self) -> bool {
        self.core.finished
    }

    /// Values of the variables in order of declaration.
    pub fn variables(&self) -> &[Value] {
        &self.core.variables
    }

    /// Values of the inputs in order of declaration; none where nothing was set.
    pub fn inputs(&self) -> impl Iterator<Item = Option<f64>> {
        self.core.inputs.iter().map(|x| Some(*x).filter(|x| !x.is_nan()))
    }

    /// The machine's clock.
    pub const fn time_ns(&self) -> u64 {
        self.core.time_ns
    }

    /// When the next timer is due.
    pub fn next_due_ns(&self) -> Option<u64> {
        self.core.timers.next_due_ns()
    }

    /// Number of timers that wait.
    pub fn pending_timers(&self) -> usize {
        self.core.timers.len()
    }

    /// What it has been through.
    pub const fn counters(&self) -> Counters {
        self.core.counters
    }

    /// Memory of this machine, without the tables it shares.
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.core.sets)
            + size_of_val(&*self.core.variables)
            + size_of_val(&*self.core.inputs)
            + size_of_val(&*self.core.data)
            + self.core.queues.bytes()
            + self.core.timers.bytes()
    }
}

/// The most urgent queue of external events.
const URGENT: usize = 1;

impl Core {
    /// Takes the events that wait, up to the limit: a chart may send itself the next one for ever.
    fn run<H: Host>(&mut self, chart: &Chart, host: &mut H) {
        let mut taken = 0;
        while !self.finished && self.queues.waits() {
            if taken == self.max_microsteps {
                self.counters.cut += 1;
                return;
            }
            taken += 1;
            let Some(event) = self.queues.pop_external(&mut self.data) else { return };
            self.macrostep(chart, event, host);
        }
    }

    fn advance<H: Host>(&mut self, chart: &Chart, end_ns: u64, host: &mut H) {
        self.run(chart, host);
        while !self.finished {
            let Some(timer) = self.timers.pop_due(end_ns, &mut self.data) else { break };
            self.time_ns = self.time_ns.max(timer.due_ns);
            self.macrostep(chart, timer.event, host);
            self.run(chart, host);
        }
        self.time_ns = end_ns;
    }

    /// One external event, and all that follows from it.
    fn macrostep<H: Host>(&mut self, chart: &Chart, event: u16, host: &mut H) {
        self.event = event;
        self.counters.events += 1;
        let mut enabled = Enabled::new();
        self.select(chart, event, &mut enabled);
        let taken = u32::from(!enabled.is_empty());
        if enabled.is_empty() {
            self.counters.dropped += 1;
        } else {
            self.microstep(chart, &enabled, host);
        }
        self.stabilise(chart, taken, &mut enabled, host);
    }

    /// Eventless transitions and internal events, until there are none; `taken` microsteps went before.
    #[inline]
    fn stabilise<H: Host>(&mut self, chart: &Chart, mut taken: u32, enabled: &mut Enabled, host: &mut H) {
        let external = self.event;
        while !self.finished {
            enabled.clear();
            if chart.has_eventless {
                self.select(chart, EVENTLESS, enabled);
            }
            if enabled.is_empty() {
                if self.queues.used(queue::INTERNAL) == 0 {
                    return;
                }
                let Some(event) = self.queues.pop(queue::INTERNAL, &mut self.data) else { return };
                self.event = event;
                self.select(chart, event, enabled);
            }
            if taken >= self.max_microsteps {
                self.cut(external);
                return;
            }
            taken += 1;
            if !enabled.is_empty() {
                self.microstep(chart, enabled, host);
            }
        }
        self.finish(chart, host);
    }

    /// Ends a macrostep that doesn't end by itself. An error event that loops in turn isn't repeated.
    fn cut(&mut self, external: u16) {
        self.counters.cut += 1;
        self.queues.clear(queue::INTERNAL);
        if external != ERROR_PLATFORM {
            let queued = self.queues.push(URGENT, ERROR_PLATFORM, &[]);
            self.counters.rejected += u64::from(!queued);
        }
    }

    /// Leaves all states after a top-level final one was reached.
    fn finish<H: Host>(&mut self, chart: &Chart, host: &mut H) {
        self.exit_range(chart, &Range { start: 1, end: chart.states.len() as u16 }, host);
        (0..queue::QUEUES).for_each(|queue| self.queues.clear(queue));
        self.timers.clear();
    }
}
