//! Which emotions may be shown to whom: applied after the experts and before the choice, so nothing can outvote it.
//!
//! Neutral is never refused, so there is always something to show.

use crate::emotion::{EMOTIONS, Emotion, EmotionDist, EmotionSet, STANCES, StanceDist};
use crate::math::{self, LANES, Lanes};
use crate::{Domain, Role};

/// Probability of the stances that rule a display out from which it is refused.
const THRESHOLD: f64 = 0.25;

const AGGRESSIVE: EmotionSet = EmotionSet::of(&[Emotion::Anger, Emotion::Disgust]);

/// Refused whatever the stance: contempt never moves a person for the better, and nobody in care meets anger.
const fn by_role(role: Role) -> EmotionSet {
    match role {
        Role::Survivor => EmotionSet::of(&[Emotion::Anger, Emotion::Disgust, Emotion::Fear]),
        Role::Student | Role::Patient => AGGRESSIVE,
        Role::Debtor => EmotionSet::of(&[Emotion::Disgust]),
        Role::Adult => EmotionSet::EMPTY,
    }
}

/// Refused toward a stance (cooperative, confrontational, distressed, strategic).
const fn by_stance(domain: Domain) -> [EmotionSet; STANCES] {
    let distressed = EmotionSet::of(&[Emotion::Anger, Emotion::Disgust, Emotion::Fear]);
    match domain {
        Domain::Debt | Domain::Custom => [AGGRESSIVE, EmotionSet::EMPTY, distressed, EmotionSet::EMPTY],
        Domain::Surgery | Domain::Sleep => [AGGRESSIVE, AGGRESSIVE, distressed, AGGRESSIVE],
        Domain::Disaster => [distressed, distressed, distressed, distressed],
    }
}

/// `RULES[domain][stance]`: 1 where [`by_stance`] refuses an emotion.
static RULES: [[Lanes; STANCES]; 5] = {
    let mut rules = [[[0.0; LANES]; STANCES]; 5];
    let mut domain = 0;
    while domain < Domain::ALL.len() {
        let sets = by_stance(Domain::ALL[domain]);
        let mut s = 0;
        while s < STANCES {
            let mut e = 0;
            while e < EMOTIONS {
                if sets[s].contains(Emotion::ALL[e]) {
                    rules[domain][s][e] = 1.0;
                }
                e += 1;
            }
            s += 1;
        }
        domain += 1;
    }
    rules
};

/// The refused set for a person in `role`, in `domain`, under the stance belief; `forbid` are the scenario's own norms.
#[inline(always)]
pub fn refused(domain: Domain, role: Role, stance: &StanceDist, forbid: EmotionSet) -> EmotionSet {
    let mut set = by_role(role).union(forbid);
    let mut p = [0.0; LANES];
    for (s, rule) in RULES[domain.index()].iter().enumerate() {
        for e in 0..LANES {
            p[e] += stance[s] * rule[e];
        }
    }
    for emotion in Emotion::ALL {
        if p[emotion.index()] > THRESHOLD {
            set = set.with(emotion);
        }
    }
    set.without(Emotion::Neutral)
}

/// 1 for each emotion that `refused` allows, 0 for the rest and the padding.
#[inline(always)]
fn allowed(refused: EmotionSet) -> Lanes {
    let mut allowed = [0.0; LANES];
    for emotion in Emotion::ALL {
        allowed[emotion.index()] = f64::from(u8::from(!refused.contains(emotion)));
    }
    allowed
}

/// `dist` without the refused entries, renormalised; with no mass left everything goes to neutral.
#[inline(always)]
pub fn apply(dist: &EmotionDist, refused: EmotionSet) -> EmotionDist {
    let (mut kept, allowed) = (math::lanes(dist, 0.0), allowed(refused));
    for e in 0..LANES {
        kept[e] *= allowed[e];
    }
    let mass = math::sum(&kept);
    if mass > 0.0 {
        let scale = 1.0 / mass;
        math::unpadded(&math::each(&kept, |p| p * scale))
    } else {
        let mut neutral = [0.0; EMOTIONS];
        neutral[Emotion::Neutral.index()] = 1.0;
        neutral
    }
}

/// Even odds on everything that is not refused.
#[inline(always)]
pub fn floor(refused: EmotionSet) -> EmotionDist {
    apply(&[1.0; EMOTIONS], refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_in_care_meets_anger_or_disgust_whatever_is_believed() {
        for role in [Role::Survivor, Role::Student, Role::Patient] {
            for stance in 0..STANCES {
                let mut belief = [0.0; STANCES];
                belief[stance] = 1.0;
                for domain in Domain::ALL {
                    let set = refused(domain, role, &belief, EmotionSet::EMPTY);
                    assert!(set.contains(Emotion::Anger) && set.contains(Emotion::Disgust));
                    assert!(!set.contains(Emotion::Neutral));
                }
            }
        }
    }

    #[test]
    fn a_debtor_in_distress_never_meets_anger_but_a_fighter_may() {
        let distressed = refused(Domain::Debt, Role::Debtor, &[0.2, 0.3, 0.3, 0.2], EmotionSet::EMPTY);
        let fighting = refused(Domain::Debt, Role::Debtor, &[0.1, 0.6, 0.1, 0.2], EmotionSet::EMPTY);
        assert!(distressed.contains(Emotion::Anger) && !fighting.contains(Emotion::Anger));
    }

    #[test]
    fn a_certain_expert_cannot_outvote_the_mask() {
        let mut dist = [0.0; EMOTIONS];
        dist[Emotion::Anger.index()] = 1.0;
        let dist = apply(&dist, EmotionSet::of(&[Emotion::Anger]));
        assert_eq!(dist[Emotion::Anger.index()], 0.0);
        assert_eq!(dist[Emotion::Neutral.index()], 1.0);
    }
}
