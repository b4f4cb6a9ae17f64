//! Plain strategies with published scores; they show that the simulator is the published one.

use super::{Action, DEADLINE, Scenario};

/// An agent: (turn, standing offer) to action.
pub(crate) type Agent = Box<dyn FnMut(u32, Option<f64>) -> Action>;

fn time(turn: u32) -> f64 {
    f64::from(turn) / f64::from(DEADLINE - 1)
}

/// Time-dependent tactic with AC_next.
pub(crate) fn time_dependent(scenario: &Scenario, beta: f64) -> Agent {
    let limit = scenario.reservation;
    Box::new(move |turn, theirs| {
        let offer = limit * time(turn).powf(1.0 / beta);
        let last = turn + 1 == DEADLINE;
        if theirs.is_some_and(|y| y <= offer || (last && y <= limit)) { Action::Accept } else { Action::Offer(offer) }
    })
}

/// The expected-utility closed form without hazard, above a linear floor of `floor`·R.
pub(crate) fn closed_form(scenario: &Scenario, floor: f64) -> Agent {
    let limit = scenario.reservation;
    let (mut own, mut high) = (0.0_f64, 1.0_f64);
    Box::new(move |turn, theirs| {
        high = high.min(theirs.unwrap_or(1.0));
        let (mut worth, mut offer) = (0.0_f64, 0.0_f64);
        for _ in turn..DEADLINE {
            offer = high.min(limit).min(((limit - worth) / 2.0).max(0.0));
            worth += offer / high.max(1e-9) * (limit - offer - worth).max(0.0);
        }
        offer = offer.max(own).max(floor * limit * time(turn));
        let last = turn + 1 == DEADLINE;
        if theirs.is_some_and(|y| y <= limit && (limit - y >= worth || y <= offer || last)) {
            return Action::Accept;
        }
        own = offer;
        Action::Offer(offer)
    })
}

/// Holds its target and takes a rational offer on its last turn.
pub(crate) fn hold(scenario: &Scenario) -> Agent {
    let limit = scenario.reservation;
    Box::new(move |turn, theirs| {
        if turn + 1 == DEADLINE && theirs.is_some_and(|y| y <= limit) { Action::Accept } else { Action::Offer(0.0) }
    })
}

/// Knows everything: the counterpart's floor on its last turn.
pub(crate) fn oracle(scenario: &Scenario) -> Agent {
    let (floor, exit) = (scenario.floor, scenario.exit);
    Box::new(move |turn, _| Action::Offer(if turn + 1 >= exit { floor } else { 0.0 }))
}
