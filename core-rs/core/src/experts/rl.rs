//! The reinforcement-learning expert: tabular Watkins Q(λ) over (own emotion, person's emotion, phase, gap bin).
//!
//! It learns every turn from the turn's reward, from what was really shown. Exploring is the orchestrator's business.

use super::{ExpertReason, GapBin, Proposal, Situation};
use crate::domain::PHASES;
use crate::emotion::EMOTIONS;
use crate::math;
use crate::persist::{Persist, Reader, Writer};

/// Learning rate α (EmoMAS).
const RATE: f64 = 0.1;
/// Discount γ (EmoMAS).
const DISCOUNT: f64 = 0.9;
/// Softmax temperature τ (EmoMAS).
const TEMPERATURE: f64 = 0.1;
/// Trace decay λ.
const TRACE: f64 = 0.8;
/// Eligibility below which a trace is dropped; (γλ)²⁴ is smaller.
const TRACES: usize = 24;

/// Action values with eligibility traces; `S` states, `A` actions.
#[derive(Clone, Debug, PartialEq)]
pub struct QTable<const S: usize, const A: usize> {
    q: [[f64; A]; S],
    visits: [u64; S],
    traces: [Trace; TRACES],
    live: usize,
}

/// A recently visited state–action pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Trace {
    state: u32,
    action: u32,
    eligibility: f64,
}

crate::persist_fields!(Trace: state, action, eligibility);

impl<const S: usize, const A: usize> Default for QTable<S, A> {
    fn default() -> Self {
        Self { q: [[0.0; A]; S], visits: [0; S], traces: [Trace::default(); TRACES], live: 0 }
    }
}

impl<const S: usize, const A: usize> Persist for QTable<S, A> {
    fn write(&self, to: &mut Writer<'_>) {
        self.q.write(to);
        self.visits.write(to);
        self.traces.write(to);
        (self.live as u32).write(to);
    }

    fn read(&mut self, from: &mut Reader<'_>) {
        self.q.read(from);
        self.visits.read(from);
        self.traces.read(from);
        let mut live = 0_u32;
        live.read(from);
        self.live = (live as usize).min(TRACES);
    }
}

impl<const S: usize, const A: usize> QTable<S, A> {
    /// Values of the actions in `state`.
    pub fn values(&self, state: usize) -> &[f64; A] {
        &self.q[state.min(S - 1)]
    }

    /// How often an action was taken in `state`.
    pub fn visits(&self, state: usize) -> u64 {
        self.visits[state.min(S - 1)]
    }

    /// The value that a trace is about.
    #[inline(always)]
    fn cell<'a>(q: &'a mut [[f64; A]; S], trace: &Trace) -> &'a mut f64 {
        &mut q[(trace.state as usize).min(S - 1)][(trace.action as usize).min(A - 1)]
    }

    /// Clears the traces at the start of an episode.
    pub fn begin(&mut self) {
        self.live = 0;
    }

    /// Notes that `action` was taken in `state`; a non-greedy action cuts the traces (Watkins).
    #[inline(always)]
    pub fn act(&mut self, state: usize, action: usize) {
        let (Some(row), Some(visits)) = (self.q.get(state), self.visits.get_mut(state)) else { return };
        let Some(&taken) = row.get(action) else { return };
        *visits += 1;
        if row.iter().any(|&q| q > taken) {
            self.live = 0;
        }
        // Replacing traces: the pair moves to the front with eligibility 1.
        let (s, a) = (state as u32, action as u32);
        let at = self.traces.iter().take(self.live).position(|t| t.state == s && t.action == a);
        let end = at.unwrap_or(self.live).min(TRACES - 1);
        let mut moving = Trace { state: s, action: a, eligibility: 1.0 };
        for trace in self.traces.iter_mut().take(end + 1) {
            core::mem::swap(trace, &mut moving);
        }
        self.live = self.live.max(end + 1);
    }

    /// Learns from the reward of the last action; `next` is the state reached, none at the end.
    #[inline(always)]
    pub fn learn(&mut self, reward: f64, next: Option<usize>) {
        if self.live == 0 {
            return;
        }
        let last = self.traces[0];
        let future = next
            .map_or(0.0, |state| self.values(state).iter().fold(f64::NEG_INFINITY, |best, &q| math::larger(q, best)));
        let error = reward + DISCOUNT * future - *Self::cell(&mut self.q, &last);
        for trace in self.traces.iter_mut().take(self.live) {
            *Self::cell(&mut self.q, trace) += RATE * error * trace.eligibility;
            trace.eligibility *= DISCOUNT * TRACE;
        }
        if next.is_none() {
            self.live = 0;
        }
    }
}

/// Number of states of the expert.
pub const STATES: usize = EMOTIONS * EMOTIONS * PHASES * GapBin::COUNT;

/// The expert: a Q table over EmoMAS's state.
pub type Rl = QTable<STATES, EMOTIONS>;

/// The state of a situation; the person's emotion is the belief's most probable one.
#[inline(always)]
pub fn state(situation: &Situation) -> usize {
    let person = math::argmax(&situation.emotion);
    let pair = situation.own.index() * EMOTIONS + person;
    (pair * PHASES + situation.phase.index()) * GapBin::COUNT + situation.gap.index()
}

impl Rl {
    /// The proposal for the situation: softmax of the action values.
    #[inline(always)]
    pub fn propose(&self, situation: &Situation) -> Proposal {
        let state = state(situation);
        let dist = math::softmax(self.values(state), 1.0 / TEMPERATURE);
        let reason = if self.visits(state) == 0 { ExpertReason::Unvisited } else { ExpertReason::LearnedValue };
        Proposal { dist, reason }
    }
}
