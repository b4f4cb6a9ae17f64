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

/// Rates under which the bound holds: η = γ/7, no shrinkage.
fn bounded_rates(turns: usize, experts: usize, share: f64) -> Rates {
    let k = EMOTIONS as f64;
    let eta = ((experts as f64).ln() / (k * turns as f64)).sqrt().min(1.0 / k);
    Rates { eta, share, explore: k * eta, shrink: 0.0 }
}

/// Exp4 with gains in [0, 1] against the best constant expert:
/// regret ≤ (ln N + T·ln(1/(1 − α)))/η + η·K·T/(1 − γ) + γ·T.
///
/// Second-order term: x ≤ 1 gives eˣ ≤ 1 + x + x², and E Σ_i w_i (p_i(a)/q(a))² ≤ K/(1 − γ).
fn static_bound(rates: &Rates, turns: usize, experts: usize) -> f64 {
    let (t, k) = (turns as f64, EMOTIONS as f64);
    let drift = t * (1.0 / (1.0 - rates.share)).ln();
    ((experts as f64).ln() + drift) / rates.eta + rates.eta * k * t / (1.0 - rates.explore) + rates.explore * t
}

/// One run; `gain(turn, emotion, weights)` is the environment. Returns (best expert's gain, expected gain obtained).
fn play(seed: u64, turns: usize, rates: &Rates, gain: impl Fn(usize, usize, &[f64; 8]) -> f64) -> (f64, f64) {
    let mut rng = Rng::new(seed);
    let experts: Vec<EmotionDist> = vec![point(0), point(2), leaning(4, 0.6), leaning(6, 0.9)];
    let mut o = Orchestrator::new(experts.len());
    let mut of_expert = vec![0.0; experts.len()];
    let mut obtained = 0.0;
    for turn in 0..turns {
        let weights = o.weights(0, rates);
        let choice = o.choose(&weights, &experts, EmotionSet::EMPTY, Selection::Sample, rates, &mut rng);
        for (i, expert) in experts.iter().enumerate() {
            of_expert[i] += (0..EMOTIONS).map(|e| expert[e] * gain(turn, e, &weights)).sum::<f64>();
        }
        obtained += (0..EMOTIONS).map(|e| choice.sampled[e] * gain(turn, e, &weights)).sum::<f64>();
        let reward = gain(turn, choice.emotion.index(), &weights);
        o.commit(0, &experts, &choice, Selection::Sample, rates);
        o.reward(reward, rates);
    }
    (of_expert.into_iter().fold(f64::MIN, f64::max), obtained)
}

#[test]
fn regret_stays_under_the_exp4_fixed_share_bound() {
    let turns = 2000;
    let mut worst: f64 = 0.0;
    for seed in 0..1000_u64 {
        let share = if seed % 2 == 0 { 0.0 } else { 1.0 / turns as f64 };
        let rates = bounded_rates(turns, 4, share);
        let mut draw = Rng::new(seed ^ 0xabcd);
        let means: [f64; EMOTIONS] = std::array::from_fn(|_| draw.uniform());
        let period = 20 + draw.below(400);
        let (best, obtained) = match seed % 4 {
            // Stochastic: each emotion pays a coin of its own.
            0 => play(seed, turns, &rates, |t, e, _| {
                f64::from(u8::from(Rng::keyed(seed, &[t as u64, e as u64]).uniform() < means[e]))
            }),
            // Oblivious adversary: the paying emotion rotates.
            1 => play(seed, turns, &rates, |t, e, _| f64::from(u8::from((t / period) % EMOTIONS == e))),
            // Adaptive adversary: what the favourite expert says never pays.
            2 => play(seed, turns, &rates, |_, e, w| {
                let favourite = emomas_core::math::argmax(&[w[0], w[1], w[2], w[3]]);
                f64::from(u8::from(e != [0, 2, 4, 6][favourite]))
            }),
            // Constant gap.
            _ => play(seed, turns, &rates, |_, e, _| means[e]),
        };
        let bound = static_bound(&rates, turns, 4);
        worst = worst.max((best - obtained) / bound);
        assert!(best - obtained <= bound, "seed {seed}: regret {} bound {bound}", best - obtained);
    }
    println!("largest regret / bound over 1000 sequences: {worst:.3}");
    assert!(worst > 0.0, "a test that can't come near the bound proves nothing");
}

#[test]
fn without_learning_the_bound_breaks() {
    // η = 0 keeps uniform weights: linear regret must exceed what the bound allows a learner of this length.
    let turns = 20_000;
    let tuned = bounded_rates(turns, 4, 0.0);
    let frozen = Rates { eta: 0.0, ..tuned };
    let (best, obtained) = play(3, turns, &frozen, |_, e, _| f64::from(u8::from(e == 2)));
    assert!(best - obtained > static_bound(&tuned, turns, 4));
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
