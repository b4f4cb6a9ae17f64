//! Whether a scenario's values are in range and fit together.

use emomas_core::bargain::{Terms, TermsError};
use emomas_core::{Direction, Domain, Emotion, Role};

use super::{SCHEMA, Scenario, Unit};
use crate::StoreError;

/// Longest name or title, in bytes.
const MAX_LINE_BYTES: usize = 200;
/// Longest fact, in bytes.
const MAX_FACT_BYTES: usize = 2000;
/// Most facts.
const MAX_FACTS: usize = 64;

impl Scenario {
    /// Checks lengths, then values, then how they fit together; a parser has done so already.
    pub fn check(&self) -> Result<(), StoreError> {
        self.check_names()?;
        self.check_facts()?;
        self.check_role()?;
        self.check_numbers()?;
        self.check_order()?;
        self.check_norms()?;
        self.thresholds.check()
    }

    fn check_names(&self) -> Result<(), StoreError> {
        if self.schema != SCHEMA {
            return Err(schema_error(&self.schema.to_string()));
        }
        line("id", &self.id)?;
        if !self.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(quoted("id", &self.id, "use lower-case letters, digits and dashes only"));
        }
        line("title", &self.title)?;
        line("parties.agent", &self.parties.agent)?;
        line("parties.counterpart", &self.parties.counterpart)?;
        line("quantity.name", &self.quantity.name)
    }

    fn check_facts(&self) -> Result<(), StoreError> {
        if self.facts.len() > MAX_FACTS {
            let count = format!("{} facts", self.facts.len());
            return Err(StoreError::field("facts", count, format!("give at most {MAX_FACTS}")));
        }
        for (key, value) in &self.facts {
            let field = format!("facts.{key}");
            if key.is_empty() || key.len() > MAX_LINE_BYTES || !key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            {
                return Err(quoted(&field, value, "name facts with lower-case letters and underscores only"));
            }
            text(&field, value, MAX_FACT_BYTES)?;
        }
        for &key in required_facts(self.domain) {
            if !self.facts.contains_key(key) {
                let remedy = format!("a {} scenario needs it: add `{key} = \"…\"` under [facts]", self.domain.name());
                return Err(StoreError::field(format!("facts.{key}"), "missing", remedy));
            }
        }
        Ok(())
    }

    fn check_role(&self) -> Result<(), StoreError> {
        let expected = match self.domain {
            Domain::Debt => Role::Debtor,
            Domain::Surgery => Role::Patient,
            Domain::Disaster => Role::Survivor,
            Domain::Sleep => Role::Student,
            Domain::Custom => return Ok(()),
        };
        if self.parties.role == expected {
            return Ok(());
        }
        let (domain, role) = (self.domain.name(), expected.name());
        let remedy =
            format!("the {domain} domain speaks with a {role}: write role = \"{role}\" or domain = \"custom\"");
        Err(quoted("parties.role", self.parties.role.name(), remedy))
    }

    fn check_numbers(&self) -> Result<(), StoreError> {
        let unit = self.quantity.unit;
        let units = usual_units(self.domain);
        if !units.contains(&unit) {
            let names: Vec<_> = units.iter().map(|u| u.name()).collect();
            let remedy = format!("the {} domain counts in {}", self.domain.name(), names.join(" or "));
            return Err(quoted("quantity.unit", unit.name(), remedy));
        }
        let fields = [
            ("agent.target", Some(self.agent.target)),
            ("agent.reservation", Some(self.agent.reservation)),
            ("counterpart.target", Some(self.counterpart.target)),
            ("counterpart.reservation", Some(self.counterpart.reservation)),
            ("counterpart.ability", self.counterpart.ability),
        ];
        for (field, value) in fields.into_iter().filter_map(|(f, v)| v.map(|v| (f, v))) {
            if !value.is_finite() {
                return Err(StoreError::field(field, value.to_string(), "give a finite number"));
            }
            if !unit.plausible(value) {
                let remedy = format!("give {}, or another unit than \"{}\"", unit.range(), unit.name());
                return Err(StoreError::field(field, value.to_string(), remedy));
            }
        }
        Ok(())
    }

    fn check_order(&self) -> Result<(), StoreError> {
        self.terms().check().map_err(|e| self.terms_error(&e))?;
        let them = &self.counterpart;
        let worse = match self.quantity.direction {
            Direction::Lower => "below",
            Direction::Higher => "above",
        };
        if (them.target - them.reservation) * self.sign() < 0.0 {
            let remedy = format!(
                "it is the worst the counterpart accepts: give its target {} or a value {worse} it",
                them.target
            );
            return Err(StoreError::field("counterpart.reservation", them.reservation.to_string(), remedy));
        }
        if let Some(able) = them.ability.filter(|able| (them.target - able) * self.sign() < 0.0) {
            let remedy = format!(
                "the counterpart must be able to keep its own target {}: give it or a value {worse} it",
                them.target
            );
            return Err(StoreError::field("counterpart.ability", able.to_string(), remedy));
        }
        if let Some(turn) = them.exit_turn.filter(|t| !(1..=Terms::MAX_TURNS).contains(t)) {
            let remedy = format!("give 1 to {} turns, or leave it out", Terms::MAX_TURNS);
            return Err(StoreError::field("counterpart.exit_turn", turn.to_string(), remedy));
        }
        Ok(())
    }

    /// The core's message under the file's field names.
    fn terms_error(&self, error: &TermsError) -> StoreError {
        let (field, value) = match error {
            TermsError::Direction { .. } => (
                "quantity.direction",
                match self.quantity.direction {
                    Direction::Lower => "\"lower\"".to_owned(),
                    Direction::Higher => "\"higher\"".to_owned(),
                },
            ),
            TermsError::Deadline(turns) => ("agent.deadline_turns", turns.to_string()),
            _ => ("agent.reservation", self.agent.reservation.to_string()),
        };
        StoreError::field(field, value, error.to_string())
    }

    fn check_norms(&self) -> Result<(), StoreError> {
        let forbid = &self.norms.forbid;
        let list = || format!("{:?}", forbid.iter().map(|e| e.name()).collect::<Vec<_>>());
        if Emotion::ALL.iter().all(|e| forbid.contains(e)) {
            return Err(StoreError::field("norms.forbid", list(), "leave at least one emotion that may be shown"));
        }
        if let Some((_, twice)) = forbid.iter().enumerate().find(|(i, e)| forbid[..*i].contains(e)) {
            return Err(StoreError::field("norms.forbid", list(), format!("name \"{}\" once", twice.name())));
        }
        Ok(())
    }
}

/// Facts without which a domain's sentences have nothing to say.
const fn required_facts(domain: Domain) -> &'static [&'static str] {
    match domain {
        Domain::Debt => &["balance", "reason"],
        Domain::Surgery => &["procedure", "condition"],
        Domain::Disaster => &["hazard", "need"],
        Domain::Sleep => &["situation", "reason"],
        Domain::Custom => &[],
    }
}

/// What a domain's quantity is counted in.
const fn usual_units(domain: Domain) -> &'static [Unit] {
    match domain {
        Domain::Debt => &[Unit::Days, Unit::Usd],
        Domain::Surgery => &[Unit::Days],
        Domain::Disaster => &[Unit::Minutes],
        Domain::Sleep => &[Unit::MinutesPast21],
        Domain::Custom => &Unit::ALL,
    }
}

/// A file of another format version.
pub(super) fn schema_error(found: &str) -> StoreError {
    StoreError::field("schema", found, format!("this build reads schema = {SCHEMA}; a newer one needs a newer emomas"))
}

fn quoted(field: &str, value: &str, remedy: impl Into<String>) -> StoreError {
    // A long value would bury the message.
    let short: String = value.chars().take(60).collect();
    let dots = if short.len() < value.len() { "…" } else { "" };
    StoreError::field(field, format!("{:?}", short + dots), remedy)
}

/// One line of text.
fn line(field: &str, value: &str) -> Result<(), StoreError> {
    text(field, value, MAX_LINE_BYTES)?;
    if value.contains(['\n', '\t']) {
        return Err(quoted(field, value, "write it on one line"));
    }
    Ok(())
}

fn text(field: &str, value: &str, max_bytes: usize) -> Result<(), StoreError> {
    if value.len() > max_bytes {
        return Err(quoted(field, value, format!("{} bytes: give at most {max_bytes}", value.len())));
    }
    if value.trim().is_empty() {
        return Err(quoted(field, value, "write something"));
    }
    if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(quoted(field, value, "remove the control characters"));
    }
    Ok(())
}
