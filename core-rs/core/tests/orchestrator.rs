//! The orchestrator: posterior, planted experts, regret, exploration, mask.

use emomas_core::emotion::{EMOTIONS, Emotion, EmotionDist, EmotionSet};
use emomas_core::orchestrator::{CONTEXTS, Orchestrator, Rates, Selection};
use emomas_core::rng::Rng;

fn point(index: usize) -> EmotionDist {
    let mut dist = [0.0; EMOTIONS];
    dist[index] = 1.0;
    dist
}

/// A noisy distribution that prefers `index`.
fn leaning(index: usize, mass: f64) -> EmotionDist {
    let mut dist = [(1.0 - mass) / (EMOTIONS - 1) as f64; EMOTIONS];
    dist[index] = mass;
    dist
}

#[test]
fn weights_stay_a_normalised_posterior() {
    let rates = Rates::default();
    let mut rng = Rng::new(1);
    let mut o = Orchestrator::new(3);
    for turn in 0..2000 {
        let context = rng.below(CONTEXTS);
        let proposals: Vec<EmotionDist> = (0..3).map(|_| leaning(rng.below(EMOTIONS), 0.5)).collect();
        let weights = o.weights(context, &rates);
        let sum: f64 = weights.iter().sum();
        assert!((sum - 1.0).abs() < 1e-12 && weights.iter().all(|&w| (0.0..=1.0).contains(&w)));
        let choice = o.choose(&weights, &proposals, EmotionSet::EMPTY, Selection::Sample, &rates, &mut rng);
        o.commit(context, &proposals, &choice, Selection::Sample, &rates);
        o.reward(rng.uniform(), &rates);
        if turn % 10 == 9 {
            o.close(rng.uniform(), &rates);
        }
    }
}

/// Plays `episodes` of eight turns in which only the emotion of expert `best` pays; returns the final mean weights.
fn planted(o: &mut Orchestrator, best: usize, episodes: usize, selection: Selection, rng: &mut Rng) -> [f64; 3] {
    let rates = Rates::default();
    let proposals = [leaning(0, 0.7), leaning(3, 0.7), leaning(6, 0.7)];
    let pays = [0, 3, 6][best];
    let mut weights = [0.0; 8];
    for _ in 0..episodes {
        let mut won = 0.0;
        for turn in 0..8 {
            let context = turn % 4;
            weights = o.weights(context, &rates);
            let choice = o.choose(&weights, &proposals, EmotionSet::EMPTY, selection, &rates, rng);
            o.commit(context, &proposals, &choice, selection, &rates);
            let noise = 0.1 * (rng.uniform() - 0.5);
            let reward = if choice.emotion.index() == pays { 0.7 } else { 0.4 } + noise;
            won += reward / 8.0;
            o.reward(reward, &rates);
        }
        o.close(won, &rates);
    }
    [weights[0], weights[1], weights[2]]
}

#[test]
fn a_planted_best_expert_wins_within_50_episodes_and_loses_after_a_switch() {
    for selection in [Selection::Sample, Selection::Argmax] {
        for seed in 0..10 {
            let mut rng = Rng::new(seed);
            let mut o = Orchestrator::new(3);
            let first = planted(&mut o, 1, 50, selection, &mut rng);
            assert!(first[1] > 0.9, "{selection:?} seed {seed}: {first:?}");
            let second = planted(&mut o, 2, 50, selection, &mut rng);
            assert!(second[1] < 0.1 && second[2] > 0.9, "{selection:?} seed {seed}: {second:?}");
        }
    }
}

/// Exp4 with fixed share, gains in [0, 1], against the best sequence of experts with `switches` changes:
/// regret ≤ C/η + η·K·T/(1 − γ) + γ·T, C = ln N + S·ln(N/α) + (T − S)·ln(1/(1 − α)).
///
/// C is what the comparator's weight can have lost: a stay costs 1 − α, a switch α/N. Second-order term: x ≤ 1 gives
/// eˣ ≤ 1 + x + x², and E Σ_i w_i (p_i(a)/q(a))² ≤ K/(1 − γ). Both need η ≤ γ/K and no shrinkage.
struct Bound {
    rates: Rates,
    regret: f64,
}

impl Bound {
    fn new(turns: usize, switches: usize, share: f64) -> Self {
        let (n, k, t, s) = (EXPERTS as f64, EMOTIONS as f64, turns as f64, switches as f64);
        let moved = if switches == 0 { 0.0 } else { s * (n / share).ln() };
        let complexity = n.ln() + moved + (t - s) * (1.0 / (1.0 - share)).ln();
        let eta = (complexity / (k * t)).sqrt().min(1.0 / k);
        let explore = k * eta;
        let regret = complexity / eta + eta * k * t / (1.0 - explore) + explore * t;
        Self { rates: Rates { eta, share, explore, shrink: 0.0 }, regret }
    }
}

const EXPERTS: usize = 4;

/// What each emotion pays in one turn; may depend on the weights, as an adaptive adversary does.
type Gains = [f64; EMOTIONS];

/// Plays to the last of `ends`; returns what the best expert of each segment gains more than was expected to be
/// obtained.
fn regret(seed: u64, ends: &[usize], rates: &Rates, gains: impl Fn(usize, &[f64; 8]) -> Gains) -> f64 {
    let mut rng = Rng::new(seed);
    let experts: [EmotionDist; EXPERTS] = [point(0), point(2), leaning(4, 0.6), leaning(6, 0.9)];
    let mut o = Orchestrator::new(EXPERTS);
    let (mut best, mut obtained, mut turn) = (0.0, 0.0, 0);
    for &end in ends {
        let mut of_expert = [0.0; EXPERTS];
        while turn < end {
            let weights = o.weights(0, rates);
            let pays = gains(turn, &weights);
            let expected = |p: &EmotionDist| (0..EMOTIONS).map(|e| p[e] * pays[e]).sum::<f64>();
            let choice = o.choose(&weights, &experts, EmotionSet::EMPTY, Selection::Sample, rates, &mut rng);
            for (sum, expert) in of_expert.iter_mut().zip(&experts) {
                *sum += expected(expert);
            }
            obtained += expected(&choice.sampled);
            o.commit(0, &experts, &choice, Selection::Sample, rates);
            o.reward(pays[choice.emotion.index()], rates);
            turn += 1;
        }
        best += of_expert.into_iter().fold(f64::MIN, f64::max);
    }
    best - obtained
}

/// The gains of one of four environments, made from `seed`.
fn environment(kind: u64, seed: u64) -> impl Fn(usize, &[f64; 8]) -> Gains {
    let mut draw = Rng::new(seed ^ 0xabcd);
    let means: Gains = std::array::from_fn(|_| draw.uniform());
    let period = 20 + draw.below(400);
    move |t, w| match kind {
        // Stochastic: each emotion pays a coin of its own.
        0 => {
            let mut coins = Rng::keyed(seed, &[t as u64]);
            means.map(|mean| f64::from(u8::from(coins.uniform() < mean)))
        }
        // Oblivious adversary: the paying emotion rotates.
        1 => point((t / period) % EMOTIONS),
        // Adaptive adversary: what the favourite expert says never pays.
        2 => {
            let favourite = emomas_core::math::argmax(&[w[0], w[1], w[2], w[3]]);
            point([0, 2, 4, 6][favourite]).map(|p| 1.0 - p)
        }
        // Constant gap.
        _ => means,
    }
}

#[test]
fn regret_stays_under_the_exp4_fixed_share_bound() {
    let turns = 2000;
    let mut worst: f64 = 0.0;
    for seed in 0..1000_u64 {
        let share = if seed % 8 < 4 { 0.0 } else { 1.0 / turns as f64 };
        let bound = Bound::new(turns, 0, share);
        let lost = regret(seed, &[turns], &bound.rates, environment(seed % 4, seed));
        worst = worst.max(lost / bound.regret);
        assert!(lost <= bound.regret, "seed {seed}: regret {lost} bound {}", bound.regret);
    }
    println!("largest regret / bound over 1000 sequences: {worst:.3}");
    assert!(worst > 0.25, "a test that can't come near the bound proves nothing: {worst}");
}

/// Four segments of random length, each in a random environment.
fn switching(seed: u64, turns: usize) -> ([usize; 4], impl Fn(usize, &[f64; 8]) -> Gains) {
    let mut draw = Rng::new(seed ^ 0x5717_c4ed);
    let mut ends = [draw.below(turns), draw.below(turns), draw.below(turns), turns];
    ends.sort_unstable();
    let parts: Vec<_> = (0..4).map(|part| environment(draw.below(4) as u64, seed * 4 + part)).collect();
    (ends, move |t, w| parts[ends.iter().filter(|&&end| end <= t).count()](t, w))
}

#[test]
fn tracking_regret_stays_under_the_fixed_share_bound() {
    let (turns, switches) = (10_000, 3);
    let mut worst: f64 = 0.0;
    for seed in 0..1000_u64 {
        let bound = Bound::new(turns, switches, switches as f64 / turns as f64);
        assert!(bound.regret < 0.5 * turns as f64, "vacuous");
        let (ends, gains) = switching(seed, turns);
        let lost = regret(seed, &ends, &bound.rates, gains);
        worst = worst.max(lost / bound.regret);
        assert!(lost <= bound.regret, "seed {seed}: regret {lost} bound {}", bound.regret);
    }
    println!("largest tracking regret / bound over 1000 sequences: {worst:.3}");
    assert!(worst > 0.25, "a test that can't come near the bound proves nothing: {worst}");
}

#[test]
fn without_learning_or_without_sharing_the_bounds_break() {
    // η = 0 keeps uniform weights: linear regret must exceed what the bound allows a learner of this length.
    let turns = 20_000;
    let tuned = Bound::new(turns, 0, 0.0);
    let frozen = Rates { eta: 0.0, ..tuned.rates };
    assert!(regret(3, &[turns], &frozen, |_, _| point(2)) > tuned.regret);
    // Without a share the loser's weight takes as long to come back as it took to go.
    let ends = [turns / 2, turns];
    let tracking = Bound::new(turns, 1, 1.0 / turns as f64);
    let halves = |t: usize, _: &[f64; 8]| if t < turns / 2 { point(2) } else { point(0) };
    assert!(regret(3, &ends, &tracking.rates, halves) <= tracking.regret);
    assert!(regret(3, &ends, &Rates { share: 0.0, ..tracking.rates }, halves) > tracking.regret);
}

#[test]
fn exploration_never_carries_more_confidence_than_exploitation() {
    let mut rng = Rng::new(9);
    let o = Orchestrator::new(3);
    let rates = Rates { explore: 0.5, ..Rates::default() };
    let mut explored = 0;
    for _ in 0..5000 {
        let proposals: Vec<EmotionDist> = (0..3).map(|_| leaning(rng.below(EMOTIONS), rng.uniform())).collect();
        let weights = o.weights(0, &rates);
        let choice = o.choose(&weights, &proposals, EmotionSet::EMPTY, Selection::Argmax, &rates, &mut rng);
        let best = choice.mixture.iter().copied().fold(0.0, f64::max);
        if choice.explored {
            explored += 1;
            assert!(choice.confidence <= best);
        } else {
            assert_eq!(choice.confidence, best);
        }
    }
    assert!(explored > 2000);
}

#[test]
fn the_mask_cannot_be_outvoted_by_any_learning() {
    let rates = Rates { explore: 0.3, ..Rates::default() };
    let refused = EmotionSet::of(&[Emotion::Anger, Emotion::Disgust]);
    let mut rng = Rng::new(2);
    let mut o = Orchestrator::new(2);
    let proposals = [point(Emotion::Anger.index()), leaning(Emotion::Disgust.index(), 0.9)];
    for turn in 0..3000 {
        let selection = if turn % 2 == 0 { Selection::Argmax } else { Selection::Sample };
        let weights = o.weights(0, &rates);
        let choice = o.choose(&weights, &proposals, refused, selection, &rates, &mut rng);
        assert!(!refused.contains(choice.emotion));
        o.commit(0, &proposals, &choice, selection, &rates);
        o.reward(1.0, &rates);
    }
}
