//! Bounded queues: one for internal events, one for each priority of external ones. A full queue refuses the newest.

use alloc::boxed::Box;
use alloc::vec;

use crate::value::Value;

/// Queue of internal events, before those of the three priorities.
pub(crate) const INTERNAL: usize = 0;
pub(crate) const QUEUES: usize = 4;

/// Rings of events side by side, each event with its fields.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    events: Box<[u16]>,
    data: Box<[Option<Value>]>,
    fields: u16,
    /// Per queue: slots, first occupied slot, occupied slots.
    slots: [u16; QUEUES],
    first: [u16; QUEUES],
    used: [u16; QUEUES],
}

impl Queues {
    pub(crate) fn new(internal: u16, external: u16, fields: usize) -> Self {
        let slots = [internal, external, external, external];
        let total = slots.iter().map(|s| usize::from(*s)).sum();
        Self {
            events: vec![0; total].into(),
            data: vec![None; total * fields].into(),
            fields: fields as u16,
            slots,
            first: [0; QUEUES],
            used: [0; QUEUES],
        }
    }

    fn place(&self, queue: usize, index: u16) -> usize {
        let base: usize = self.slots[..queue].iter().map(|s| usize::from(*s)).sum();
        base + (usize::from(self.first[queue]) + usize::from(index)) % usize::from(self.slots[queue].max(1))
    }

    fn fields_of(&self, place: usize) -> core::ops::Range<usize> {
        let fields = usize::from(self.fields);
        place * fields..(place + 1) * fields
    }

    /// Puts an event last; false if there is no room.
    pub(crate) fn push(&mut self, queue: usize, event: u16, data: &[Option<Value>]) -> bool {
        if self.used[queue] >= self.slots[queue] {
            return false;
        }
        let place = self.place(queue, self.used[queue]);
        self.events[place] = event;
        let fields = self.fields_of(place);
        for (slot, value) in self.data[fields].iter_mut().zip(data.iter().chain(core::iter::repeat(&None))) {
            *slot = *value;
        }
        self.used[queue] += 1;
        true
    }

    /// Takes the first event and copies its fields.
    #[inline]
    pub(crate) fn pop(&mut self, queue: usize, data: &mut [Option<Value>]) -> Option<u16> {
        if self.used[queue] == 0 {
            return None;
        }
        let place = self.place(queue, 0);
        data.copy_from_slice(&self.data[self.fields_of(place)]);
        self.first[queue] = ((u32::from(self.first[queue]) + 1) % u32::from(self.slots[queue])) as u16;
        self.used[queue] -= 1;
        Some(self.events[place])
    }

    /// The first event of the most urgent queue.
    #[inline]
    pub(crate) fn pop_external(&mut self, data: &mut [Option<Value>]) -> Option<u16> {
        if !self.waits() {
            return None;
        }
        (1..QUEUES).find_map(|queue| self.pop(queue, data))
    }

    /// Whether an external event waits.
    #[inline]
    pub(crate) fn waits(&self) -> bool {
        self.used[1] | self.used[2] | self.used[3] != 0
    }

    pub(crate) fn clear(&mut self, queue: usize) {
        self.used[queue] = 0;
    }

    /// Events of a queue in order, with their fields.
    pub(crate) fn iter(&self, queue: usize) -> impl Iterator<Item = (u16, &[Option<Value>])> {
        (0..self.used[queue]).map(move |index| {
            let place = self.place(queue, index);
            (self.events[place], &self.data[self.fields_of(place)])
        })
    }

    pub(crate) const fn slots(&self, queue: usize) -> u16 {
        self.slots[queue]
    }

    pub(crate) const fn used(&self, queue: usize) -> u16 {
        self.used[queue]
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.events) + size_of_val(&*self.data)
    }
}
