//! Delayed events: a binary heap by (due, order of sending), with room for a fixed number.

use alloc::vec::Vec;

use crate::value::Value;

/// An event that waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    pub(crate) due_ns: u64,
    pub(crate) order: u64,
    pub(crate) event: u16,
    pub(crate) id: u16,
}

/// All delayed events of a machine.
#[derive(Clone, Debug)]
pub(crate) struct Timers {
    heap: Vec<Timer>,
    /// Fields of the event at the same index of `heap`.
    data: Vec<Option<Value>>,
    fields: usize,
    slots: u32,
    next_order: u64,
}

impl Timers {
    pub(crate) fn new(slots: u32, fields: usize) -> Self {
        let count = slots as usize;
        Self { heap: Vec::with_capacity(count), data: Vec::with_capacity(count * fields), fields, slots, next_order: 0 }
    }

    /// Adds a timer; false if there is no room.
    pub(crate) fn push(&mut self, due_ns: u64, event: u16, id: u16, data: &[Option<Value>]) -> bool {
        let order = self.next_order;
        self.next_order += 1;
        self.put(Timer { due_ns, order, event, id }, data)
    }

    /// Adds a timer that has its place in the order.
    pub(crate) fn put(&mut self, timer: Timer, data: &[Option<Value>]) -> bool {
        if self.heap.len() >= self.slots as usize {
            return false;
        }
        self.heap.push(timer);
        self.data.extend(data.iter().copied().chain(core::iter::repeat(None)).take(self.fields));
        self.up(self.heap.len() - 1);
        true
    }

    /// When the first timer is due.
    pub(crate) fn next_due_ns(&self) -> Option<u64> {
        self.heap.first().map(|timer| timer.due_ns)
    }

    /// Takes the first timer if it is due by `now_ns`, and copies its fields.
    pub(crate) fn pop_due(&mut self, now_ns: u64, data: &mut [Option<Value>]) -> Option<Timer> {
        let first = *self.heap.first().filter(|timer| timer.due_ns <= now_ns)?;
        data.copy_from_slice(&self.data[..self.fields]);
        self.remove(0);
        Some(first)
    }

    /// Drops all timers called `id`.
    pub(crate) fn cancel(&mut self, id: u16) {
        let mut index = 0;
        let mut kept = 0;
        while index < self.heap.len() {
            if self.heap[index].id != id {
                self.swap(kept, index);
                kept += 1;
            }
            index += 1;
        }
        if kept == self.heap.len() {
            return;
        }
        self.truncate(kept);
        for index in (0..kept / 2).rev() {
            self.down(index);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    fn remove(&mut self, index: usize) {
        let last = self.heap.len() - 1;
        self.swap(index, last);
        self.truncate(last);
        self.down(index);
    }

    fn truncate(&mut self, length: usize) {
        self.heap.truncate(length);
        self.data.truncate(length * self.fields);
    }

    fn swap(&mut self, a: usize, b: usize) {
        if a == b {
            return;
        }
        self.heap.swap(a, b);
        for field in 0..self.fields {
            self.data.swap(a * self.fields + field, b * self.fields + field);
        }
    }

    fn up(&mut self, mut index: usize) {
        while index > 0 && self.heap[index] < self.heap[(index - 1) / 2] {
            self.swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
    }

    fn down(&mut self, mut index: usize) {
        loop {
            let (left, right) = (2 * index + 1, 2 * index + 2);
            let mut least = index;
            for child in [left, right] {
                if child < self.heap.len() && self.heap[child] < self.heap[least] {
                    least = child;
                }
            }
            if least == index {
                return;
            }
            self.swap(index, least);
            index = least;
        }
    }

    /// Timers in no order, with their fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Timer, &[Option<Value>])> {
        let data = |index: usize| &self.data[index * self.fields..(index + 1) * self.fields];
        self.heap.iter().enumerate().map(move |(index, timer)| (timer, data(index)))
    }

    pub(crate) const fn slots(&self) -> u32 {
        self.slots
    }

    pub(crate) const fn next_order(&self) -> u64 {
        self.next_order
    }

    pub(crate) fn set_next_order(&mut self, order: u64) {
        self.next_order = order;
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Timer>() + self.data.capacity() * size_of::<Option<Value>>()
    }
}
