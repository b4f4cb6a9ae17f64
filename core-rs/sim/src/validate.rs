//! Does a world say what the studies say? One row per finding, each a comparison of two large simulated samples.
//!
//! The world was built from these findings, so passing shows that the implementation is consistent with them; it is no
//! independent evidence. Numbers were fitted to V1 to V18 only; V19, V22 and V23 follow from how their moderators are
//! written, and the trap from all moderators together.

mod lab;
mod stats;

use std::sync::atomic::{AtomicBool, Ordering};

use emomas_core::display::Target;

use crate::person::{Context, ShownKind};
use crate::world::World;
use lab::{ANGER, Cell, FEAR, JOY, Lab, NEUTRAL, SADNESS};
use stats::Estimate;

/// A difference up to this many SD counts as none.
const NULL: f64 = 0.10;

/// One finding, as the world reproduces it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Number in the list of findings.
    pub id: &'static str,
    /// What is compared and how it must come out.
    pub requirement: &'static str,
    /// Unit of the estimate: `d` (SD), `OR`, `%` or `pp` (percentage points).
    pub unit: &'static str,
    /// Estimate.
    pub estimate: f64,
    /// Lower end of its 99 % interval.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// Whether the requirement holds.
    pub passed: bool,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.passed { "ok  " } else { "FAIL" };
        let Self { id, requirement, unit, estimate, lo, hi, .. } = self;
        write!(f, "{verdict} {id:5} {estimate:7.3} [{lo:7.3}, {hi:7.3}] {unit:2}  {requirement}")
    }
}

/// The rows collected so far.
struct Table(Vec<Row>);

impl Table {
    fn add(&mut self, id: &'static str, requirement: &'static str, e: &Estimate, passed: bool) {
        let Estimate { unit, value, lo, hi } = *e;
        self.0.push(Row { id, requirement, unit, estimate: value, lo, hi, passed });
    }

    /// The whole interval lies above the point of no difference.
    fn above(&mut self, id: &'static str, requirement: &'static str, e: &Estimate) {
        self.add(id, requirement, e, e.lo > e.origin());
    }

    /// The whole interval lies below it.
    fn below(&mut self, id: &'static str, requirement: &'static str, e: &Estimate) {
        self.add(id, requirement, e, e.hi < e.origin());
    }

    /// The estimate is no larger than `limit`.
    fn none(&mut self, id: &'static str, requirement: &'static str, e: &Estimate, limit: f64) {
        self.add(id, requirement, e, e.value.abs() <= limit);
    }
}

/// All rows for `world`, with `people` simulated participants in each cell; 20 000 or more make the intervals narrow
/// enough for every row.
pub fn table(world: &World, people: u32) -> Vec<Row> {
    table_until(world, people, &AtomicBool::new(false)).unwrap_or_default()
}

/// The same; setting `stop` ends it within a few hundred participants, with none.
pub fn table_until(world: &World, people: u32, stop: &AtomicBool) -> Option<Vec<Row>> {
    let lab = &mut Lab::new(world, people, stop);
    let rows = &mut Table(Vec::new());
    moderators_of_anger(lab, rows);
    other_emotions(lab, rows);
    changes_of_mood(lab, rows);
    leaving_and_agreeing(lab, rows);
    beyond_the_fit(lab, rows);
    (!stop.load(Ordering::Relaxed)).then(|| std::mem::take(&mut rows.0))
}

fn moderators_of_anger(lab: &mut Lab<'_>, rows: &mut Table) {
    let (neutral, anger, joy) = (lab.run(&NEUTRAL), lab.run(&ANGER), lab.run(&JOY));
    rows.above("V1", "concession: anger > neutral", &anger.concedes_more_than(&neutral));
    rows.above("V1b", "concession: anger > joy", &anger.concedes_more_than(&joy));
    rows.below("V1c", "concession: joy < neutral", &joy.concedes_more_than(&neutral));

    let mut against_neutral = |cell: Cell| {
        let reference = cell.clone().shows(&[lab::neutral()]);
        lab.run(&cell).concedes_more_than(&lab.run(&reference))
    };
    let e = against_neutral(ANGER.clone().people(|t| t.time_pressure = 1.0));
    rows.none("V2", "anger under high time pressure: none", &e, NULL);
    let e = against_neutral(ANGER.clone().people(|t| t.power = 1.0).inappropriate(0.0));
    rows.none("V3", "appropriate anger at a powerful receiver: none", &e, NULL);
    let e = against_neutral(ANGER.clone().people(|t| t.power = 1.0).inappropriate(1.0));
    rows.below("V4", "inappropriate anger at a powerful receiver: fewer concessions", &e);
    let e = against_neutral(ANGER.clone().people(|t| t.authenticity = 0.0));
    rows.below("V6", "inauthentic anger: fewer concessions", &e);
    let e = against_neutral(ANGER.clone().people(|t| t.authenticity = 0.5));
    rows.none("V6b", "ambiguous anger: none", &e, NULL);
    let e = against_neutral(ANGER.clone().people(|t| t.context = Context::Competitive));
    rows.none("V8", "anger in a pure contest: none", &e, NULL);
    let e = against_neutral(ANGER.clone().people(|t| t.moral = true));
    rows.below("V9", "anger over a moral issue: fewer concessions", &e);
    let e = against_neutral(SADNESS.clone().people(|t| t.moral = true));
    rows.above("V9b", "sadness over a moral issue: more concessions", &e);

    let at_person = |cell: &Cell| cell.clone().about(Target::Person);
    let e = lab.run(&at_person(&ANGER)).concedes_more_than(&lab.run(&at_person(&JOY)));
    rows.below("V5", "person-directed: anger < joy", &e);
    let e = lab.run(&ANGER.clone().intensity(1.0)).concedes_more_than(&lab.run(&ANGER));
    rows.below("V7", "intense anger < moderate anger", &e);
}

fn other_emotions(lab: &mut Lab<'_>, rows: &mut Table) {
    let neutral = lab.run(&NEUTRAL);
    let disappointment = Cell::of(&[ShownKind::Disappointment]);
    let e = lab.run(&disappointment).concedes_more_than(&neutral);
    rows.above("V10", "disappointment: more concessions", &e);
    let e = lab.run(&Cell::of(&[ShownKind::Guilt])).concedes_more_than(&neutral);
    rows.below("V10b", "guilt: fewer concessions", &e);
    let e = lab.run(&disappointment.clone().people(|t| t.trust = 0.1)).concedes_more_than(&neutral);
    rows.none("V10c", "disappointment without trust: none", &e, NULL);
    let mut effect_on = |proself: fn(&mut crate::Traits)| {
        let (shown, plain) = (disappointment.clone().people(proself), NEUTRAL.clone().people(proself));
        lab.run(&shown).concedes_more_than(&lab.run(&plain))
    };
    let e = effect_on(|t| t.proself = true).minus(&effect_on(|t| t.proself = false));
    rows.above("V10d", "disappointment moves proselfs more than prosocials", &e);
    let e = lab.run(&FEAR).concedes_more_than(&neutral);
    rows.above("V10e", "worry: more concessions", &e);
    let e = lab.run(&SADNESS).concedes_more_than(&neutral);
    rows.none("V11", "sadness without other-concern: none", &e, NULL);
    let e = lab.run(&SADNESS.clone().people(|t| t.concern = true)).concedes_more_than(&neutral);
    rows.above("V11b", "sadness with other-concern: more concessions", &e);
}

fn changes_of_mood(lab: &mut Lab<'_>, rows: &mut Table) {
    let (a, j) = (lab::anger(), lab::joy());
    let (anger, joy) = (lab.run(&ANGER), lab.run(&JOY));
    let alternating = lab.run(&Cell::of(&[a, j]));
    rows.above("V12", "alternating anger and joy > steady anger", &alternating.concedes_more_than(&anger));
    let to_anger = lab.run(&Cell::of(&[j, j, j, a, a, a]));
    rows.above("V13", "joy, then anger > steady anger", &to_anger.concedes_more_than(&anger));
    rows.above("V13b", "joy, then anger: liked more than steady anger", &to_anger.liked_more_than(&anger));
    let to_joy = lab.run(&Cell::of(&[a, a, a, j, j, j]));
    rows.none("V14", "anger, then joy = steady joy", &to_joy.concedes_more_than(&joy), NULL);
    rows.below("V14b", "anger, then joy: liked less than steady joy", &to_joy.liked_more_than(&joy));
}

fn leaving_and_agreeing(lab: &mut Lab<'_>, rows: &mut Table) {
    let (neutral, anger, joy) = (lab.run(&NEUTRAL), lab.run(&ANGER), lab.run(&JOY));
    let base = neutral.walked.percent();
    rows.add("V15", "neutral: 2.4 % walk away", &base, (base.value - 2.4).abs() <= 0.5);
    rows.above("V15b", "anger: more walk away", &anger.walked.odds_against(&neutral.walked));
    let personal = lab.run(&ANGER.clone().about(Target::Person));
    rows.above("V15c", "person-directed anger: more walk away", &personal.walked.odds_against(&neutral.walked));
    rows.above("V16", "ultimatum taken: joy > neutral", &joy.yes.points_above(&neutral.yes));
    rows.below("V16b", "ultimatum taken: anger < neutral", &anger.yes.points_above(&neutral.yes));
    rows.below("V17", "anger: liked less", &anger.liked_more_than(&neutral));
    rows.below("V17b", "anger: less satisfied", &anger.satisfies_more_than(&neutral));
    rows.above("V17c", "joy: liked more", &joy.liked_more_than(&neutral));
    rows.above("V18", "anger is answered by anger", &anger.angry.points_above(&neutral.angry));
}

fn beyond_the_fit(lab: &mut Lab<'_>, rows: &mut Table) {
    let generous = |cell: &Cell| cell.clone().conceding(0.2);
    let e = lab.run(&generous(&ANGER)).concedes_more_than(&lab.run(&generous(&NEUTRAL)));
    rows.none("V19", "anger after large concessions: none", &e, NULL);
    let (neutral, anger) = (lab.run(&NEUTRAL), lab.run(&ANGER));
    rows.below("V22", "anger: fewer promises kept", &anger.kept.points_above(&neutral.kept));
    let weak = |cell: &Cell| cell.clone().people(|t| t.power = 0.0);
    let e = lab.run(&weak(&ANGER)).walked.points_above(&lab.run(&weak(&NEUTRAL)).walked);
    rows.none("V23", "anger at the powerless: nobody driven away", &e, 0.5);
    let e = lab.run(&ANGER.clone().mixed()).concedes_more_than(&lab.run(&NEUTRAL.clone().mixed()));
    rows.none("trap", "anger over all moderators pooled: none", &e, NULL);
}
