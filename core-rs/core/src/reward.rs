//! Rewards: what the last display earned, and what the conversation earned.

use crate::Domain;
use crate::bargain::Terms;
use crate::math;

/// Weights of concession and valence in the turn's reward; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RewardWeights {
    /// Weight of the person's concession.
    pub concession: f64,
    /// Weight of the change in the person's expected valence.
    pub valence: f64,
}

impl RewardWeights {
    /// Defaults: .7/.3; in rescue and care the person's state outweighs the offer.
    pub const fn of(domain: Domain) -> Self {
        match domain {
            Domain::Debt | Domain::Custom => Self { concession: 0.7, valence: 0.3 },
            Domain::Surgery => Self { concession: 0.5, valence: 0.5 },
            Domain::Disaster | Domain::Sleep => Self { concession: 0.4, valence: 0.6 },
        }
    }
}

/// Concession, as a share of the initial gap, that earns the full reward.
const FULL_CONCESSION: f64 = 0.25;

/// Reward of a turn in [0, 1]; ½ when nothing changed.
///
/// `concession` is the share of the initial gap conceded since the last turn (negative for a retreat), `valence_change`
/// the change of the person's expected valence.
#[inline(always)]
pub fn turn(weights: &RewardWeights, concession: f64, valence_change: f64) -> f64 {
    let conceded = (0.5 + 0.5 * concession / FULL_CONCESSION).clamp(0.0, 1.0);
    let felt = (0.5 + 0.5 * valence_change).clamp(0.0, 1.0);
    (weights.concession * conceded + weights.valence * felt).clamp(0.0, 1.0)
}

/// Reward of a finished conversation: success · ρ/(1 + ln turns), ρ the agent's utility of the deal against its
/// reservation value, so direction and unit can't mislead it.
pub fn outcome(terms: &Terms, deal_share: Option<f64>, turns: u32) -> f64 {
    let utility = deal_share.map_or(0.0, |share| terms.utility(share).clamp(0.0, 1.0));
    utility / (1.0 + math::ln(f64::from(turns.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Direction;

    #[test]
    fn the_turn_reward_is_centred_and_bounded() {
        let w = RewardWeights::of(Domain::Debt);
        assert_eq!(turn(&w, 0.0, 0.0), 0.5);
        assert_eq!(turn(&w, 9.0, 9.0), 1.0);
        assert_eq!(turn(&w, -9.0, -9.0), 0.0);
        assert!((turn(&w, 0.125, 0.0) - (0.7 * 0.75 + 0.3 * 0.5)).abs() < 1e-12);
    }

    #[test]
    fn the_outcome_knows_the_direction() {
        let hold_on = Terms {
            direction: Direction::Higher,
            agent_target: 120.0,
            agent_reservation: 60.0,
            counterpart_target: 40.0,
            deadline_turns: 15,
            shared_deadline: false,
        };
        // 90 minutes lie half way between target and reservation.
        let deal = outcome(&hold_on, Some(hold_on.share(90.0)), 1);
        assert!((deal - 0.5).abs() < 1e-12);
        assert_eq!(outcome(&hold_on, None, 3), 0.0);
        assert_eq!(outcome(&hold_on, Some(hold_on.share(50.0)), 1), 0.0);
    }
}
