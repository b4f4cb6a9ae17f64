//! Q(λ) against value iteration.

use emomas_core::experts::rl::QTable;
use emomas_core::math::argmax;
use emomas_core::rng::Rng;

const S: usize = 6;
const A: usize = 3;
const GAMMA: f64 = 0.9;

/// A small random MDP.
struct Mdp {
    p: [[[f64; S]; A]; S],
    r: [[f64; A]; S],
}

impl Mdp {
    fn random(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let p = std::array::from_fn(|_| {
            std::array::from_fn(|_| {
                let mut row: [f64; S] = std::array::from_fn(|_| rng.uniform().powi(4));
                emomas_core::math::normalise(&mut row);
                row
            })
        });
        let r = std::array::from_fn(|_| std::array::from_fn(|_| rng.uniform().powi(2)));
        Self { p, r }
    }

    fn backup(&self, v: &[f64; S], s: usize, a: usize) -> f64 {
        self.r[s][a] + GAMMA * (0..S).map(|t| self.p[s][a][t] * v[t]).sum::<f64>()
    }

    /// Value of each state under `policy`, or of the best policy.
    fn value(&self, policy: Option<&[usize; S]>) -> [f64; S] {
        let mut v = [0.0; S];
        for _ in 0..2000 {
            v = std::array::from_fn(|s| match policy {
                Some(policy) => self.backup(&v, s, policy[s]),
                None => (0..A).map(|a| self.backup(&v, s, a)).fold(f64::MIN, f64::max),
            });
        }
        v
    }
}

#[test]
fn q_lambda_reaches_95_percent_of_the_optimal_return() {
    for seed in 1..=10 {
        let mdp = Mdp::random(seed);
        let mut rng = Rng::new(100 + seed);
        let mut q = QTable::<S, A>::default();
        let mut state = 0;
        for _ in 0..60_000 {
            let greedy = argmax(q.values(state));
            let action = if rng.uniform() < 0.2 { rng.below(A) } else { greedy };
            q.act(state, action);
            let next = rng.categorical(&mdp.p[state][action]);
            q.learn(mdp.r[state][action], Some(next));
            state = next;
        }
        let policy = std::array::from_fn(|s| argmax(q.values(s)));
        let got: f64 = mdp.value(Some(&policy)).iter().sum();
        let best: f64 = mdp.value(None).iter().sum();
        println!("seed {seed}: {:.4} of the optimum", got / best);
        assert!(got >= 0.95 * best, "seed {seed}: {got} of {best}");
    }
}

#[test]
fn an_episode_changes_the_table_and_credits_the_path() {
    let mut q = QTable::<S, A>::default();
    q.act(0, 1);
    q.learn(0.0, Some(1));
    q.act(1, 2);
    q.learn(1.0, None);
    assert!(q.values(1)[2] > 0.0);
    // The earlier pair shares the late reward through its trace: α·γλ.
    assert!((q.values(0)[1] - 0.1 * 0.9 * 0.8).abs() < 1e-12);
}

#[test]
fn a_non_greedy_action_cuts_the_trace() {
    let mut q = QTable::<S, A>::default();
    q.act(2, 0);
    q.learn(1.0, None);
    q.act(0, 1);
    q.learn(0.0, Some(2));
    let before = q.values(0)[1];
    q.act(2, 1);
    q.learn(1.0, None);
    assert_eq!(q.values(0)[1], before);
}
