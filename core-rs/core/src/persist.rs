//! How state becomes words of eight bytes and comes back. One list of fields gives both directions, so they can't drift
//! apart; both work in place, on no more memory than the caller's.
//!
//! A word is an `f64` or a number below 2³²; larger integers take two. So no word of a sound state looks like an
//! infinity or a NaN, whatever it stands for, and damage that survives the checksum shows before anything is replaced.

use crate::Emotion;

/// Bytes of a word.
pub const WORD: usize = 8;

/// State that can be written and read.
pub trait Persist {
    /// Writes every field in a fixed order.
    fn write(&self, to: &mut Writer<'_>);
    /// Replaces every field by what was written.
    fn read(&mut self, from: &mut Reader<'_>);
}

/// Where words go; those beyond the end are only counted.
#[derive(Debug)]
pub struct Writer<'a> {
    words: core::slice::ChunksExactMut<'a, u8>,
    written: usize,
}

impl<'a> Writer<'a> {
    /// Fills `bytes` from the start.
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self { words: bytes.chunks_exact_mut(WORD), written: 0 }
    }

    /// Bytes of everything that was written.
    pub const fn length(&self) -> usize {
        self.written * WORD
    }

    #[inline(always)]
    fn word(&mut self, bits: u64) {
        self.written += 1;
        if let Some(word) = self.words.next() {
            word.copy_from_slice(&bits.to_le_bytes());
        }
    }
}

/// Where words come from; beyond the end there are zeros.
#[derive(Debug)]
pub struct Reader<'a> {
    words: core::slice::ChunksExact<'a, u8>,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from the start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { words: bytes.chunks_exact(WORD) }
    }

    #[inline(always)]
    fn word(&mut self) -> u64 {
        let mut word = [0; WORD];
        if let Some(bytes) = self.words.next() {
            word.copy_from_slice(bytes);
        }
        u64::from_le_bytes(word)
    }
}

/// Whether no word of `bytes` is an infinity or a NaN.
pub fn is_sound(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    (0..bytes.len() / WORD).all(|_| f64::from_bits(reader.word()).is_finite())
}

impl Persist for f64 {
    #[inline(always)]
    fn write(&self, to: &mut Writer<'_>) {
        to.word(self.to_bits());
    }

    #[inline(always)]
    fn read(&mut self, from: &mut Reader<'_>) {
        *self = Self::from_bits(from.word());
    }
}

impl Persist for u32 {
    #[inline(always)]
    fn write(&self, to: &mut Writer<'_>) {
        to.word(u64::from(*self));
    }

    #[inline(always)]
    fn read(&mut self, from: &mut Reader<'_>) {
        *self = from.word() as Self;
    }
}

/// The low half, then the high one.
impl Persist for u64 {
    #[inline(always)]
    fn write(&self, to: &mut Writer<'_>) {
        to.word(*self & 0xffff_ffff);
        to.word(*self >> 32);
    }

    #[inline(always)]
    fn read(&mut self, from: &mut Reader<'_>) {
        let low = from.word() & 0xffff_ffff;
        *self = low | from.word() << 32;
    }
}

impl Persist for bool {
    fn write(&self, to: &mut Writer<'_>) {
        to.word(u64::from(*self));
    }

    fn read(&mut self, from: &mut Reader<'_>) {
        *self = from.word() != 0;
    }
}

/// By index; an index that names no emotion reads as neutral.
impl Persist for Emotion {
    fn write(&self, to: &mut Writer<'_>) {
        to.word(self.index() as u64);
    }

    fn read(&mut self, from: &mut Reader<'_>) {
        *self = Self::from_index(from.word() as usize).unwrap_or(Self::Neutral);
    }
}

impl<T: Persist, const N: usize> Persist for [T; N] {
    fn write(&self, to: &mut Writer<'_>) {
        for x in self {
            x.write(to);
        }
    }

    fn read(&mut self, from: &mut Reader<'_>) {
        for x in self {
            x.read(from);
        }
    }
}

/// A flag and the value; the default where there is none.
impl<T: Persist + Default> Persist for Option<T> {
    fn write(&self, to: &mut Writer<'_>) {
        self.is_some().write(to);
        match self {
            Some(value) => value.write(to),
            None => T::default().write(to),
        }
    }

    fn read(&mut self, from: &mut Reader<'_>) {
        let mut present = false;
        present.read(from);
        let mut value = T::default();
        value.read(from);
        *self = present.then_some(value);
    }
}

/// Implements [`Persist`] by visiting the named fields in order; `=> mend` names a method that restores after reading
/// what the type promises of itself.
#[macro_export]
macro_rules! persist_fields {
    ($type:ty: $($field:ident),+ $(,)? $(=> $mend:ident)?) => {
        impl $crate::persist::Persist for $type {
            fn write(&self, to: &mut $crate::persist::Writer<'_>) {
                $($crate::persist::Persist::write(&self.$field, to);)+
            }

            fn read(&mut self, from: &mut $crate::persist::Reader<'_>) {
                $($crate::persist::Persist::read(&mut self.$field, from);)+
                $(self.$mend();)?
            }
        }
    };
}
