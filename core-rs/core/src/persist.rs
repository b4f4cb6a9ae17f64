//! One description of a state's layout that both writes and reads it, so the two can't drift apart.

use crate::Emotion;

/// Where state goes to or comes from.
pub trait Port {
    /// Writes `x`, or replaces it by what is read.
    fn f64(&mut self, x: &mut f64);
    /// Writes `x`, or replaces it by what is read.
    fn u64(&mut self, x: &mut u64);
}

/// State that can be written and read through a [`Port`].
pub trait Persist {
    /// Visits every field in a fixed order.
    fn persist(&mut self, port: &mut dyn Port);
}

impl Persist for f64 {
    fn persist(&mut self, port: &mut dyn Port) {
        port.f64(self);
    }
}

impl Persist for u64 {
    fn persist(&mut self, port: &mut dyn Port) {
        port.u64(self);
    }
}

impl Persist for u32 {
    fn persist(&mut self, port: &mut dyn Port) {
        let mut wide = u64::from(*self);
        port.u64(&mut wide);
        *self = wide as u32;
    }
}

impl Persist for bool {
    fn persist(&mut self, port: &mut dyn Port) {
        let mut wide = u64::from(*self);
        port.u64(&mut wide);
        *self = wide != 0;
    }
}

/// Stored by index; an index that names no emotion reads as neutral.
impl Persist for Emotion {
    fn persist(&mut self, port: &mut dyn Port) {
        let mut index = self.index() as u64;
        port.u64(&mut index);
        *self = Self::from_index(index as usize).unwrap_or(Self::Neutral);
    }
}

impl<T: Persist, const N: usize> Persist for [T; N] {
    fn persist(&mut self, port: &mut dyn Port) {
        for x in self {
            x.persist(port);
        }
    }
}

/// Absent values are written as a flag and the default.
impl<T: Persist + Default> Persist for Option<T> {
    fn persist(&mut self, port: &mut dyn Port) {
        let mut present = self.is_some();
        present.persist(port);
        let mut value = self.take().unwrap_or_default();
        value.persist(port);
        if present {
            *self = Some(value);
        }
    }
}

/// Implements [`Persist`] by visiting the named fields in order.
#[macro_export]
macro_rules! persist_fields {
    ($type:ty: $($field:ident),+ $(,)?) => {
        impl $crate::persist::Persist for $type {
            fn persist(&mut self, port: &mut dyn $crate::persist::Port) {
                $($crate::persist::Persist::persist(&mut self.$field, port);)+
            }
        }
    };
}
