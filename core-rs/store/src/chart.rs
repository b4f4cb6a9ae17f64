//! Steps of a chart: taken, kept in the journal, and taken again.

use std::collections::BTreeMap;

use emomas_chart::{Chart, ChartError, Effects, Machine, Priority, Source, Value, formats};
use serde::{Deserialize, Serialize};

/// What a chart is told at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The machine's clock; timers that are due by then fire first.
    pub time_ns: u64,
    /// Inputs that are set next.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, f64>,
    /// Events that are taken then, in order, each with all that follows from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
}

/// An event from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub event: String,
    /// `safety`, `control` or `advisory`.
    #[serde(with = "priority", default, skip_serializing_if = "is_control")]
    pub priority: Priority,
    /// Its data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Datum>,
}

/// A number, a truth value, or a fixed text of an effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Datum {
    /// Truth value.
    Bool(bool),
    /// Integer.
    Int(i64),
    /// Float.
    Float(f64),
    /// Text.
    Text(String),
}

/// Something that the chart asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its name.
    pub effect: String,
    /// What comes with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Datum>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Came {
    /// Ids of all active states in document order.
    pub configuration: Vec<String>,
    /// What the chart asks for, in order.
    pub effects: Vec<Effect>,
}

/// The chart that `toml` describes.
pub fn from_toml(toml: &str) -> Result<std::sync::Arc<Chart>, ChartError> {
    Ok(std::sync::Arc::new(Chart::new(formats::toml::read(toml)?)?))
}

/// The chart as TOML; reading it gives a chart with the same hash.
pub fn to_toml(source: &Source) -> String {
    formats::toml::write(source)
}

/// Lets time pass, sets inputs, takes events. On an error the machine is as it was.
pub fn tell(machine: &mut Machine, told: &Told) -> Result<Came, ChartError> {
    let before = machine.clone();
    take(machine, told).inspect_err(|_| *machine = before)
}

fn take(machine: &mut Machine, told: &Told) -> Result<Came, ChartError> {
    let chart = machine.chart().clone();
    let mut effects = Effects::of(&chart);
    machine.advance(told.time_ns.saturating_sub(machine.time_ns()), &mut effects)?;
    for (name, value) in &told.inputs {
        machine.set(name, *value)?;
    }
    for event in &told.events {
        let data: Vec<_> = event.data.iter().filter_map(|(name, datum)| field(&chart, name, datum)).collect();
        machine.send(chart.event(&event.event), event.priority, &data, &mut effects);
    }
    Ok(Came {
        configuration: machine.configuration().map(str::to_owned).collect(),
        effects: effects.iter(&chart).map(|(site, values)| effect(site, values)).collect(),
    })
}

/// A field that some expression reads; the others have no use, and texts can't be read.
fn field(chart: &Chart, name: &str, datum: &Datum) -> Option<(usize, Value)> {
    let value = match datum {
        Datum::Bool(x) => Value::Bool(*x),
        Datum::Int(x) => Value::Int(*x),
        Datum::Float(x) => Value::Float(*x),
        Datum::Text(_) => return None,
    };
    chart.data_field(name).map(|field| (field, value))
}

fn effect(site: &emomas_chart::chart::EffectSite, values: &[Value]) -> Effect {
    let texts = site.texts.iter().map(|(key, text)| (key.clone(), Datum::Text(text.clone())));
    let values = site.fields.iter().zip(values).map(|(key, value)| (key.clone(), Datum::from(*value)));
    Effect { effect: site.name.clone(), data: texts.chain(values).collect() }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(x) => Self::Bool(x),
            Value::Int(x) => Self::Int(x),
            Value::Float(x) => Self::Float(x),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_control(priority: &Priority) -> bool {
    *priority == Priority::Control
}

mod priority {
    use emomas_chart::Priority;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(priority: &Priority, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(priority.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
        let name = String::deserialize(deserializer)?;
        Priority::from_name(&name).ok_or_else(|| D::Error::custom(format!("priority is {name:?}")))
    }
}
