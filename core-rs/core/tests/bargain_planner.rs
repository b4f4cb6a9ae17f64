//! The exact planner against two games with known optimum.

use emomas_core::bargain::planner::{BudgetExhausted, PlanGame, PlanMove, PlanType, Planner};

const BIG: usize = 1 << 20;

fn satisficer(threshold: f64) -> PlanType {
    PlanType { weight: 1.0, threshold: vec![threshold], shown: Vec::new(), exit: u32::MAX }
}

/// Golden A: reservation uniform on 0..=100, an offer is taken iff it reaches it.
fn static_game(rounds: u32, discount: f64) -> (f64, Vec<f64>) {
    let types: Vec<_> = (0..=100).map(|r| satisficer(f64::from(r))).collect();
    let candidates = (0..=100).map(f64::from).collect();
    let game = PlanGame { candidates, reservation: 100.0, scale: 1.0, discount, rounds, node_budget: BIG };
    let mut planner = Planner::solve(&types, &game, 0).expect("budget");
    let mut offers = Vec::new();
    for _ in 0..rounds {
        let Some(PlanMove::Offer(offer)) = planner.best(0, &offers, &[]) else { panic!("no offer after {offers:?}") };
        offers.push(offer);
    }
    (planner.value(0).expect("solved"), offers)
}

#[test]
fn static_threshold_game_has_the_published_optimum() {
    let rows: [(u32, f64, f64, &[f64]); 3] = [
        (5, 1.0, 42.079_208, &[15.0, 32.0, 49.0, 66.0, 83.0]),
        (5, 0.95, 39.608_596, &[21.0, 40.0, 57.0, 72.0, 86.0]),
        (10, 0.9, 38.337_362, &[23.0, 42.0, 56.0, 67.0, 75.0, 81.0, 86.0, 90.0, 94.0, 97.0]),
    ];
    for (rounds, discount, value, offers) in rows {
        let (v, path) = static_game(rounds, discount);
        assert!((v - value).abs() < 5e-7, "T={rounds} d={discount}: {v}, not {value}");
        assert_eq!(path, offers, "T={rounds} d={discount}");
    }
}

#[test]
fn fine_grid_approaches_the_closed_form() {
    let n = 400;
    let types: Vec<_> = (0..n).map(|i| satisficer((f64::from(i) + 0.5) / f64::from(n))).collect();
    let candidates = types.iter().map(|t| t.threshold[0]).collect::<Vec<_>>();
    for k in 1..=5 {
        let candidates = candidates.clone();
        let game = PlanGame { candidates, reservation: 1.0, scale: 1.0, discount: 1.0, rounds: k, node_budget: BIG };
        let v = Planner::solve(&types, &game, 0).and_then(|mut p| p.value(0)).expect("budget");
        let exact = f64::from(k) / (2.0 * f64::from(k + 1));
        assert!((v - exact).abs() < 1.5 / f64::from(n), "V_{k} = {v}, not {exact}");
    }
}

const LIMIT: f64 = 70.0;
const TARGET: f64 = 10.0;
const CURVES: [([f64; 6], &str); 6] = [
    ([90.0, 88.0, 80.0, 68.0, 52.0, 30.0], "30 .5"),
    ([90.0, 63.0, 52.0, 44.0, 36.0, 30.0], "30 2"),
    ([90.0, 88.0, 83.0, 74.0, 61.0, 45.0], "45 .5"),
    ([90.0, 70.0, 62.0, 55.0, 50.0, 45.0], "45 2"),
    ([90.0, 89.0, 85.0, 79.0, 71.0, 60.0], "60 .5"),
    ([90.0, 77.0, 71.0, 67.0, 63.0, 60.0], "60 2"),
];

/// Plays one counterpart of golden B; the agent sees (round, its price) and offers, accepts or leaves.
fn play(curve: &[f64; 6], exit: usize, discount: f64, mut agent: impl FnMut(usize, f64) -> PlanMove) -> f64 {
    let utility = |x: f64| (LIMIT - x) / (LIMIT - TARGET);
    let mut factor = 1.0;
    for round in 0..exit {
        match agent(round, curve[round.min(5)]) {
            PlanMove::Leave => return 0.0,
            PlanMove::Accept => return utility(curve[round.min(5)]) * factor,
            PlanMove::Offer(x) if x >= curve[(round + 1).min(5)] => return utility(x) * factor,
            PlanMove::Offer(_) => factor *= discount,
        }
    }
    0.0
}

/// Mean over the 24 types.
fn mean(discount: f64, mut agent: impl FnMut(&[f64; 6], usize) -> Box<dyn FnMut(usize, f64) -> PlanMove>) -> f64 {
    let mut sum = 0.0;
    for (curve, _) in &CURVES {
        for exit in 3..=6 {
            sum += play(curve, exit, discount, agent(curve, exit));
        }
    }
    sum / 24.0
}

#[test]
fn the_simulator_of_golden_b_reproduces_the_published_tactics() {
    let rows = [
        (0.2, 0.159_722, 0.128_115),
        (0.5, 0.152_778, 0.123_873),
        (1.0, 0.137_500, 0.113_751),
        (2.0, 0.152_083, 0.131_840),
        (5.0, 0.116_667, 0.105_476),
    ];
    for (beta, plain, discounted) in rows {
        for (discount, expected) in [(1.0, plain), (0.95, discounted)] {
            let v = mean(discount, |_, _| {
                Box::new(move |round, y| {
                    let time = (round as f64 / 5.0).min(1.0);
                    let offer = (TARGET + (LIMIT - TARGET) * time.powf(1.0 / beta) + 0.5).floor();
                    if y <= offer { PlanMove::Accept } else { PlanMove::Offer(offer) }
                })
            });
            assert!((v - expected).abs() < 5e-7, "TDT {beta} at d={discount}: {v}, not {expected}");
        }
    }
}

fn game_b(discount: f64, node_budget: usize) -> (Vec<PlanType>, PlanGame) {
    let mut types = Vec::new();
    for (curve, _) in &CURVES {
        for exit in 3..=6 {
            let threshold = (0..6).map(|t| curve[(t + 1).min(5)]).collect();
            types.push(PlanType { weight: 1.0, threshold, shown: curve.to_vec(), exit });
        }
    }
    let candidates = (10..=70).map(f64::from).collect();
    (types, PlanGame { candidates, reservation: LIMIT, scale: 1.0 / 60.0, discount, rounds: 6, node_budget })
}

#[test]
fn hidden_exit_game_has_the_published_optimum_also_when_played() {
    for (discount, expected) in [(1.0, 67.0 / 288.0), (0.95, 0.200_133)] {
        let (types, game) = game_b(discount, BIG);
        let mut planner = Planner::solve(&types, &game, 0).expect("budget");
        let value = planner.value(0).expect("solved");
        assert!((value - expected).abs() < 5e-7, "V* at d={discount}: {value}, not {expected}");
        let mut sum = 0.0;
        for (curve, name) in &CURVES {
            for exit in 3..=6 {
                let (mut offers, mut seen) = (Vec::new(), Vec::new());
                sum += play(curve, exit, discount, |round, y| {
                    seen.push(y);
                    let mv = planner.best(0, &offers, &seen).unwrap_or_else(|| panic!("{name}: no move at {round}"));
                    if let PlanMove::Offer(x) = mv {
                        offers.push(x);
                    }
                    mv
                });
            }
        }
        assert!((sum / 24.0 - expected).abs() < 5e-7, "played at d={discount}: {}", sum / 24.0);
    }
}

#[test]
fn a_small_budget_is_kept_and_reported() {
    let (types, game) = game_b(1.0, 5);
    assert_eq!(Planner::solve(&types, &game, 0).err(), Some(BudgetExhausted(5)));
}
