//! Sets of states as bits. Descendants of a state are a range of indices, since states are numbered in document order.

use core::ops::Range;

use crate::limits::STATES;

/// Words of the largest set.
pub(crate) const WORDS: usize = STATES.div_ceil(64);

/// A set that lives on the stack.
#[derive(Clone, Copy)]
pub(crate) struct Set(pub(crate) [u64; WORDS]);

impl Set {
    pub(crate) const EMPTY: Self = Self([0; WORDS]);

    #[inline]
    pub(crate) fn insert(&mut self, state: u16) {
        self.0[usize::from(state) / 64] |= 1 << (state % 64);
    }

    pub(crate) fn remove(&mut self, state: u16) {
        self.0[usize::from(state) / 64] &= !(1 << (state % 64));
    }

    pub(crate) fn contains(&self, state: u16) -> bool {
        has(&self.0, state)
    }

    /// Whether any state of `range` is in the set.
    pub(crate) fn meets(&self, range: &Range<u16>) -> bool {
        words(range).any(|(index, mask)| self.0[index] & mask != 0)
    }
}

/// Whether `state` is in the set.
#[inline]
pub(crate) fn has(set: &[u64], state: u16) -> bool {
    set.get(usize::from(state) / 64).is_some_and(|word| word >> (state % 64) & 1 == 1)
}

/// The words that `range` touches, each with the bits of the range.
#[inline]
pub(crate) fn words(range: &Range<u16>) -> impl DoubleEndedIterator<Item = (usize, u64)> + use<> {
    let (start, end) = (range.start, range.end.max(range.start));
    let first = usize::from(start) / 64;
    let past = usize::from(end).div_ceil(64).max(first);
    (first..past).map(move |index| {
        let base = index as u16 * 64;
        let low = if start > base { u64::MAX << (start - base) } else { u64::MAX };
        let high = if end < base + 64 { !(u64::MAX << (end - base)) } else { u64::MAX };
        (index, low & high)
    })
}

/// Members of a set in ascending, which is document, order.
#[inline]
pub(crate) fn members(set: &[u64]) -> impl Iterator<Item = u16> + '_ {
    set.iter().enumerate().flat_map(|(index, &word)| {
        let mut rest = word;
        core::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            Some(index as u16 * 64 + bit as u16)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_exactly_their_states() {
        for (start, end) in [(0, 0), (0, 1), (1, 64), (63, 65), (64, 64), (64, 128), (5, 1024), (1023, 1024)] {
            let mut set = Set::EMPTY;
            for (index, mask) in words(&(start..end)) {
                set.0[index] |= mask;
            }
            assert!(members(&set.0).eq(start..end), "{start}..{end}");
            assert_eq!(set.meets(&(start..end)), start < end);
            assert!(!set.contains(end));
        }
    }
}
