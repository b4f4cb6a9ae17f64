//! How a tree of parameters is declared: leaves of numbers, branches of leaves, and one way to map over both.

use serde::Deserialize;

/// What an alternative world does with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Kept in every world.
    Base,
    /// An effect of an emotion: 0 in the placebo world.
    Emotion,
    /// An effect on price, acceptance or compliance: 0 in the placebo world, negated in the flipped one.
    Gain,
}

/// One number with its sweep range and its origin.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What the standard world uses.
    pub value: f64,
    /// Lower end of the sweep.
    pub lo: f64,
    /// Upper end of the sweep.
    pub hi: f64,
    /// What alternative worlds do with it.
    pub role: Role,
    /// Study, digest or `[I]` for an invention.
    pub source: String,
}

/// Called for each parameter with its dotted name.
pub(super) type Visit<'a, T, U> = &'a mut dyn FnMut(&str, &T) -> U;

/// A group of parameters.
macro_rules! leaf {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name<T> { $($(#[$field_doc])* pub $field: T,)+ }

        impl<T> $name<T> {
            pub(super) fn map<U>(&self, path: &str, visit: Visit<'_, T, U>) -> $name<U> {
                $name { $($field: visit(&format!("{path}.{}", stringify!($field)), &self.$field),)+ }
            }
        }
    };
}

/// A group of groups.
macro_rules! branch {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name<T> { $($(#[$field_doc])* pub $field: $type<T>,)+ }

        impl<T> $name<T> {
            pub(super) fn map<U>(&self, path: &str, visit: Visit<'_, T, U>) -> $name<U> {
                let dot = if path.is_empty() { "" } else { "." };
                $name { $($field: self.$field.map(&format!("{path}{dot}{}", stringify!($field)), visit),)+ }
            }
        }
    };
}

pub(super) use {branch, leaf};
