//! The bargainer against twelve counterparts it has never heard of, beside tactics with published scores.

mod opponents;

use emomas_core::Direction;
use emomas_core::bargain::{Bargainer, Move, Terms};
use opponents::baselines::{Agent, closed_form, hold, oracle, time_dependent};
use opponents::{Action, COUNT, DEADLINE, NAMES, Scenario, play, utility};

const SCENARIOS: u64 = 1000;

/// Scores in both settings: [shared deadline, hidden exit].
struct Score {
    mean: [f64; 2],
    error: [f64; 2],
}

/// Runs `agent` against everybody and prints its row.
fn league(name: &str, scenarios: u64, agent: impl Fn(&Scenario) -> Agent) -> Score {
    let mut score = Score { mean: [0.0; 2], error: [0.0; 2] };
    for (setting, hidden) in [false, true].into_iter().enumerate() {
        let (mut each, mut sum, mut squares, mut deals) = ([0.0; COUNT], 0.0, 0.0, 0);
        for index in 0..scenarios {
            let scenario = Scenario::draw(index, hidden);
            let mut mean = 0.0;
            for (kind, total) in each.iter_mut().enumerate() {
                let deal = play(kind, &scenario, agent(&scenario));
                deals += u32::from(deal.is_some());
                let u = utility(&scenario, deal);
                *total += u;
                mean += u / COUNT as f64;
            }
            sum += mean;
            squares += mean * mean;
        }
        let n = scenarios as f64;
        score.mean[setting] = sum / n;
        score.error[setting] = ((squares / n - (sum / n).powi(2)) / n).sqrt();
        let cells = row(each.iter().map(|u| format!("{:.3}", u / n)));
        let (mean, error) = (score.mean[setting], score.error[setting]);
        let label = if hidden { "hidden" } else { "shared" };
        println!("{name:12} {label} {mean:.3} ({error:.3}) deals {:.2} |{cells}", f64::from(deals) / n / COUNT as f64);
    }
    score
}

fn terms(scenario: &Scenario) -> Terms {
    Terms {
        direction: Direction::Lower,
        agent_target: 0.0,
        agent_reservation: scenario.reservation,
        counterpart_target: 1.0,
        deadline_turns: DEADLINE,
        shared_deadline: scenario.shared,
    }
}

fn action(mv: Move) -> Action {
    match mv {
        Move::Open(share) | Move::Counter(share) | Move::Hold(share) => Action::Offer(share),
        Move::Accept(_) => Action::Accept,
        Move::WalkAway => Action::Leave,
    }
}

/// The agent under test, in one policy for both settings.
fn ours(scenario: &Scenario) -> Agent {
    let terms = terms(scenario);
    let mut bargainer = Bargainer::new(&terms);
    Box::new(move |turn, theirs| {
        bargainer.observe(&terms, turn, theirs);
        let (mv, _) = bargainer.decide(&terms, turn);
        bargainer.commit(mv);
        action(mv)
    })
}

/// The same with the exact planner on every turn.
fn planned(scenario: &Scenario) -> Agent {
    let terms = terms(scenario);
    let mut bargainer = Bargainer::new(&terms);
    Box::new(move |turn, theirs| {
        bargainer.observe(&terms, turn, theirs);
        let mv = bargainer.plan(&terms, turn, 2000).mv;
        bargainer.commit(mv);
        action(mv)
    })
}

/// Cells of equal width.
fn row(cells: impl Iterator<Item = String>) -> String {
    cells.fold(String::new(), |line, cell| line + &format!(" {cell:>8}"))
}

fn header() {
    println!("{:44}|{}", "", row(NAMES.iter().map(ToString::to_string)));
}

#[test]
fn simulator_reproduces_the_published_scores() {
    type Row = (&'static str, [f64; 2], fn(&Scenario) -> Agent);
    header();
    // The reciprocal and human counterparts are published in words only, hence the tolerance.
    let rows: [Row; 5] = [
        ("TDT .2", [0.301, 0.138], |s| time_dependent(s, 0.2)),
        ("TDT .5", [0.278, 0.212], |s| time_dependent(s, 0.5)),
        ("TDT 1", [0.245, 0.264], |s| time_dependent(s, 1.0)),
        ("hold", [0.231, 0.046], hold),
        ("oracle", [0.467, 0.467], oracle),
    ];
    for (name, published, agent) in rows {
        let score = league(name, SCENARIOS, agent);
        for (mean, published) in score.mean.into_iter().zip(published) {
            assert!((mean - published).abs() < 0.02, "{name}: {mean:.4}, published {published}");
        }
    }
    let shared = league("EU", SCENARIOS, |s| closed_form(s, 0.0)).mean[0];
    let hidden = league("EU floor", SCENARIOS, |s| closed_form(s, 1.0)).mean[1];
    assert!((shared - 0.333).abs() < 0.02, "closed form, shared deadline: {shared:.4}, published .333");
    assert!((hidden - 0.251).abs() < 0.02, "closed form with floor, hidden exits: {hidden:.4}, published .251");
}

#[test]
fn one_policy_clears_both_bars() {
    header();
    let score = league("ours", SCENARIOS, ours);
    assert!(score.mean[0] >= 0.333, "shared deadline: {:.4} ± {:.4}", score.mean[0], score.error[0]);
    assert!(score.mean[1] >= 0.251, "hidden exits: {:.4} ± {:.4}", score.mean[1], score.error[1]);
    // The same scenarios, so this margin is paired; it carries over from one seed to the next.
    let reference = league("EU", SCENARIOS, |s| closed_form(s, 0.0));
    assert!(score.mean[0] >= reference.mean[0], "behind the closed form: {:.4}", reference.mean[0]);
}

#[test]
fn the_exact_planner_plays_a_sound_game() {
    header();
    let score = league("planned", 60, planned);
    let reference = league("TDT .5", 60, |s| time_dependent(s, 0.5));
    for setting in 0..2 {
        assert!(score.mean[setting] >= reference.mean[setting], "setting {setting}: {:.4}", score.mean[setting]);
    }
}
