//! Worlds: the parameters that simulated counterparts live by.
//!
//! The standard world is a frozen file. From it come a placebo (nothing emotional has any effect), a flipped world
//! (every gain is a loss) and sweeps (each number drawn from its range). A policy that "wins" in the placebo, or still
//! wins in the flipped world, exposes a fault of the evaluation, not a talent of the policy.

mod groups;
mod model;
mod shape;
mod tables;

use std::path::Path;
use std::sync::LazyLock;

use emomas_core::StanceDist;
use emomas_core::rng::Rng;
use sha2::{Digest, Sha256};

pub use groups::*;
pub use model::*;
use shape::Visit;
pub use shape::{Parameter, Role};
pub(crate) use tables::Tables;

/// The frozen file.
const STANDARD: &str = include_str!("../world-1.toml");

/// Why a world can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The file can't be read.
    #[error("world file {path}: {source}")]
    Read {
        /// The path given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not a world: a syntax error, a missing or an unknown parameter.
    #[error("world file: {0}")]
    Parse(#[from] toml::de::Error),
    /// The file has no version, or one that is not a string.
    #[error("world file: version is missing: name the world, e.g. version = \"world-2\"")]
    Version,
    /// A parameter contradicts itself.
    #[error("{name}: value {value} with range {lo} to {hi}: all must be finite, in the order lo <= value <= hi")]
    Range {
        /// Dotted name.
        name: String,
        /// The value.
        value: f64,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// A parameter does not say where it comes from.
    #[error("{0}: source is empty: name the study, or [I] for an invention")]
    Source(String),
}

impl WorldError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "world.read",
            Self::Parse(_) => "world.parse",
            Self::Version => "world.version",
            Self::Range { .. } => "world.range",
            Self::Source(_) => "world.source",
        }
    }
}

/// A world, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    version: String,
    hash: String,
    parameters: Model<Parameter>,
    values: Model<f64>,
    pub(crate) tables: Tables,
}

impl World {
    /// SHA-256 of the frozen standard file, in hexadecimal.
    pub const HASH: &'static str = "d888dbb83b54251ad511197f3939cb0c0f6d16c14dee87fadb105cdb00afcaae";

    /// The standard world.
    ///
    /// # Panics
    /// Never for a released build: the file is part of it and tested.
    pub fn standard() -> &'static Self {
        static WORLD: LazyLock<World> = LazyLock::new(|| World::parse(STANDARD).expect("world-1.toml is tested"));
        &WORLD
    }

    /// The standard world in which no emotion has any effect.
    pub fn placebo() -> Self {
        Self::standard().without_emotion()
    }

    /// The standard world in which every gain is a loss.
    pub fn flipped() -> Self {
        Self::standard().negated()
    }

    /// The standard world with each parameter drawn from its range.
    pub fn sweep(seed: u64) -> Self {
        Self::standard().drawn(seed)
    }

    /// A world from a file.
    pub fn load(path: &Path) -> Result<Self, WorldError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| WorldError::Read { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// A world from the text of a file.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let mut table: toml::Table = toml::from_str(text)?;
        let Some(toml::Value::String(version)) = table.remove("version") else { return Err(WorldError::Version) };
        let parameters: Model<Parameter> = table.try_into()?;
        let mut error = None;
        let values = parameters.map("", &mut |name, p| {
            if let Err(e) = check(name, p) {
                error.get_or_insert(e);
            }
            p.value
        });
        match error {
            Some(e) => Err(e),
            None => Ok(Self {
                version,
                hash: hex(&Sha256::digest(text.as_bytes())),
                tables: Tables::new(&values),
                parameters,
                values,
            }),
        }
    }

    /// This world with every effect of an emotion at 0; base rates, noise and own-emotion dynamics stay.
    #[must_use]
    pub fn without_emotion(&self) -> Self {
        self.with("placebo", &mut |_, p| if p.role == Role::Base { p.value } else { 0.0 })
    }

    /// This world with every effect on price, acceptance and compliance negated.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.with("flipped", &mut |_, p| if p.role == Role::Gain { -p.value } else { p.value })
    }

    /// This world with each parameter drawn uniformly from its range.
    ///
    /// Where algebra binds three shifts together (the findings on alternation and transitions would otherwise not
    /// follow), they are drawn from the part of the range that satisfies it.
    #[must_use]
    pub fn drawn(&self, seed: u64) -> Self {
        let mut index = 0;
        let mut draws = self.parameters.map("", &mut |_, p| {
            index += 1;
            let u = Rng::keyed(seed, &[index]).uniform();
            (p.lo + (p.hi - p.lo) * u, u)
        });
        let half = (draws.kappa.anger.0 - draws.kappa.joy.0) / 2.0;
        let above = |draw: &mut (f64, f64), p: &Parameter, floor: f64| {
            let lo = p.lo.max(floor);
            draw.0 = lo + (p.hi.max(lo) - lo) * draw.1;
        };
        above(&mut draws.kappa.alternation, &self.parameters.kappa.alternation, half + 0.2);
        above(&mut draws.kappa.joy_to_anger, &self.parameters.kappa.joy_to_anger, half + 0.1);
        draws.kappa.anger_to_joy.0 = -half;
        let values = draws.map("", &mut |_, draw| draw.0);
        self.derive(&format!("sweep {seed}"), values)
    }

    /// Version as the file states it, with what was done to it: "world-1", "world-1 placebo".
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 of the file the world came from.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The numbers in force.
    pub const fn values(&self) -> &Model<f64> {
        &self.values
    }

    /// The file's parameters with ranges, roles and sources.
    pub const fn parameters(&self) -> &Model<Parameter> {
        &self.parameters
    }

    /// Every number in force with its dotted name, in the file's order.
    pub fn list(&self) -> Vec<(String, f64)> {
        let mut list = Vec::new();
        self.values.visit(&mut |name, &value| list.push((name.to_owned(), value)));
        list
    }

    /// The mix of stances among emergency callers, for a second report.
    pub const fn emergency_mix(&self) -> StanceDist {
        self.tables.emergency
    }

    fn with(&self, suffix: &str, visit: Visit<'_, Parameter, f64>) -> Self {
        self.derive(suffix, self.parameters.map("", visit))
    }

    fn derive(&self, suffix: &str, values: Model<f64>) -> Self {
        Self {
            version: format!("{} {suffix}", self.version),
            hash: self.hash.clone(),
            parameters: self.parameters.clone(),
            tables: Tables::new(&values),
            values,
        }
    }
}

fn check(name: &str, p: &Parameter) -> Result<(), WorldError> {
    let finite = p.value.is_finite() && p.lo.is_finite() && p.hi.is_finite();
    if !(finite && p.lo <= p.value && p.value <= p.hi) {
        return Err(WorldError::Range { name: name.to_owned(), value: p.value, lo: p.lo, hi: p.hi });
    }
    if p.source.trim().is_empty() {
        return Err(WorldError::Source(name.to_owned()));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}
