//! Executable content. A fault becomes `error.execution` and ends its block, but in a condition, which counts as false;
//! a `send` without room for its event becomes `error.communication`.

use core::ops::Range;

use heapless::Vec;

use crate::chart::{Block, Chart, ERROR_COMMUNICATION, Instruction, NONE, SendDelay, SendSite};
use crate::limits::{EVENT_FIELDS, FIELDS};
use crate::machine::Core;
use crate::machine::host::Host;
use crate::machine::queue::INTERNAL;
use crate::value::{Fault, Value};

impl Core {
    #[inline]
    pub(super) fn run_block<H: Host>(&mut self, chart: &Chart, block: u16, host: &mut H) {
        if block == NONE {
            return;
        }
        let Block { range, plain } = &chart.blocks[usize::from(block)];
        let range = range.start as usize..range.end as usize;
        if *plain {
            for instruction in &chart.instructions[range] {
                if let Instruction::Effect(index) = instruction {
                    host.effect(usize::from(*index), &chart.effects[usize::from(*index)], &[]);
                }
            }
        } else if let Err(fault) = self.instructions(chart, range, host) {
            self.fail(fault);
        }
    }

    #[inline(never)]
    fn instructions<H: Host>(&mut self, chart: &Chart, range: Range<usize>, host: &mut H) -> Result<(), Fault> {
        // Jumps only lead forward, so a block ends.
        let mut at = range.start;
        while at < range.end {
            let instruction = chart.instructions[at];
            at += 1;
            match instruction {
                Instruction::Effect(index) => self.effect(chart, usize::from(index), host)?,
                Instruction::Assign { variable, value } => self.assign(chart, usize::from(variable), value)?,
                Instruction::Send(site) => self.send_from(chart, &chart.sends[usize::from(site)])?,
                Instruction::Cancel(id) => self.timers.cancel(id),
                Instruction::Unless { condition, to } => {
                    if !self.holds(chart, condition) {
                        at = to as usize;
                    }
                }
                Instruction::Jump(to) => at = to as usize,
            }
        }
        Ok(())
    }

    fn effect<H: Host>(&self, chart: &Chart, index: usize, host: &mut H) -> Result<(), Fault> {
        let site = &chart.effects[index];
        let mut values = Vec::<Value, FIELDS>::new();
        for expression in &site.expressions {
            let value = chart.expressions.eval(*expression, &self.env(chart))?;
            values.push(value).map_err(|_| Fault::Full)?;
        }
        host.effect(index, site, &values);
        Ok(())
    }

    fn assign(&mut self, chart: &Chart, variable: usize, expression: u16) -> Result<(), Fault> {
        let value = chart.expressions.eval(expression, &self.env(chart))?;
        let slot = &mut self.variables[variable];
        *slot = value.fit(*slot)?;
        Ok(())
    }

    #[inline(never)]
    fn send_from(&mut self, chart: &Chart, site: &SendSite) -> Result<(), Fault> {
        if site.data.is_empty() {
            return self.queue(chart, site, &[]);
        }
        let mut row = [None; EVENT_FIELDS];
        for (field, expression) in &site.data {
            row[usize::from(*field)] = Some(chart.expressions.eval(*expression, &self.env(chart))?);
        }
        self.queue(chart, site, &row[..self.data.len()])
    }

    fn queue(&mut self, chart: &Chart, site: &SendSite, data: &[Option<Value>]) -> Result<(), Fault> {
        let delay_ns = match site.delay {
            SendDelay::Internal => {
                if self.queues.push(INTERNAL, site.event, data) {
                    return Ok(());
                }
                self.counters.rejected += 1;
                return Err(Fault::Full);
            }
            SendDelay::Ns(ns) => ns,
            SendDelay::Ms(expression) => delay_ns(chart.expressions.eval(expression, &self.env(chart))?.number()?)?,
        };
        let sent = if delay_ns == 0 {
            self.queues.push(1 + site.priority as usize, site.event, data)
        } else {
            self.timers.push(self.time_ns.saturating_add(delay_ns), site.event, site.id, data)
        };
        if !sent {
            self.counters.rejected += 1;
            self.report(ERROR_COMMUNICATION);
        }
        Ok(())
    }
}

/// Milliseconds, rounded to nanoseconds.
fn delay_ns(ms: f64) -> Result<u64, Fault> {
    let ns = ms * 1e6 + 0.5;
    if (0.0..i64::MAX as f64).contains(&ns) { Ok(ns as u64) } else { Err(Fault::Assignment) }
}

impl SendSite {
    pub(crate) const fn is_delayed(&self) -> bool {
        !matches!(self.delay, SendDelay::Internal | SendDelay::Ns(0))
    }
}
