//! The coherence expert prefers what its three factors say, on a table of cases.

use Emotion::{Anger, Disgust, Fear, Joy, Neutral, Sadness, Surprise};
use emomas_core::belief::{Belief, Transitions};
use emomas_core::emotion::{EMOTIONS, STANCES};
use emomas_core::experts::coherence::Coherence;
use emomas_core::experts::{GapBin, Situation};
use emomas_core::{Domain, Emotion, Phase, Stance};

/// A belief that is nearly sure of `stance`.
fn sure(stance: Stance) -> Belief {
    let mut belief = Belief::default();
    let mut likelihood = [1e-6; STANCES];
    likelihood[stance.index()] = 1.0;
    belief.update(&mut Transitions::default(), None, &[1.0; EMOTIONS], &likelihood, None);
    belief
}

struct Case {
    stance: Stance,
    domain: Domain,
    phase: Phase,
    own: Emotion,
}

impl Case {
    fn with<T>(&self, look: impl FnOnce(&Situation) -> T) -> T {
        let belief = sure(self.stance);
        look(&Situation {
            emotion: belief.emotion(),
            stance: belief.stance(),
            outlook: belief.outlook(&Transitions::default()),
            own: self.own,
            shown: self.own.vad(),
            phase: self.phase,
            gap: GapBin::Medium,
            domain: self.domain,
        })
    }
}

#[test]
fn the_better_display_of_each_case_is_proposed() {
    use Domain::{Debt, Disaster, Sleep, Surgery};
    use Phase::{Bargaining, Closing, Impasse, Opening};
    use Stance::{Confrontational, Cooperative, Distressed, Strategic};
    let table = [
        (Distressed, Debt, Bargaining, Neutral, Sadness, Anger),
        (Distressed, Debt, Bargaining, Neutral, Sadness, Joy),
        (Distressed, Disaster, Opening, Neutral, Sadness, Fear),
        (Distressed, Disaster, Opening, Neutral, Neutral, Fear),
        (Distressed, Surgery, Bargaining, Neutral, Sadness, Disgust),
        (Cooperative, Debt, Bargaining, Neutral, Sadness, Anger),
        (Cooperative, Sleep, Bargaining, Neutral, Sadness, Surprise),
        (Cooperative, Surgery, Opening, Neutral, Joy, Fear),
        (Cooperative, Surgery, Closing, Joy, Joy, Neutral),
        (Confrontational, Debt, Bargaining, Neutral, Sadness, Disgust),
        (Confrontational, Disaster, Impasse, Neutral, Joy, Anger),
        (Strategic, Debt, Bargaining, Neutral, Neutral, Joy),
        (Strategic, Debt, Closing, Neutral, Neutral, Disgust),
        (Confrontational, Sleep, Opening, Sadness, Sadness, Anger),
    ];
    for (stance, domain, phase, own, better, worse) in table {
        let dist = Case { stance, domain, phase, own }.with(|s| Coherence::default().propose(s).dist);
        assert!(
            dist[better.index()] > dist[worse.index()],
            "{} {} {}: {} over {}: {dist:?}",
            stance.name(),
            domain.name(),
            phase.name(),
            better.name(),
            worse.name()
        );
    }
}

#[test]
fn plausibility_follows_the_face() {
    let case = |own| Case { stance: Stance::Cooperative, domain: Domain::Debt, phase: Phase::Bargaining, own };
    let plausible = |own| case(own).with(|s| Coherence::default().factors(s)[0]);
    let (joyful, angry) = (plausible(Joy), plausible(Anger));
    assert!(joyful[Joy.index()] > joyful[Disgust.index()] && joyful[Joy.index()] > angry[Joy.index()]);
    assert!(angry[Anger.index()] > joyful[Anger.index()] && angry[Disgust.index()] > joyful[Disgust.index()]);
    assert!(plausible(Sadness)[Sadness.index()] > plausible(Neutral)[Sadness.index()]);
}

#[test]
fn the_score_is_log_linear_with_the_papers_weights() {
    let case = Case { stance: Stance::Distressed, domain: Domain::Surgery, phase: Phase::Impasse, own: Surprise };
    case.with(|s| {
        let coherence = Coherence::default();
        let [plausible, fit, strategic] = coherence.factors(s);
        let weight = |e: usize| plausible[e].powf(0.4) * fit[e].powf(0.3) * strategic[e].powf(0.3);
        let total: f64 = (0..EMOTIONS).map(weight).sum();
        let dist = coherence.propose(s).dist;
        for e in 0..EMOTIONS {
            assert!((dist[e] - weight(e) / total).abs() < 1e-9);
        }
        for factor in [plausible, fit, strategic] {
            assert!((factor.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    });
}

#[test]
fn what_pays_rises_toward_the_stance_it_paid_with() {
    let case = |stance| Case { stance, domain: Domain::Debt, phase: Phase::Bargaining, own: Neutral };
    let mut coherence = Coherence::default();
    let before = case(Stance::Strategic).with(|s| coherence.propose(s).dist[Fear.index()]);
    let elsewhere = case(Stance::Distressed).with(|s| coherence.factors(s)[2][Fear.index()]);
    for _ in 0..300 {
        coherence.learn(Fear, &[0.0, 0.0, 0.0, 1.0], 0.6);
    }
    let after = case(Stance::Strategic).with(|s| coherence.propose(s).dist[Fear.index()]);
    assert!(after > before + 0.1, "{before} {after}");
    let still = case(Stance::Distressed).with(|s| coherence.factors(s)[2][Fear.index()]);
    assert!((still - elsewhere).abs() < 0.02, "{elsewhere} {still}");
}
