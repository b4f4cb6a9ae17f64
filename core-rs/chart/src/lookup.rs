//! Event names to events: a fixed open-addressed table, since hosts name an event with every call.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A name, its event, and the event of names below it that the chart doesn't mention.
pub(crate) type Named = (String, u16, u16);

/// All named events of a chart.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    entries: Vec<Named>,
    /// One past the index of an entry; 0 is free. Half of them are, so a search ends.
    slots: Vec<u16>,
}

impl Lookup {
    pub(crate) fn new(entries: Vec<Named>) -> Self {
        let mut lookup = Self { slots: vec![0; (2 * entries.len()).next_power_of_two()], entries };
        for index in 0..lookup.entries.len() {
            let mut slot = lookup.first_slot(&lookup.entries[index].0);
            while lookup.slots[slot] != 0 {
                slot = (slot + 1) % lookup.slots.len();
            }
            lookup.slots[slot] = index as u16 + 1;
        }
        lookup
    }

    #[inline]
    pub(crate) fn find(&self, name: &str) -> Option<&Named> {
        let mut slot = self.first_slot(name);
        while let Some(entry) = self.entries.get(usize::from(self.slots[slot]).wrapping_sub(1)) {
            if entry.0 == name {
                return Some(entry);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// FNV-1a.
    #[inline]
    fn first_slot(&self, name: &str) -> usize {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
        (hash ^ (hash >> 32)) as usize & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [1, 2, 3, 100, 5000] {
            let name = |index: u16| alloc::format!("event.{index}");
            let lookup = Lookup::new((0..count).map(|index| (name(index), index, index)).collect());
            assert!((0..count).all(|index| lookup.find(&name(index)).is_some_and(|entry| entry.1 == index)));
            assert!(lookup.find(&name(count)).is_none() && lookup.find("").is_none());
        }
    }
}
