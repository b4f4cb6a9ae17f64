//! Names as small numbers.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// Gives each name a number, in order of first use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    pub(crate) names: Vec<String>,
    numbers: BTreeMap<String, u16>,
}

impl Interner {
    /// The number of `name`. Past the last number all names share it; the compiler refuses such a chart.
    pub(crate) fn intern(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        if number < u16::MAX {
            self.names.push(name.to_string());
            self.numbers.insert(name.to_string(), number);
        }
        number
    }

    pub(crate) fn get(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }
}
