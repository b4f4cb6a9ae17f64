//! Simulated counterparts: one conversation turn by turn, many at once, and the world's validation.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use emomas_core::agent::Act;
use emomas_sim::{Batch, Episode, World, WorldKind};
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::convert::{PolicySpec, persona};
use crate::core::{Core, Evidence};
use crate::decision::Decision;
use crate::errors::{Raise, argument, unknown};
use crate::scenario::Scenario;

const WORLDS: [&str; 4] = ["standard", "placebo", "flipped", "sweep"];
/// How often a batch looks for Ctrl-C and reports progress.
const POLL: Duration = Duration::from_millis(40);

fn world_kind(name: &str) -> PyResult<WorldKind> {
    WorldKind::from_name(name).ok_or_else(|| unknown("world", name, &WORLDS))
}

const fn act_name(act: Act) -> &'static str {
    match act {
        Act::Silence => "silence",
        Act::Talk => "talk",
        Act::Reject => "reject",
        Act::Accept => "accept",
        Act::Leave => "leave",
    }
}

/// A simulated person's turn: act, offer, displayed emotion, felt emotion.
type Said = (&'static str, Option<f64>, &'static str, &'static str);

/// A conversation with a simulated person.
#[pyclass(module = "emomas")]
pub(crate) struct Dialogue {
    inner: emomas_sim::Dialogue<'static>,
}

#[pymethods]
impl Dialogue {
    /// Somebody of type `counterpart` to talk about `scenario` with.
    #[new]
    #[pyo3(signature = (scenario, *, counterpart="vanilla", seed=0, placebo=false))]
    fn new(scenario: &Scenario, counterpart: &str, seed: u64, placebo: bool) -> PyResult<Self> {
        static PLACEBO: std::sync::LazyLock<World> = std::sync::LazyLock::new(World::placebo);
        let world: &'static World = if placebo { &PLACEBO } else { World::standard() };
        Ok(Self { inner: emomas_sim::Dialogue::new(world, &scenario.inner, persona(counterpart)?, seed) })
    }

    /// What an agent that has taken `turn` turns may observe: evidence, act, offer, seconds since the beginning.
    fn observation(&self, turn: u32) -> (Vec<Evidence>, &'static str, Option<f64>, f64) {
        let seen = self.inner.observation(turn);
        (seen.evidence.into_iter().map(Evidence::from).collect(), act_name(seen.act), seen.offer, seen.time_s)
    }

    /// Notes what an agent decided; ends the conversation when it accepted or left.
    fn follow(&mut self, decision: &Decision) {
        self.inner.follow(&decision.inner);
    }

    /// The turn of a bare core: observes the person's last turn and decides.
    fn agent_turn(&mut self, core: &mut Core) -> PyResult<Decision> {
        let observation = self.inner.observation(core.session_mut().core().turn());
        let decision = core.session_mut().step(&observation).map_err(Raise::raise)?;
        self.inner.follow(&decision);
        Ok(Decision { inner: decision })
    }

    /// The person's turn; none once the conversation has ended.
    fn counterpart_turn(&mut self, decision: &Decision) -> Option<Said> {
        let reply = self.inner.counterpart_turn(&decision.inner)?;
        Some((act_name(reply.act), reply.offer, reply.displayed.name(), reply.felt.name()))
    }

    /// How it ended: agreed, counterpart_left, agent_left; none while it goes on.
    #[getter]
    fn end(&self) -> Option<&'static str> {
        self.inner.end().map(emomas_sim::End::name)
    }

    /// The agreed value.
    #[getter]
    fn deal(&self) -> Option<f64> {
        self.inner.deal()
    }

    /// The person's hidden stance; for the reader, never for an agent.
    #[getter]
    fn hidden_stance(&self) -> Option<&'static str> {
        self.inner.person().traits().stance.map(emomas_core::Stance::name)
    }
}

/// Plays `runs` × `episodes` conversations and returns the packed records (see `emomas.simulation.EPISODE`).
#[pyfunction]
#[pyo3(signature = (scenarios, *, policy, counterparts, world, runs, episodes, seed, threads, unsafe_unmasked,
    progress=None))]
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // Keyword arguments of Python.
pub(crate) fn simulate<'py>(
    py: Python<'py>,
    scenarios: Vec<PyRef<'py, Scenario>>,
    policy: PolicySpec,
    counterparts: Vec<String>,
    world: &str,
    runs: usize,
    episodes: usize,
    seed: u64,
    threads: usize,
    unsafe_unmasked: bool,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyByteArray>> {
    let scenarios: Vec<_> = scenarios.iter().map(|s| s.inner.clone()).collect();
    let personas = counterparts.iter().map(|name| persona(name)).collect::<PyResult<Vec<_>>>()?;
    let policy = crate::convert::policy(&policy, None, None, unsafe_unmasked)?;
    let world = world_kind(world)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| argument(&format!("can't start {threads} threads: {e}")))?;
    let batch = Batch { scenarios: &scenarios, personas: &personas, policy, world, runs, episodes, seed };
    let done = AtomicUsize::new(0);
    let watch = || match &progress {
        Some(progress) => progress.call1((done.load(Ordering::Relaxed),)).map(drop),
        None => Ok(()),
    };
    // Played straight into Python's memory, which nobody else can see yet.
    PyByteArray::new_with(py, batch.size().map_err(Raise::raise)? * EPISODE_BYTES, |bytes| {
        let (places, _) = bytes.as_chunks_mut();
        let work = |stop: &AtomicBool| pool.install(|| batch.play_into(places, pack, &done, stop));
        interruptible(py, work, watch)?.map_err(Raise::raise)
    })
}

/// Does `work` on a thread of its own; meanwhile calls `watch` and looks for Ctrl-C every `POLL`. The first error of
/// either raises `work`'s flag to stop, and is returned once `work` has.
fn interruptible<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&AtomicBool) -> T + Send,
    watch: impl Fn() -> PyResult<()>,
) -> PyResult<T> {
    let (caller, finished, stop) = (std::thread::current(), AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let result = work(&stop);
            finished.store(true, Ordering::Release);
            caller.unpark();
            result
        });
        while !finished.load(Ordering::Acquire) && !worker.is_finished() {
            py.detach(|| std::thread::park_timeout(POLL));
            if let Err(interrupted) = py.check_signals().and_then(|()| watch()) {
                stop.store(true, Ordering::Relaxed);
                return Err(interrupted);
            }
        }
        worker.join().map_err(|panic| std::panic::resume_unwind(panic))
    })
}

/// Length of a packed record.
const EPISODE_BYTES: usize = 96;

/// Little endian, no gaps; the order is that of `emomas.simulation.EPISODE`.
fn pack(e: &Episode, record: &mut [u8; EPISODE_BYTES]) {
    let (words, rest) = record.split_at_mut(20);
    let (codes, rest) = rest.split_at_mut(4);
    let (numbers, shown) = rest.split_at_mut(56);
    put(words, [e.run, e.episode, e.scenario, e.turns, e.refusals].map(u32::to_le_bytes));
    codes.copy_from_slice(&[e.persona as u8, e.stance, e.end as u8, 0]);
    let outcome = [e.deal, e.utility, e.counterpart_utility, e.liking, e.satisfaction, e.compliance, e.reward];
    put(numbers, outcome.map(f64::to_le_bytes));
    put(shown, e.shown.map(u16::to_le_bytes));
}

/// Values one after the other.
fn put<const N: usize>(to: &mut [u8], values: impl IntoIterator<Item = [u8; N]>) {
    for (place, value) in to.chunks_exact_mut(N).zip(values) {
        place.copy_from_slice(&value);
    }
}

/// (id, requirement, estimate, low, high, passed)
type Finding = (&'static str, &'static str, f64, f64, f64, bool);

/// The published findings V1–V18 in the given world: (id, requirement, estimate, low, high, passed).
#[pyfunction]
#[pyo3(signature = (*, world="standard", people=20_000))]
pub(crate) fn validate_world(py: Python<'_>, world: &str, people: u32) -> PyResult<Vec<Finding>> {
    let world = world_kind(world)?.world(0);
    let table = |stop: &AtomicBool| emomas_sim::validate::table_until(&world, people, stop);
    let rows = interruptible(py, table, || Ok(()))?.unwrap_or_default();
    Ok(rows.into_iter().map(|r| (r.id, r.requirement, r.estimate, r.lo, r.hi, r.passed)).collect())
}

/// The frozen world's version, hash and parameters (name, value).
#[pyfunction]
pub(crate) fn world_parameters() -> (String, String, Vec<(String, f64)>) {
    let world = World::standard();
    (world.version().to_owned(), world.hash().to_owned(), world.list())
}
