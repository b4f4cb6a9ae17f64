//! Actions to instructions.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::chart::{Block, EffectSite, Instruction, SendDelay, SendSite};
use crate::compile::Compiler;
use crate::compile::names::Interner;
use crate::error::ChartError;
use crate::expr::parse;
use crate::limits;
use crate::source::{Act, Action, Delay, Priority, quoted};

type Data = [(String, String)];

impl Compiler<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Vec<Action>], state: u16) -> Result<Range<u16>, ChartError> {
        let start = self.chart.blocks.len() as u16;
        for block in blocks {
            self.block(block, state)?;
        }
        Ok(start..self.chart.blocks.len() as u16)
    }

    /// The number of the block, unless it is empty.
    pub(super) fn block(&mut self, actions: &[Action], state: u16) -> Result<Option<u16>, ChartError> {
        if actions.is_empty() {
            return Ok(None);
        }
        let start = self.chart.instructions.len();
        self.actions(actions, state, 0)?;
        let effects = &self.chart.effects;
        let is_plain = |instruction: &Instruction| match instruction {
            Instruction::Effect(index) => effects[usize::from(*index)].expressions.is_empty(),
            _ => false,
        };
        let plain = self.chart.instructions[start..].iter().all(is_plain);
        self.chart.blocks.push(Block { range: start as u32..self.chart.instructions.len() as u32, plain });
        Ok(Some((self.chart.blocks.len() - 1) as u16))
    }

    fn actions(&mut self, actions: &[Action], state: u16, depth: usize) -> Result<(), ChartError> {
        for action in actions {
            let at = self.at(state, action.line);
            let found = self.chart.instructions.len();
            if found >= limits::ACTIONS {
                return Err(ChartError::Limit { at, what: "actions", found, limit: limits::ACTIONS });
            }
            if depth > limits::ACTION_DEPTH {
                let limit = limits::ACTION_DEPTH;
                return Err(ChartError::Limit { at, what: "ifs inside ifs", found: depth, limit });
            }
            self.action(action, state, depth)?;
        }
        Ok(())
    }

    fn action(&mut self, action: &Action, state: u16, depth: usize) -> Result<(), ChartError> {
        let line = action.line;
        let instruction = match &action.act {
            Act::Effect { name, data } => {
                self.named(name, "effect", state, line)?;
                let expressions = self.fields(data, state, line)?;
                let fields = data.iter().map(|(name, _)| name.clone()).collect();
                self.effect(EffectSite { name: name.clone(), fields, texts: Vec::new(), expressions })
            }
            Act::Log { label, value } => self.log(label.as_ref(), value.as_deref()),
            Act::Assign { variable, value } => {
                let Some(index) = self.scope.variables.get(variable.as_str()).copied() else {
                    return Err(ChartError::Field {
                        at: self.at(state, line),
                        field: "assign".into(),
                        value: alloc::format!("{variable:?}"),
                        remedy: "declare the variable with a first value".into(),
                    });
                };
                Instruction::Assign { variable: index, value: self.expression(value, state, line)? }
            }
            Act::Raise { event, data } => {
                let event = self.event(event, state, line)?;
                let data = self.event_data(data, state, line)?;
                self.send(SendSite { event, delay: SendDelay::Internal, id: 0, priority: Priority::Control, data })
            }
            Act::Send { event, delay, id, priority, data } => {
                let event = self.event(event, state, line)?;
                let delay = match delay {
                    Delay::Ns(ns) => SendDelay::Ns(*ns),
                    Delay::Ms(text) => SendDelay::Ms(self.expression(text, state, line)?),
                };
                self.chart.has_timers |= !matches!(delay, SendDelay::Ns(0));
                let data = self.event_data(data, state, line)?;
                let id = id.as_deref().map_or(0, |id| self.send_id(id));
                self.send(SendSite { event, delay, id, priority: *priority, data })
            }
            Act::Cancel { id } => Instruction::Cancel(self.send_id(id)),
            Act::If { condition, then, otherwise } => {
                return self.choice(condition, [then, otherwise], state, line, depth);
            }
        };
        self.chart.instructions.push(instruction);
        Ok(())
    }

    fn choice(
        &mut self,
        condition: &str,
        [then, otherwise]: [&[Action]; 2],
        state: u16,
        line: Option<u32>,
        depth: usize,
    ) -> Result<(), ChartError> {
        let condition = self.expression(condition, state, line)?;
        let test = self.chart.instructions.len();
        self.chart.instructions.push(Instruction::Jump(0));
        self.actions(then, state, depth + 1)?;
        if otherwise.is_empty() {
            let to = self.chart.instructions.len() as u32;
            self.chart.instructions[test] = Instruction::Unless { condition, to };
            return Ok(());
        }
        let jump = self.chart.instructions.len();
        self.chart.instructions.push(Instruction::Jump(0));
        self.chart.instructions[test] = Instruction::Unless { condition, to: jump as u32 + 1 };
        self.actions(otherwise, state, depth + 1)?;
        self.chart.instructions[jump] = Instruction::Jump(self.chart.instructions.len() as u32);
        Ok(())
    }

    fn effect(&mut self, site: EffectSite) -> Instruction {
        self.chart.effects.push(site);
        Instruction::Effect((self.chart.effects.len() - 1) as u16)
    }

    fn send(&mut self, site: SendSite) -> Instruction {
        self.chart.sends.push(site);
        Instruction::Send((self.chart.sends.len() - 1) as u16)
    }

    /// A log's value is an expression where it reads as one, else a text.
    fn log(&mut self, label: Option<&String>, value: Option<&str>) -> Instruction {
        let mut site = EffectSite {
            name: "log".into(),
            fields: Vec::new(),
            texts: label.map(|label| ("label".into(), label.clone())).into_iter().collect(),
            expressions: Vec::new(),
        };
        if let Some(text) = value {
            match parse(text, self.scope, &mut self.chart.expressions) {
                Ok(expression) => {
                    site.fields.push("value".into());
                    site.expressions.push(expression);
                }
                Err(_) => site.texts.push(("value".into(), quoted(text).unwrap_or(text).into())),
            }
        }
        self.effect(site)
    }

    fn send_id(&mut self, id: &str) -> u16 {
        // 0 is "no id".
        self.send_ids().intern(id) + 1
    }

    fn send_ids(&mut self) -> &mut Interner {
        &mut self.scope.send_ids
    }

    fn named(&self, name: &str, field: &str, state: u16, line: Option<u32>) -> Result<(), ChartError> {
        if !name.trim().is_empty() && name.len() <= limits::NAME_BYTES {
            return Ok(());
        }
        Err(ChartError::Field {
            at: self.at(state, line),
            field: field.into(),
            value: alloc::format!("{name:?}"),
            remedy: alloc::format!("give a name of 1 to {} bytes", limits::NAME_BYTES),
        })
    }

    fn fields(&mut self, data: &Data, state: u16, line: Option<u32>) -> Result<Vec<u16>, ChartError> {
        if data.len() > limits::FIELDS {
            let (found, limit) = (data.len(), limits::FIELDS);
            return Err(ChartError::Limit { at: self.at(state, line), what: "data fields", found, limit });
        }
        data.iter().map(|(_, text)| self.expression(text, state, line)).collect()
    }

    fn event_data(&mut self, data: &Data, state: u16, line: Option<u32>) -> Result<Vec<(u16, u16)>, ChartError> {
        let expressions = self.fields(data, state, line)?;
        let mut fields = Vec::new();
        for ((name, text), value) in data.iter().zip(expressions) {
            let at = self.at(state, line);
            let field =
                self.scope.field(name).map_err(|message| ChartError::Expression { at, text: text.clone(), message })?;
            fields.push((field, value));
        }
        Ok(fields)
    }
}
