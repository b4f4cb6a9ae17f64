//! Shown affect: a continuous valence–arousal–dominance state pulled toward the chosen emotion, so that a robot's face
//! moves instead of flickering, and recovers to its temperament when nothing is shown.
//!
//! Both dynamics are exact for any time step (two half-steps equal a whole one): first order x′ = (o − x)/τ, second
//! order x″ + 2ζω x′ + ω²(x − o) = 0. Personality sets the home base (Mehrabian 1996) and the pace.

use crate::Emotion;
use crate::emotion::Vad;
use crate::math;

/// Big-Five traits, each in [0, 1], .5 average. `stability` is the opposite of neuroticism.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Personality {
    /// Openness.
    pub openness: f64,
    /// Conscientiousness.
    pub conscientiousness: f64,
    /// Extraversion.
    pub extraversion: f64,
    /// Agreeableness.
    pub agreeableness: f64,
    /// Emotional stability.
    pub stability: f64,
}

impl Default for Personality {
    fn default() -> Self {
        Self { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, stability: 0.5 }
    }
}

/// How the shown state moves.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Dynamics {
    /// Exponential approach with time constant `tau_s`.
    First {
        /// Time constant in seconds.
        tau_s: f64,
    },
    /// Damped oscillator.
    Second {
        /// Natural frequency in radians per second.
        omega: f64,
        /// Damping ratio; below 1 it overshoots.
        zeta: f64,
    },
}

impl Default for Dynamics {
    fn default() -> Self {
        Self::First { tau_s: 2.0 }
    }
}

/// Strength of the home base against the unit cube: traits colour a face, they don't paint it.
const HOME_SCALE: f64 = 0.35;
/// How much an extravert's display is amplified, per trait unit away from average.
const EXPRESSIVENESS: f64 = 0.4;
/// How much faster an unstable temperament moves, per trait unit away from average.
const REACTIVITY: f64 = 0.6;

impl Personality {
    /// Checks that every trait is in [0, 1]; otherwise names the trait and its value.
    pub fn check(&self) -> Result<(), (&'static str, f64)> {
        for (name, value) in [
            ("openness", self.openness),
            ("conscientiousness", self.conscientiousness),
            ("extraversion", self.extraversion),
            ("agreeableness", self.agreeableness),
            ("stability", self.stability),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err((name, value));
            }
        }
        Ok(())
    }

    /// Home base: Mehrabian's map of the centred traits, scaled.
    /// P = .21E + .59A + .19S; A = .15O + .30A − .57S; D = .25O + .17C + .60E − .32A.
    pub fn home(&self) -> Vad {
        let centred = |x: f64| 2.0 * x - 1.0;
        let (o, c, e) = (centred(self.openness), centred(self.conscientiousness), centred(self.extraversion));
        let (a, s) = (centred(self.agreeableness), centred(self.stability));
        [
            HOME_SCALE * (0.21 * e + 0.59 * a + 0.19 * s),
            HOME_SCALE * (0.15 * o + 0.30 * a - 0.57 * s),
            HOME_SCALE * (0.25 * o + 0.17 * c + 0.60 * e - 0.32 * a),
        ]
    }

    /// Gain on displayed emotions.
    fn expressiveness(&self) -> f64 {
        1.0 + EXPRESSIVENESS * (2.0 * self.extraversion - 1.0)
    }

    /// Gain on the pace.
    fn pace(&self) -> f64 {
        1.0 - REACTIVITY * (self.stability - 0.5)
    }
}

/// The shown state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affect {
    position: Vad,
    velocity: Vad,
    goal: Vad,
}

crate::persist_fields!(Affect: position, velocity, goal);

impl Affect {
    /// At rest at the personality's home base.
    pub fn new(personality: &Personality) -> Self {
        let home = personality.home();
        Self { position: home, velocity: [0.0; 3], goal: home }
    }

    /// The shown point, each coordinate in [−1, 1].
    #[inline(always)]
    pub fn vad(&self) -> Vad {
        self.position.map(|x| x.clamp(-1.0, 1.0))
    }

    /// Where the state is heading.
    pub const fn goal(&self) -> Vad {
        self.goal
    }

    /// From now on heads for `emotion` at `intensity`; neutral is recovery to the home base.
    #[inline(always)]
    pub fn show(&mut self, personality: &Personality, emotion: Emotion, intensity: f64) {
        let home = personality.home();
        let pull = emotion.vad();
        for i in 0..3 {
            self.goal[i] = (home[i] + intensity * personality.expressiveness() * pull[i]).clamp(-1.0, 1.0);
        }
    }

    /// Moves on by `dt_s` seconds, exactly.
    #[inline(always)]
    pub fn advance(&mut self, personality: &Personality, dynamics: &Dynamics, dt_s: f64) {
        if dt_s.is_nan() || dt_s <= 0.0 {
            return;
        }
        let dt = dt_s * personality.pace();
        for i in 0..3 {
            let x = self.position[i] - self.goal[i];
            let (x, v) = match *dynamics {
                Dynamics::First { tau_s } => (x * math::exp(-dt / tau_s), 0.0),
                Dynamics::Second { omega, zeta } => oscillate(x, self.velocity[i], omega, zeta, dt),
            };
            self.position[i] = self.goal[i] + x;
            self.velocity[i] = v;
        }
    }
}

/// Exact step of x″ + 2ζω x′ + ω² x = 0.
fn oscillate(x: f64, v: f64, omega: f64, zeta: f64, dt: f64) -> (f64, f64) {
    let decay = zeta * omega;
    let d = 1.0 - zeta * zeta;
    // c and s are the even and odd parts of the solution, s already divided by the damped frequency.
    let (c, s, w2) = if d > 1e-9 {
        let w = omega * math::sqrt(d);
        (libm::cos(w * dt), libm::sin(w * dt) / w, w * w)
    } else if d < -1e-9 {
        let w = omega * math::sqrt(-d);
        (libm::cosh(w * dt), libm::sinh(w * dt) / w, -w * w)
    } else {
        (1.0, dt, 0.0)
    };
    let fade = math::exp(-decay * dt);
    let b = v + decay * x;
    (fade * (x * c + b * s), fade * (b * c - w2 * x * s - decay * (x * c + b * s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Average temperament: home at the origin, gains 1.
    const PLAIN: Personality =
        Personality { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, stability: 0.5 };

    fn step_to(goal: f64, affect: &mut Affect, dynamics: Dynamics, dt: f64) -> f64 {
        affect.goal = [goal; 3];
        affect.advance(&PLAIN, &dynamics, dt);
        affect.position[0]
    }

    #[test]
    fn first_order_follows_the_published_step_protocol() {
        // Rows C-1 of EMA .3 and .1: goal −1 for turns 1–12, +1 for turns 13–25.
        for (alpha, s3, s12, s14, s25) in
            [(0.3, -0.657, -0.986_159, 0.026_782, 0.980_756), (0.1, -0.271, -0.717_570, -0.391_232, 0.563_417)]
        {
            let dynamics = Dynamics::First { tau_s: -1.0 / libm::log(1.0 - alpha) };
            let mut affect = Affect::new(&PLAIN);
            let path: [f64; 25] =
                core::array::from_fn(|t| step_to(if t < 12 { -1.0 } else { 1.0 }, &mut affect, dynamics, 1.0));
            for (turn, expected) in [(3, s3), (12, s12), (14, s14), (25, s25)] {
                assert!((path[turn - 1] - expected).abs() < 1e-6, "{alpha} {turn} {}", path[turn - 1]);
            }
        }
    }

    #[test]
    fn second_order_follows_the_published_oscillator() {
        // H-4: ω = 1, x0 = 1, v0 = 0.
        for (zeta, t, expected) in [
            (0.2, 1.0, 0.594_966),
            (0.2, 5.0, -0.005_544),
            (0.2, 10.0, -0.136_092),
            (1.0, 1.0, 0.735_759),
            (1.0, 5.0, 0.040_428),
            (2.0, 1.0, 0.822_263),
            (2.0, 10.0, 0.073_904),
        ] {
            let (x, _) = oscillate(1.0, 0.0, 1.0, zeta, t);
            assert!((x - expected).abs() < 1e-6, "{zeta} {t} {x}");
        }
    }

    #[test]
    fn two_half_steps_are_one_step() {
        for dynamics in [
            Dynamics::First { tau_s: 3.0 },
            Dynamics::Second { omega: 2.0, zeta: 0.3 },
            Dynamics::Second { omega: 2.0, zeta: 1.0 },
            Dynamics::Second { omega: 2.0, zeta: 1.7 },
        ] {
            let mut whole = Affect::new(&PLAIN);
            let mut halves = whole;
            step_to(0.8, &mut whole, dynamics, 1.0);
            step_to(0.8, &mut halves, dynamics, 0.5);
            step_to(0.8, &mut halves, dynamics, 0.5);
            assert!((whole.position[0] - halves.position[0]).abs() < 1e-12);
            assert!((whole.velocity[0] - halves.velocity[0]).abs() < 1e-12);
        }
    }

    #[test]
    fn neutral_recovers_home_and_personality_shapes_the_path() {
        let lively = Personality { extraversion: 0.9, stability: 0.1, ..PLAIN };
        let mut affect = Affect::new(&lively);
        let mut plain = Affect::new(&PLAIN);
        affect.show(&lively, Emotion::Joy, 0.6);
        plain.show(&PLAIN, Emotion::Joy, 0.6);
        affect.advance(&lively, &Dynamics::default(), 1.0);
        plain.advance(&PLAIN, &Dynamics::default(), 1.0);
        assert!(affect.vad()[1] > plain.vad()[1]);
        affect.show(&lively, Emotion::Neutral, 0.6);
        affect.advance(&lively, &Dynamics::default(), 1e3);
        for i in 0..3 {
            assert!((affect.vad()[i] - lively.home()[i]).abs() < 1e-9);
        }
    }

    #[test]
    fn mehrabian_uses_stability_not_neuroticism() {
        let calm = Personality { stability: 1.0, ..PLAIN }.home();
        assert!(calm[0] > 0.0 && calm[1] < 0.0);
    }
}
