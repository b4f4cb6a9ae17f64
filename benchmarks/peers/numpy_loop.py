"""The EmoMAS turn with NumPy, as an experienced user writes it: same formulas and model as `plain_loop`.

Rows of all stances are handled in one expression, channels are pooled as one array, one step ahead is one
matrix-vector product over stored vectors of all displays. Sums are `dot` with ones, half the price of `sum`
or `np.add.reduce` at this size; `einsum` is slower still. Where arrays would have three entries (posterior,
affect, offers) or single cells change (Q-learning) plain Python is faster and is used.
"""

import random
from math import exp, log

import numpy as np
from model import (
    BEST,
    CONCESSION_MEAN,
    CONCESSION_SD,
    DWELL_S,
    EFFECT,
    EXPLORE,
    FACE,
    FIT_STANCE,
    FLOOR,
    FORGET,
    GAME_DISCOUNT,
    LOG_FIT,
    LOG_INERTIA,
    NEUTRAL,
    OVERRELAXATION,
    PAYOFF,
    PRIOR_WEIGHT,
    RATIONALITY,
    REWARD_PER_SD,
    REWARD_TURNS,
    STAY,
    VAD_MEAN,
    VAD_VARIANCE,
    VALENCE,
)
from shared import Affect, Offers, Posterior, QLearning, context_of, phase_of, refused, turn_reward

import emomas
from emomas._native import EMOTIONS

VAD_MEAN, VAD_VARIANCE, VALENCE = np.array(VAD_MEAN), np.array(VAD_VARIANCE), np.array(VALENCE)
PAYOFF, FIT_STANCE, EFFECT = np.array(PAYOFF, dtype=float), np.array(FIT_STANCE), np.array(EFFECT)
LOG_INERTIA, LOG_FIT = np.array(LOG_INERTIA), np.array(LOG_FIT)
CONCESSION_MEAN = np.array(CONCESSION_MEAN)
# Row sums, expected best payoff and expected valence of emotion rows in one product.
ASKED = np.array([[1.0] * 7, BEST, VALENCE])
EVEN = ONES4 = np.ones(4)
ONES3, ONES7 = np.ones(3), np.ones(7)
multiply = np.multiply.reduce


def softmax(scores):
    p = np.exp(scores - max(scores.tolist()))
    return p / p.dot(ONES7)


def gaussian_likelihood(mean, variance):
    """The emotions' likelihood of an observed point with independent errors."""
    spread = VAD_VARIANCE + variance
    distance = VAD_MEAN - mean
    return np.exp(-0.5 * (distance * distance / spread).dot(ONES3)) / np.sqrt(multiply(spread, axis=1))


def fuse(evidence):
    """Pools (kind, values, variance, age in s, quality) into one likelihood; returns it and the conflict."""
    evidence = [item for item in evidence if item[4] > 0.0]
    if not evidence:
        return np.ones(7), 0.0
    pool = np.array([gaussian_likelihood(i[1], i[2]) if i[0] == "vad" else i[1] for i in evidence])
    pool /= pool.max(axis=1, keepdims=True)
    if any(item[3] for item in evidence):
        fresh = np.array([[exp(-item[3] * 7 / (6 * DWELL_S))] for item in evidence])
        pool = fresh * pool + (1.0 - fresh) / 7 * pool.dot(ONES7)[:, None]
    conflict = 0.0
    if len(evidence) > 1:
        conflict = -log(multiply(pool * (7 / pool.dot(ONES7))[:, None]).dot(ONES7) / 7)
    pool = np.maximum(pool, FLOOR)
    if any(item[4] < 1.0 for item in evidence):
        pool **= np.array([[item[4]] for item in evidence])
    fused = multiply(pool)
    return fused / max(fused.tolist()), conflict


def concession_likelihood(share):
    return np.exp(-0.5 * ((min(max(share, -0.1), 0.3) - CONCESSION_MEAN) / CONCESSION_SD) ** 2)


class Filter:
    """The belief over stance and emotion, with the rows that it learns, indexed `[..., to, from]`."""

    def __init__(self):
        model = emomas.Belief()
        self.prior = self.joint = np.array(model.joint)
        stance = np.array([model.stance_matrix(name) for name in EMOTIONS])
        emotion = np.array([[model.emotion_matrix(name, s) for s in range(4)] for name in EMOTIONS])
        self.stance = PRIOR_WEIGHT * stance.swapaxes(1, 2)
        self.emotion = PRIOR_WEIGHT * emotion.swapaxes(2, 3).copy()
        self.stance_back, self.emotion_back = (1.0 - FORGET) * self.stance, (1.0 - FORGET) * self.emotion
        self.complete, self.scored = np.full((7, 4), PRIOR_WEIGHT), np.full((7, 4), PRIOR_WEIGHT)
        self.p, self.scale = np.empty((7, 4, 4)), np.empty((7, 4, 7))
        # Expected payoff and valence one step on, for each display and each of the 28 states.
        self.ahead = np.empty((2, 7, 28))
        for action in range(7):
            self.derive(action)

    def begin(self):
        self.joint = self.prior

    def derive(self, action):
        counts = self.stance[action]
        p = self.p[action] = counts / ONES4.dot(counts)
        total, payoff, valence = (ASKED @ self.emotion[action]).swapaxes(0, 1)
        scale = self.scale[action] = 1.0 / total
        self.ahead[0, action] = p.T.dot(payoff * scale).ravel()
        self.ahead[1, action] = p.T.dot(valence * scale).ravel()

    def update(self, action, likelihood, stance_likelihood=EVEN, learning=True):
        """One exact step after the agent showed `action` (an index, or None); returns the evidence."""
        before = self.joint
        likelihood, stance_likelihood = np.asarray(likelihood), np.asarray(stance_likelihood)
        if action is None:
            return self._set(before * likelihood * stance_likelihood[:, None])
        rows, p, scale = self.emotion[action], self.p[action], self.scale[action]
        moved = p.dot(before) * scale
        joint = np.matmul(rows, moved[:, :, None])[:, :, 0]
        joint *= likelihood
        joint *= stance_likelihood[:, None]
        evidence = self._set(joint)
        if learning and evidence > 0.0:
            odds = (stance_likelihood / evidence)[:, None]
            reach = likelihood @ rows * scale * odds
            self.learn(action, p * reach.dot(before.T), moved * odds, likelihood)
        return evidence

    def learn(self, action, stance, weight, likelihood):
        """Absorbs expected counts; the gain undoes how little hidden states reveal."""
        p, counts = self.p[action], self.stance[action]
        mass = ONES4.dot(stance)
        known = mass * p
        score = stance - known
        complete, scored = self.complete[action], self.scored[action]
        complete *= FORGET
        complete += PRIOR_WEIGHT * (1.0 - FORGET) + mass * (1.0 - ONES4.dot(p * p))
        scored *= FORGET
        scored += PRIOR_WEIGHT * (1.0 - FORGET) + ONES4.dot(score * score)
        gain = np.minimum(1.0 + OVERRELAXATION * np.maximum(complete / scored - 1.0, 0.0), 100.0)
        counts *= FORGET
        counts += self.stance_back[action] + known + gain * score
        np.maximum(counts, 0.01, out=counts)
        prior = 4 * PRIOR_WEIGHT
        seen = (scored.dot(ONES4) - prior) / (complete.dot(ONES4) - prior + 1.0)
        trust = min(max(seen, 0.0), 1.0) ** 2
        rows = self.emotion[action]
        rows *= FORGET + (trust * weight)[:, None, :] * likelihood[:, None]
        rows += self.emotion_back[action]
        self.derive(action)

    def _set(self, joint):
        evidence = float(joint.dot(ONES7).dot(ONES4))
        if evidence > 0.0:
            self.joint = joint / evidence
        return evidence

    def outlook(self, stance):
        """Payoff, valence and cooperation expected one step after each display."""
        payoff, valence = self.ahead.dot(self.joint.ravel())
        return payoff, valence, self.p[:, 0].dot(stance)


class Game:
    """Payoffs in expectation, one step of look-ahead, win-stay/lose-shift."""

    def __init__(self):
        self.last, self.mean = None, 2.0

    def begin(self):
        self.last = None

    def learn(self, shown, emotion):
        if self.last is not None:
            self.mean += 0.1 * (self.last - self.mean)
        self.last = float(emotion.dot(PAYOFF[:, shown]))

    def propose(self, emotion, own, payoff_ahead):
        score = RATIONALITY * (emotion.dot(PAYOFF) + GAME_DISCOUNT * payoff_ahead)
        if self.last is not None:
            score[own] += STAY if self.last >= self.mean else -STAY
        return softmax(score)


class Coherence:
    """Plausible, appropriate, useful: a log-linear score."""

    def __init__(self):
        self.earned = REWARD_PER_SD * REWARD_TURNS * EFFECT
        self.turns = np.full((4, 7), REWARD_TURNS)

    def learn(self, shown, stance, reward):
        self.earned[:, shown] += stance * (reward - 0.5)
        self.turns[:, shown] += stance

    def propose(self, own, face, stance, phase, valence_ahead, cooperation):
        distance = VAD_MEAN - face
        plausible = LOG_INERTIA[own] + FACE * (distance * distance).dot(ONES3)
        appropriate = np.log(stance.dot(FIT_STANCE)) + LOG_FIT[phase]
        useful = 2000.0 * stance.dot(self.earned / self.turns) + 1.5 * valence_ahead + 2.0 * cooperation
        return softmax(0.4 * plausible + 0.3 * (appropriate + useful))


class NumpyLoop:
    """A conversation, turn by turn; learning outlives it."""

    def __init__(self, target=14.0, reservation=60.0, counterpart_target=120.0, deadline=15, explore=EXPLORE):
        self.belief, self.game, self.rl, self.coherence = Filter(), Game(), QLearning(), Coherence()
        self.posterior, self.affect = Posterior(explore), Affect()
        self.offers = Offers(target, reservation, counterpart_target, deadline)
        self.explore, self.random = explore, random.Random(1)
        self.begin()

    def begin(self):
        """The next conversation."""
        for part in (self.belief, self.game, self.rl, self.posterior, self.affect, self.offers):
            part.begin()
        self.turn, self.time_s, self.shown = 0, 0.0, None
        self.stance_before, self.valence_before = None, 0.0

    def close(self, deal=None):
        """Learns from the outcome."""
        utility = 0.0 if deal is None else self.offers.utility(deal)
        outcome = utility / (1.0 + log(max(self.turn, 1)))
        self.rl.learn(outcome, None)
        self.posterior.close(outcome)
        return utility, outcome

    def step(self, evidence=(), act="silence", offer=None, time_s=0.0):
        """One turn; returns the decision as a dict."""
        offers, belief, shown = self.offers, self.belief, self.shown
        conceded = offers.hear(act, offer)
        self.turn += 1
        likelihood, conflict = fuse(evidence)
        belief.update(shown, likelihood, EVEN if conceded is None else concession_likelihood(conceded))
        phase = phase_of(self.turn, offers.stalled)

        emotion, stance = ONES4.dot(belief.joint), belief.joint.dot(ONES7)
        valence = float(emotion.dot(VALENCE))
        gap = offers.gap_bin()
        own = NEUTRAL if shown is None else shown
        state = own, int(emotion.argmax()), phase, gap
        earned = None
        if shown is not None:
            earned = turn_reward(act, conceded, valence - self.valence_before)
            self.game.learn(shown, emotion)
            self.rl.learn(earned, state)
            self.coherence.learn(shown, self.stance_before, earned)
            self.posterior.reward(earned)

        payoff_ahead, valence_ahead, cooperation = belief.outlook(stance)
        proposals = np.array(
            [
                self.game.propose(emotion, own, payoff_ahead),
                self.rl.propose(state),
                self.coherence.propose(own, self.affect.position, stance, phase, valence_ahead, cooperation),
            ]
        )
        context = context_of(phase, valence, gap)
        weights = self.posterior.weights(context)
        mixture = np.dot(weights, proposals)
        out = refused(stance)
        for index in out:
            mixture[index] = 0.0
        mixture /= mixture.dot(ONES7)
        if self.random.random() < self.explore:
            chosen = self.random.choice([e for e in range(7) if e not in out])
        else:
            chosen = int(mixture.argmax())
        self.posterior.commit(context, proposals[:, chosen].tolist(), float(mixture[chosen]))
        self.rl.act(state, chosen)
        self.stance_before, self.valence_before = stance, valence

        kind, value = offers.decide(act, self.turn, conceded)
        self.affect.show(chosen, time_s - self.time_s)
        self.time_s, self.shown = time_s, chosen
        return {
            "turn": self.turn,
            "emotion": EMOTIONS[chosen],
            "confidence": mixture[chosen],
            "mixture": mixture,
            "weights": weights,
            "proposals": proposals,
            "refused": out,
            "stance_belief": stance,
            "emotion_belief": emotion,
            "valence": valence,
            "uncertainty": -float(emotion.dot(np.log(np.maximum(emotion, 1e-300)))),
            "conflict": conflict,
            "shown_vad": self.affect.position,
            "act": kind,
            "offer": value,
            "earned": earned,
        }
