//! A machine's state as bytes: `EMCH`, version, chart hash, state, CRC-32. All integers are little-endian.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chart::{Chart, NONE, ROOT};
use crate::error::ChartError;
use crate::limits;
use crate::machine::queue::QUEUES;
use crate::machine::timer::Timer;
use crate::machine::{Capacity, Core, Counters, Machine};
use crate::set::{has, members};
use crate::source::Kind;
use crate::value::Value;

const MAGIC: &[u8; 4] = b"EMCH";
const VERSION: u16 = 2;

impl Machine {
    /// The state as versioned bytes with a checksum; only the same chart can restore them.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = Writer(Vec::new());
        out.0.extend_from_slice(MAGIC);
        out.u16(VERSION);
        out.0.extend_from_slice(&self.chart.hash);
        self.core.write(&mut out);
        let checksum = crc32fast::hash(&out.0);
        out.u32(checksum);
        out.0
    }
}

impl Chart {
    /// A machine in the state of a snapshot.
    pub fn restore(self: &Arc<Self>, bytes: &[u8]) -> Result<Machine, ChartError> {
        let wrong = |problem: &str, remedy| ChartError::Snapshot { problem: problem.into(), remedy };
        if bytes.len() < MAGIC.len() + 2 + 32 + 4 || !bytes.starts_with(MAGIC) {
            return Err(wrong("the bytes don't start like one", "give what Machine.snapshot returned"));
        }
        let (body, checksum) = bytes.split_at(bytes.len() - 4);
        let mut input = Reader(&body[MAGIC.len()..]);
        let version = input.u16()?;
        if version != VERSION {
            let problem = format!("version {version}, this build reads {VERSION}");
            return Err(ChartError::Snapshot { problem, remedy: "use the build that wrote it" });
        }
        if checksum != crc32fast::hash(body).to_le_bytes() {
            return Err(wrong("the checksum doesn't match", "the bytes are damaged: take another copy"));
        }
        if input.take(32)? != self.hash {
            return Err(wrong("taken of another chart", "restore it with the chart that it was taken of"));
        }
        let core = Core::read(self, &mut input)?;
        if !input.0.is_empty() || !core.is_legal(self) {
            return Err(damaged("not a state that this chart can be in"));
        }
        Ok(Machine { chart: Arc::clone(self), core })
    }
}

fn damaged(problem: &str) -> ChartError {
    ChartError::Snapshot { problem: String::from(problem), remedy: "give what Machine.snapshot returned, unchanged" }
}

struct Writer(Vec<u8>);

impl Writer {
    fn u16(&mut self, x: u16) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }

    fn u32(&mut self, x: u32) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }

    fn u64(&mut self, x: u64) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }

    fn value(&mut self, value: Option<Value>) {
        let (tag, bits) = match value {
            None => (0, 0),
            Some(Value::Int(x)) => (1, x.cast_unsigned()),
            Some(Value::Float(x)) => (2, x.to_bits()),
            Some(Value::Bool(x)) => (3, u64::from(x)),
        };
        self.0.push(tag);
        self.u64(bits);
    }

    fn values(&mut self, values: &[Option<Value>]) {
        for value in values {
            self.value(*value);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ChartError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| damaged("the bytes end too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ChartError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u16(&mut self) -> Result<u16, ChartError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, ChartError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, ChartError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn value(&mut self) -> Result<Option<Value>, ChartError> {
        let [tag] = self.array()?;
        let bits = self.u64()?;
        Ok(match (tag, bits) {
            (0, 0) => None,
            (1, x) => Some(Value::Int(x.cast_signed())),
            (2, x) => Some(Value::Float(f64::from_bits(x))),
            (3, x @ (0 | 1)) => Some(Value::Bool(x == 1)),
            _ => return Err(damaged("a value of no known type")),
        })
    }

    fn values(&mut self, into: &mut [Option<Value>]) -> Result<(), ChartError> {
        for slot in into {
            *slot = self.value()?;
        }
        Ok(())
    }

    fn event(&mut self, chart: &Chart) -> Result<u16, ChartError> {
        let event = self.u16()?;
        if event != NONE && usize::from(event) >= chart.event_names.len() {
            return Err(damaged("an event that the chart doesn't have"));
        }
        Ok(event)
    }
}

impl Core {
    fn write(&self, out: &mut Writer) {
        out.u64(self.time_ns);
        let c = self.counters;
        for x in [c.events, c.dropped, c.rejected, c.transitions, c.errors, c.cut] {
            out.u64(x);
        }
        out.u16(self.queues.slots(0));
        out.u16(self.queues.slots(1));
        out.u32(self.timers.slots());
        out.u32(self.max_microsteps);
        out.u16(self.event);
        out.0.push(u8::from(self.finished));
        for word in &self.sets {
            out.u64(*word);
        }
        for value in &self.variables {
            out.value(Some(*value));
        }
        for x in &self.inputs {
            out.u64(x.to_bits());
        }
        out.values(&self.data);
        for queue in 0..QUEUES {
            out.u16(self.queues.used(queue));
            for (event, data) in self.queues.iter(queue) {
                out.u16(event);
                out.values(data);
            }
        }
        out.u64(self.timers.next_order());
        out.u32(self.timers.len() as u32);
        for (timer, data) in self.timers.iter() {
            out.u64(timer.due_ns);
            out.u64(timer.order);
            out.u16(timer.event);
            out.u16(timer.id);
            out.values(data);
        }
    }

    fn read(chart: &Chart, input: &mut Reader<'_>) -> Result<Self, ChartError> {
        let time_ns = input.u64()?;
        let mut counts = [0; 6];
        for count in &mut counts {
            *count = input.u64()?;
        }
        let [events, dropped, rejected, transitions, errors, cut] = counts;
        let (internal, external, timers) = (input.u16()?, input.u16()?, input.u32()?);
        if timers as usize > limits::TIMERS {
            return Err(damaged("more room for timers than allowed"));
        }
        let capacity = Capacity { internal, external, timers: Some(timers), max_microsteps: input.u32()? };
        let mut core = Self::new(chart, capacity, time_ns);
        core.counters = Counters { events, dropped, rejected, transitions, errors, cut };
        core.event = input.event(chart)?;
        core.finished = match input.array()? {
            [flag @ (0 | 1)] => flag == 1,
            _ => return Err(damaged("a flag that is neither 0 nor 1")),
        };
        for word in &mut core.sets {
            *word = input.u64()?;
        }
        for slot in &mut core.variables {
            let value = input.value()?.ok_or_else(|| damaged("a variable without a value"))?;
            if core::mem::discriminant(&value) != core::mem::discriminant(slot) {
                return Err(damaged("a variable of another type"));
            }
            *slot = value;
        }
        for slot in &mut core.inputs {
            *slot = f64::from_bits(input.u64()?);
        }
        input.values(&mut core.data)?;
        let mut row = [None; limits::EVENT_FIELDS];
        let row = &mut row[..core.data.len()];
        for queue in 0..QUEUES {
            for _ in 0..input.u16()? {
                let event = input.event(chart)?;
                input.values(row)?;
                if event == NONE || !core.queues.push(queue, event, row) {
                    return Err(damaged("a queue that holds more than it can"));
                }
            }
        }
        core.timers.set_next_order(input.u64()?);
        for _ in 0..input.u32()? {
            let (due_ns, order) = (input.u64()?, input.u64()?);
            let event = input.event(chart)?;
            let id = input.u16()?;
            input.values(row)?;
            if event == NONE || !core.timers.put(Timer { due_ns, order, event, id }, row) {
                return Err(damaged("more timers than there is room for"));
            }
        }
        Ok(core)
    }

    /// Whether the configuration and the records are ones that the chart can have.
    fn is_legal(&self, chart: &Chart) -> bool {
        let active = &self.sets[..chart.words];
        let count = chart.states.len() as u16;
        if self.sets.chunks(chart.words).flat_map(members).any(|state| state >= count || state == ROOT) {
            return false;
        }
        if self.finished {
            return active.iter().all(|word| *word == 0);
        }
        let children = |state| chart.children(state).filter(|child| has(active, *child)).count();
        let held = |state| chart.state(state).parent == ROOT || has(active, chart.state(state).parent);
        let whole = |state: u16| {
            let table = chart.state(state);
            !table.is_history()
                && held(state)
                && match table.kind {
                    Kind::Parallel => chart.children(state).all(|child| has(active, child)),
                    _ => !table.is_compound(state) || children(state) == 1,
                }
        };
        children(ROOT) == 1 && members(active).all(whole) && self.records_are_legal(chart)
    }

    fn records_are_legal(&self, chart: &Chart) -> bool {
        (1..chart.states.len() as u16).filter(|state| chart.state(*state).is_history()).all(|history| {
            let table = chart.state(history);
            let fits = |state: u16| {
                chart.is_descendant(state, table.parent)
                    && !chart.state(state).is_history()
                    && (table.kind == Kind::DeepHistory || chart.state(state).parent == table.parent)
            };
            members(&self.sets[table.record as usize..][..chart.words]).all(fits)
        })
    }
}
