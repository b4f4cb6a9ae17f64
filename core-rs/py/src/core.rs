//! The raw step.

use std::collections::BTreeMap;
use std::path::PathBuf;

use emomas_core::agent::{Act, Observation};
use emomas_core::fusion::{Evidence as InnerEvidence, Signal};
use emomas_store::Session;
use emomas_store::chart::{Datum, Event, Told};
use emomas_store::journal::{Note, Speaker};
use emomas_store::session::configuration;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PySequence};

use crate::chart::data::to_value;
use crate::chart::machine::{Machine, parse_priority};
use crate::convert::{Numbers, PolicySpec};
use crate::decision::Decision;
use crate::errors::{Raise, argument, unknown};
use crate::scenario::Scenario;

/// One channel's report.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct Evidence {
    inner: InnerEvidence,
}

impl From<InnerEvidence> for Evidence {
    fn from(inner: InnerEvidence) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Evidence {
    /// A likelihood over the seven emotions, the channel's training prior divided out.
    #[staticmethod]
    #[pyo3(signature = (values, *, channel=0, age_s=0.0, quality=1.0))]
    fn likelihood(values: Numbers<7>, channel: u8, age_s: f64, quality: f64) -> PyResult<Self> {
        Self::checked(InnerEvidence { channel, signal: Signal::Likelihood(values.0), age_s, quality })
    }

    /// A Gaussian observation of valence, arousal, dominance; a large variance means "not observed".
    #[staticmethod]
    #[pyo3(signature = (mean, variance, *, channel=0, age_s=0.0, quality=1.0))]
    fn vad(mean: Numbers<3>, variance: Numbers<3>, channel: u8, age_s: f64, quality: f64) -> PyResult<Self> {
        let signal = Signal::Vad { mean: mean.0, variance: variance.0 };
        Self::checked(InnerEvidence { channel, signal, age_s, quality })
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.inner)
    }
}

impl Evidence {
    fn checked(inner: InnerEvidence) -> PyResult<Self> {
        inner.check().map_err(|e| emomas_core::agent::StepError::from(e).raise())?;
        Ok(Self { inner })
    }
}

/// A sequence of [`Evidence`], read in place.
struct Sensed<'a, 'py>(Borrowed<'a, 'py, PyAny>);

impl<'a, 'py> FromPyObject<'a, 'py> for Sensed<'a, 'py> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(given))
    }
}

impl Sensed<'_, '_> {
    fn each(&self, mut take: impl FnMut(&Evidence) -> PyResult<()>) -> PyResult<()> {
        if let Ok(list) = self.0.cast_exact::<PyList>() {
            // An index past the end is an error, should another thread shorten the list meanwhile.
            (0..list.len()).try_for_each(|index| take(piece(&list.get_item(index)?)?))
        } else if let Ok(sequence) = self.0.cast::<PySequence>() {
            sequence.try_iter()?.try_for_each(|item| take(piece(&item?)?))
        } else {
            Err(not_evidence(&self.0))
        }
    }
}

fn piece<'a>(item: &'a Bound<'_, PyAny>) -> PyResult<&'a Evidence> {
    item.cast::<Evidence>().map(Bound::get).map_err(|_| not_evidence(item))
}

#[cold]
fn not_evidence(given: &Bound<'_, PyAny>) -> PyErr {
    let kind = given.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("argument 'evidence': found {kind}: give a list of emomas.Evidence"))
}

/// The decision loop.
#[pyclass(module = "emomas")]
pub(crate) struct Core {
    session: Session,
    scenario: emomas_store::Scenario,
    seed: u64,
}

#[pymethods]
impl Core {
    /// A core for `scenario`; `learned` is an earlier core's snapshot.
    #[new]
    #[pyo3(signature = (scenario, *, policy=None, seed=0, selection=None, explore=None, personality=None, learned=None,
        unsafe_unmasked=false))]
    #[allow(clippy::too_many_arguments)] // Keyword arguments of Python; grouping them would only hide them.
    fn new(
        scenario: &Scenario,
        policy: Option<PolicySpec>,
        seed: u64,
        selection: Option<&str>,
        explore: Option<f64>,
        personality: Option<[f64; 5]>,
        learned: Option<Vec<u8>>,
        unsafe_unmasked: bool,
    ) -> PyResult<Self> {
        let spec = policy.unwrap_or_else(|| PolicySpec::Name("emomas".to_owned()));
        let chosen = crate::convert::policy(&spec, selection, explore, unsafe_unmasked)?;
        let mut config = configuration(&scenario.inner, chosen);
        if let Some([openness, conscientiousness, extraversion, agreeableness, stability]) = personality {
            config.personality = emomas_core::affect::Personality {
                openness,
                conscientiousness,
                extraversion,
                agreeableness,
                stability,
            };
        }
        let session = Session::new(config, seed, &learned.unwrap_or_default()).map_err(Raise::raise)?;
        Ok(Self { session, scenario: scenario.inner.clone(), seed })
    }

    /// From now on every turn is durable in a new journal at `path` before it is returned.
    #[pyo3(signature = (path, created_at, *, chart=None))]
    #[allow(clippy::needless_pass_by_value)] // Arguments of Python.
    fn record(&mut self, path: PathBuf, created_at: &str, chart: Option<PyRef<'_, Machine>>) -> PyResult<()> {
        if self.session.core().turn() > 0 {
            return Err(argument("the conversation has begun: start the journal before the first turn"));
        }
        let chart = chart.as_ref().map(|machine| machine.inner());
        self.session.record(path, &self.scenario, self.seed, created_at, chart).map_err(Raise::raise)
    }

    /// One turn: learns from what was observed, and decides what to show and what to offer.
    #[pyo3(signature = (evidence=None, *, act="silence", offer=None, phase=None, time_s=None, external=None, forbid=None))]
    #[allow(clippy::needless_pass_by_value)] // Owned: converted from Python objects.
    #[allow(clippy::too_many_arguments)] // Keyword arguments of Python.
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        evidence: Option<Sensed<'_, '_>>,
        act: &str,
        offer: Option<f64>,
        phase: Option<&str>,
        time_s: Option<f64>,
        external: Option<Vec<[f64; 7]>>,
        forbid: Option<Vec<String>>,
    ) -> PyResult<Bound<'py, Decision>> {
        let mut observation = Observation::at(time_s.unwrap_or_else(|| self.session.core().time_s()));
        observation.act = parse_act(act)?;
        observation.offer = offer;
        observation.phase = phase.map(crate::convert::phase).transpose()?;
        if let Some(evidence) = evidence {
            evidence.each(|item| {
                let full = observation.evidence.push(item.inner).is_err();
                if full { Err(argument("more than 8 pieces of evidence: give one per channel")) } else { Ok(()) }
            })?;
        }
        for name in forbid.iter().flatten() {
            observation.forbid = observation.forbid.with(crate::convert::emotion(name)?);
        }
        for dist in external.iter().flatten() {
            if observation.external.push(*dist).is_err() {
                return Err(argument("more than 8 external distributions: give one per external expert"));
            }
        }
        let inner = self.session.step(&observation).map_err(Raise::raise)?;
        Bound::new(py, Decision { inner })
    }

    /// Tells a machine what happens, durable in the journal on return: lets the clock reach `time_ns`, sets inputs, takes
    /// events as (name, priority, data). Returns the effects as (name, data).
    #[pyo3(signature = (machine, time_ns, inputs, events, /))]
    #[allow(clippy::needless_pass_by_value)] // Arguments of Python.
    fn tell<'py>(
        &mut self,
        py: Python<'py>,
        machine: &mut Machine,
        time_ns: u64,
        inputs: BTreeMap<String, f64>,
        events: Vec<(String, String, Bound<'py, PyDict>)>,
    ) -> PyResult<Bound<'py, PyList>> {
        let events = events.iter().map(told).collect::<PyResult<_>>()?;
        let told = Told { time_ns, inputs, events };
        let came = self.session.tell(machine.inner_mut(), &told).map_err(Raise::raise)?;
        let effects = PyList::empty(py);
        for effect in came.effects {
            let data = PyDict::new(py);
            for (key, value) in effect.data {
                match value {
                    Datum::Bool(x) => data.set_item(key, x)?,
                    Datum::Int(x) => data.set_item(key, x)?,
                    Datum::Float(x) => data.set_item(key, x)?,
                    Datum::Text(x) => data.set_item(key, x)?,
                }
            }
            effects.append((effect.effect, data))?;
        }
        Ok(effects)
    }

    /// Ends the conversation and learns from it; returns the agent's utility and the reward.
    #[pyo3(signature = (deal=None, *, result=None))]
    fn close(&mut self, deal: Option<f64>, result: Option<&str>) -> PyResult<(f64, f64)> {
        let result = result.unwrap_or(if deal.is_some() { "agreed" } else { "no_deal" });
        let closing = self.session.close(deal, result).map_err(Raise::raise)?;
        Ok((closing.utility, closing.reward))
    }

    /// Keeps in the journal what was said; speaker is `agent` or `counterpart`, details JSON text.
    #[pyo3(signature = (speaker, text, details=None))]
    fn said(&mut self, speaker: &str, text: &str, details: Option<&str>) -> PyResult<()> {
        let speaker = match speaker {
            "agent" => Speaker::Agent,
            "counterpart" => Speaker::Counterpart,
            other => return Err(unknown("speaker", other, &["agent", "counterpart"])),
        };
        let details = match details.map(serde_json::from_str) {
            None => serde_json::Value::Null,
            Some(Ok(details)) => details,
            Some(Err(error)) => return Err(argument(&format!("details is no JSON text ({error}): use json.dumps"))),
        };
        self.session.said(speaker, text, details).map_err(Raise::raise)
    }

    /// Keeps a note in the journal.
    fn note(&mut self, topic: &str, text: &str) -> PyResult<()> {
        let note = Note { topic: topic.to_owned(), text: text.to_owned(), data: serde_json::Value::Null };
        self.session.note(&note).map_err(Raise::raise)
    }

    /// All learned state and the conversation's, as versioned bytes with a checksum.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.session.snapshot().map_err(Raise::raise)?))
    }

    /// Replaces the state by a snapshot's; on an error nothing has changed.
    fn restore(&mut self, snapshot: &[u8]) -> PyResult<()> {
        if self.session.is_recorded() {
            return Err(argument("the conversation is journalled and can't jump: restore into a new core"));
        }
        self.session.core_mut().restore(snapshot).map_err(Raise::raise)
    }

    /// Starts the next conversation with what was learned so far.
    #[pyo3(signature = (scenario, *, seed=0))]
    fn begin(&mut self, scenario: &Scenario, seed: u64) -> PyResult<()> {
        let before = self.session.core().config();
        let mut config = configuration(&scenario.inner, before.policy.clone());
        config.personality = before.personality;
        self.session.begin(config, seed).map_err(Raise::raise)?;
        (self.scenario, self.seed) = (scenario.inner.clone(), seed);
        Ok(())
    }

    /// Value of each display over `depth` turns (1 to 3); on request, slower than a step.
    #[pyo3(signature = (depth=2))]
    fn plan_display(&self, depth: u32) -> [f64; 7] {
        self.session.core().plan_display(depth)
    }

    /// Valence, arousal, dominance shown at `time_s` seconds into the conversation.
    fn shown_at(&self, time_s: f64) -> [f64; 3] {
        self.session.core().shown_at(time_s)
    }

    /// Turns taken.
    #[getter]
    fn turn(&self) -> u32 {
        self.session.core().turn()
    }

    /// Whether the conversation is over.
    #[getter]
    fn closed(&self) -> bool {
        self.session.core().is_closed()
    }

    /// Probability of each stance of the person.
    #[getter]
    fn stance_belief(&self) -> [f64; 4] {
        self.session.core().belief().stance()
    }

    /// Probability of each emotion of the person.
    #[getter]
    fn emotion_belief(&self) -> [f64; 7] {
        self.session.core().belief().emotion()
    }

    /// Names of the experts.
    #[getter]
    fn experts(&self) -> Vec<String> {
        let experts = &self.session.core().config().policy.experts;
        experts.iter().map(|e| expert_name(*e)).collect()
    }

    /// Per emotion: how often the mask refused an expert's first choice.
    #[getter]
    fn refusals(&self) -> [u64; 7] {
        self.session.core().learned().refusals
    }

    /// Action values of the RL expert, 588 states by 7 emotions, flattened.
    fn q_table(&self) -> Vec<f64> {
        let rl = &self.session.core().learned().rl;
        (0..emomas_core::experts::rl::STATES).flat_map(|s| *rl.values(s)).collect()
    }
}

impl Core {
    pub(crate) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

fn told((event, priority, data): &(String, String, Bound<'_, PyDict>)) -> PyResult<Event> {
    let priority = parse_priority(Some(priority))?;
    let mut fields = BTreeMap::new();
    for (name, value) in data {
        let name: String = name.extract()?;
        let value = to_value(&name, &value)?;
        fields.insert(name, Datum::from(value));
    }
    Ok(Event { event: event.clone(), priority, data: fields })
}

pub(crate) fn expert_name(kind: emomas_core::experts::ExpertKind) -> String {
    use emomas_core::experts::ExpertKind as K;
    match kind {
        K::Game => "game",
        K::Rl => "rl",
        K::Coherence => "coherence",
        K::Uniform => "uniform",
        K::External => "external",
        K::Fixed(emotion) => emotion.name(),
    }
    .to_owned()
}

fn parse_act(name: &str) -> PyResult<Act> {
    Ok(match name {
        "silence" => Act::Silence,
        "talk" => Act::Talk,
        "reject" => Act::Reject,
        "accept" => Act::Accept,
        "leave" => Act::Leave,
        other => return Err(unknown("act", other, &["silence", "talk", "reject", "accept", "leave"])),
    })
}
