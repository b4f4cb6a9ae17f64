//! What is left after the conversation: liking, satisfaction, and whether a promise is kept.

use emomas_core::rng::Rng;
use emomas_core::{Domain, Stance, math};

use super::{Person, purpose, response};
use crate::world::World;

/// Beyond this many SD, one point more or less no longer matters to satisfaction.
const POINTS_LIMIT: f64 = 3.0;

/// The person's view of what happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readout {
    /// Liking of the agent, in SD around neutral.
    pub liking: f64,
    /// Satisfaction, in SD around neutral.
    pub satisfaction: f64,
    /// Probability of keeping a promise; means something after a deal only.
    pub compliance: f64,
    /// Whether it keeps it.
    pub complies: bool,
}

impl Person {
    /// Reads the person out; the same at every call.
    pub fn readout(&self, world: &World) -> Readout {
        let mut rng = Rng::keyed(self.seed, &[purpose::READOUT]);
        let (like_noise, satisfaction_noise, kept) = (rng.normal(), rng.normal(), rng.uniform());
        let liking = self.liking(world) + world.values().liking.noise * like_noise;
        let satisfaction = self.satisfaction(world, liking) + world.values().satisfaction.noise * satisfaction_noise;
        let compliance = math::logistic(self.compliance_logit(world));
        Readout { liking, satisfaction, compliance, complies: kept < compliance }
    }

    /// One take-it-or-leave-it decision after all that was shown; the same at every call.
    pub fn takes_ultimatum(&self, world: &World) -> bool {
        let u = Rng::keyed(self.seed, &[purpose::ULTIMATUM]).uniform();
        u < math::logistic(response::ultimatum(world.values(), &self.history))
    }

    fn liking(&self, world: &World) -> f64 {
        let l = &world.values().liking;
        l.anger * (l.saturation * self.history.anger()).min(1.0)
            + l.joy * self.history.joy()
            + l.sadness * self.history.sadness()
    }

    fn satisfaction(&self, world: &World, liking: f64) -> f64 {
        let v = world.values();
        let (s, l) = (&v.satisfaction, &v.liking);
        // Part of each display's effect comes through liking; what is added here is the rest of it.
        let joy = if self.traits.by_compliance() { s.positive_expectation } else { s.joy };
        let direct = (s.anger - s.liking * l.anger) * self.history.anger()
            + (joy - s.liking * l.joy) * self.history.joy()
            + (s.sadness - s.liking * l.sadness) * self.history.sadness();
        let comforted = if self.traits.is(Stance::Distressed) { s.empathy * self.history.empathy() } else { 0.0 };
        s.liking * liking + direct + comforted - s.points * self.points(world)
    }

    /// What was conceded, in SD around the expected total.
    fn points(&self, world: &World) -> f64 {
        let c = &world.values().concession;
        let z = (self.conceded - c.slope * c.horizon) / super::concession_sd(c);
        z.clamp(-POINTS_LIMIT, POINTS_LIMIT)
    }

    fn compliance_logit(&self, world: &World) -> f64 {
        let v = world.values();
        let t = &self.traits;
        let mut logit = v.compliance.base;
        if t.domain == Domain::Debt {
            logit += v.compliance.pleasant * self.history.joy();
        }
        if t.domain != Domain::Debt || t.is(Stance::Distressed) {
            logit += v.acceptance.adherence * self.history.empathy();
        }
        if self.history.met_anger() {
            logit -= v.compliance.covert_retaliation;
        }
        if !t.human {
            logit -= v.compliance.machine_promise;
        }
        logit
    }
}
