"""The EmoMAS turn in plain Python: lists, dicts and `math`, as it is written without a library.

The same formulas and model as `emomas.Core`: fusion of the channels, the forward filter over stance and
emotion with learning rows, three experts that look one step ahead, the posterior over experts, the mask,
the turn's reward. Simpler in one place: the offer follows a curve in time instead of a model of the opponent.
Leaves out what a script leaves out: checks of the input, reasons, the journal.

What can be computed beforehand is (one step ahead is a dot product with stored vectors, redone only for the
rows that have learned), sums run in `map`, nothing is looked up twice: what is measured is Python and not
carelessness.
"""

# ruff: noqa: B905 - `strict` costs 50 ns a call.

import random
from math import exp, log, sqrt
from operator import mul

from model import (
    BEST,
    CONCESSION_MEAN,
    CONCESSION_SD,
    DWELL_S,
    EFFECT,
    EXPLORE,
    FACE,
    FIT_STANCE_COLUMNS,
    FLOOR,
    FORGET,
    GAME_DISCOUNT,
    LOG_FIT,
    LOG_INERTIA,
    NEUTRAL,
    OVERRELAXATION,
    PAYOFF_COLUMNS,
    PRIOR_WEIGHT,
    RATIONALITY,
    REWARD_PER_SD,
    REWARD_TURNS,
    STAY,
    VAD_MEAN,
    VAD_VARIANCE,
    VALENCE,
)
from shared import (
    Affect,
    Offers,
    Posterior,
    QLearning,
    context_of,
    dot,
    phase_of,
    refused,
    softmax,
    turn_reward,
)

import emomas
from emomas._native import EMOTIONS

EVEN = (1.0, 1.0, 1.0, 1.0)


def gaussian_likelihood(mean, variance):
    """The emotions' likelihood of an observed point with independent errors."""
    (v, a, d), (ev, ea, ed) = mean, variance
    likelihood = []
    for (mv, ma, md), (sv, sa, sd) in zip(VAD_MEAN, VAD_VARIANCE):
        sv, sa, sd = sv + ev, sa + ea, sd + ed
        q = (v - mv) ** 2 / sv + (a - ma) ** 2 / sa + (d - md) ** 2 / sd
        likelihood.append(exp(-0.5 * q) / sqrt(sv * sa * sd))
    return likelihood


def fuse(evidence):
    """Pools (kind, values, variance, age in s, quality) into one likelihood; returns it and the conflict."""
    pool, agreement, channels = [1.0] * 7, [1.0] * 7, 0
    for kind, values, variance, age_s, quality in evidence:
        if quality == 0.0:
            continue
        channels += 1
        likelihood = gaussian_likelihood(values, variance) if kind == "vad" else values
        scale = 1.0 / max(likelihood)
        if age_s > 0.0:
            fresh = exp(-age_s * 7 / (6 * DWELL_S))
            rest = (1.0 - fresh) * sum(likelihood) * scale / 7
            scale *= fresh
            likelihood = [x * scale + rest for x in likelihood]
        else:
            likelihood = [x * scale for x in likelihood]
        share = 7 / sum(likelihood)
        agreement = [a * x * share for a, x in zip(agreement, likelihood)]
        if min(likelihood) < FLOOR:
            likelihood = [x if x > FLOOR else FLOOR for x in likelihood]
        if quality < 1.0:
            likelihood = [x**quality for x in likelihood]
        pool = list(map(mul, pool, likelihood))
    scale = 1.0 / max(pool)
    return [x * scale for x in pool], -log(sum(agreement) / 7) if channels > 1 else 0.0


def concession_likelihood(share):
    share = min(max(share, -0.1), 0.3)
    return [exp(-0.5 * ((share - mean) / CONCESSION_SD) ** 2) for mean in CONCESSION_MEAN]


class Rows:
    """How stance and emotion move after one display; indexed by where it goes, then from where."""

    def __init__(self, stance, emotion):
        self.stance = [[PRIOR_WEIGHT * p for p in column] for column in zip(*stance)]
        self.emotion = [[[PRIOR_WEIGHT * p for p in column] for column in zip(*matrix)] for matrix in emotion]
        back = 1.0 - FORGET
        self.stance_back = [[back * x for x in row] for row in self.stance]
        self.emotion_back = [[[back * x for x in row] for row in matrix] for matrix in self.emotion]
        self.complete = [PRIOR_WEIGHT] * 4
        self.scored = [PRIOR_WEIGHT] * 4
        self.derive()

    def derive(self):
        """What follows from the counts: probabilities, and what is expected one step on."""
        scale = [1.0 / sum(column) for column in zip(*self.stance)]
        self.p = [list(map(mul, row, scale)) for row in self.stance]
        self.scale, payoff, valence = [], [], []
        for matrix in self.emotion:
            columns = list(zip(*matrix))
            scale = [1.0 / sum(column) for column in columns]
            self.scale.append(scale)
            payoff.append([sum(map(mul, BEST, column)) * k for column, k in zip(columns, scale)])
            valence.append([sum(map(mul, VALENCE, column)) * k for column, k in zip(columns, scale)])
        payoff, valence = list(zip(*payoff)), list(zip(*valence))
        self.payoff_ahead, self.valence_ahead = [], []
        for a, b, c, d in zip(*self.p):
            self.payoff_ahead += [a * w + b * x + c * y + d * z for w, x, y, z in payoff]
            self.valence_ahead += [a * w + b * x + c * y + d * z for w, x, y, z in valence]

    def learn(self, stance, weight, likelihood):
        """Absorbs expected counts; the gain undoes how little hidden states reveal."""
        mass = [sum(column) for column in zip(*stance)]
        known = [list(map(mul, mass, row)) for row in self.p]
        score = [[e - k for e, k in zip(*rows)] for rows in zip(stance, known)]
        fade = PRIOR_WEIGHT * (1.0 - FORGET)
        complete = [
            fade + FORGET * x + n * (1.0 - sum(map(mul, p, p)))
            for x, n, p in zip(self.complete, mass, zip(*self.p))
        ]
        scored = [fade + FORGET * x + sum(map(mul, s, s)) for x, s in zip(self.scored, zip(*score))]
        gain = [min(1.0 + OVERRELAXATION * max(c / s - 1.0, 0.0), 100.0) for c, s in zip(complete, scored)]
        self.stance = [
            [max(b + FORGET * x + k + g * s, 0.01) for b, x, k, g, s in zip(back, row, k_row, gain, s_row)]
            for back, row, k_row, s_row in zip(self.stance_back, self.stance, known, score)
        ]
        self.complete, self.scored = complete, scored
        prior = 4 * PRIOR_WEIGHT
        trust = min(max((sum(scored) - prior) / (sum(complete) - prior + 1.0), 0.0), 1.0) ** 2
        emotion = []
        for matrix, back, weights in zip(self.emotion, self.emotion_back, weight):
            weights = [w * trust for w in weights]
            emotion.append(
                [
                    [b + (FORGET + w * seen) * x for b, w, x in zip(back_row, weights, row)]
                    for back_row, row, seen in zip(back, matrix, likelihood)
                ]
            )
        self.emotion = emotion
        self.derive()


class Filter:
    """The belief over stance and emotion, with the rows that it learns."""

    def __init__(self):
        model = emomas.Belief()
        self.prior = self.joint = model.joint
        self.rows = [
            Rows(model.stance_matrix(name), [model.emotion_matrix(name, s) for s in range(4)])
            for name in EMOTIONS
        ]

    def begin(self):
        self.joint = self.prior

    def update(self, action, likelihood, stance_likelihood=EVEN, learning=True):
        """One exact step after the agent showed `action` (an index, or None); returns the evidence."""
        before = self.joint
        if action is None:
            return self._set(
                [[p * x * s for p, x in zip(row, likelihood)] for row, s in zip(before, stance_likelihood)]
            )
        rows = self.rows[action]
        columns = list(zip(*before))
        moved, joint = [], []
        for (a, b, c, d), scale, matrix, seen in zip(rows.p, rows.scale, rows.emotion, stance_likelihood):
            leaving = [(a * w + b * x + c * y + d * z) * k for (w, x, y, z), k in zip(columns, scale)]
            moved.append(leaving)
            joint.append([sum(map(mul, leaving, row)) * x * seen for row, x in zip(matrix, likelihood)])
        evidence = self._set(joint)
        if learning and evidence > 0.0:
            stance, weight = [], []
            for p, scale, matrix, leaving, seen in zip(
                rows.p, rows.scale, rows.emotion, moved, stance_likelihood
            ):
                odds = seen / evidence
                weight.append([x * odds for x in leaving])
                reach = [
                    sum(map(mul, likelihood, column)) * k * odds for column, k in zip(zip(*matrix), scale)
                ]
                stance.append([q * sum(map(mul, row, reach)) for q, row in zip(p, before)])
            rows.learn(stance, weight, likelihood)
        return evidence

    def _set(self, joint):
        evidence = sum(map(sum, joint))
        if evidence > 0.0:
            scale = 1.0 / evidence
            self.joint = [[x * scale for x in row] for row in joint]
        return evidence

    def outlook(self, stance):
        """Payoff, valence and cooperation expected one step after each display."""
        a, b, c, d = self.joint
        flat = a + b + c + d
        rows = self.rows
        return (
            [sum(map(mul, flat, row.payoff_ahead)) for row in rows],
            [sum(map(mul, flat, row.valence_ahead)) for row in rows],
            [sum(map(mul, stance, row.p[0])) for row in rows],
        )


class Game:
    """Payoffs in expectation, one step of look-ahead, win-stay/lose-shift."""

    def __init__(self):
        self.last, self.mean = None, 2.0

    def begin(self):
        self.last = None

    def learn(self, shown, emotion):
        if self.last is not None:
            self.mean += 0.1 * (self.last - self.mean)
        self.last = dot(emotion, PAYOFF_COLUMNS[shown])

    def propose(self, emotion, own, payoff_ahead):
        score = [
            RATIONALITY * (sum(map(mul, emotion, column)) + GAME_DISCOUNT * ahead)
            for column, ahead in zip(PAYOFF_COLUMNS, payoff_ahead)
        ]
        if self.last is not None:
            score[own] += STAY if self.last >= self.mean else -STAY
        return softmax(score)


class Coherence:
    """Plausible, appropriate, useful: a log-linear score."""

    def __init__(self):
        prior = REWARD_PER_SD * REWARD_TURNS
        self.earned = [[prior * x for x in row] for row in EFFECT]
        self.turns = [[REWARD_TURNS] * 7 for _ in range(4)]
        self.mean = [[x / REWARD_TURNS for x in row] for row in self.earned]

    def learn(self, shown, stance, reward):
        for earned, turns, mean, p in zip(self.earned, self.turns, self.mean, stance):
            earned[shown] += p * (reward - 0.5)
            turns[shown] += p
            mean[shown] = earned[shown] / turns[shown]

    def propose(self, own, face, stance, phase, valence_ahead, cooperation):
        (v, a, d), (p, q, r, s) = face, stance
        score = []
        for inertia, (x, y, z), toward, fit, (e, f, g, h), valence, joint in zip(
            LOG_INERTIA[own],
            VAD_MEAN,
            FIT_STANCE_COLUMNS,
            LOG_FIT[phase],
            zip(*self.mean),
            valence_ahead,
            cooperation,
        ):
            plausible = inertia + FACE * ((v - x) ** 2 + (a - y) ** 2 + (d - z) ** 2)
            appropriate = log(p * toward[0] + q * toward[1] + r * toward[2] + s * toward[3]) + fit
            useful = 2000.0 * (p * e + q * f + r * g + s * h) + 1.5 * valence + 2.0 * joint
            score.append(0.4 * plausible + 0.3 * appropriate + 0.3 * useful)
        return softmax(score)


class PlainLoop:
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

        emotion = list(map(sum, zip(*belief.joint)))
        stance = list(map(sum, belief.joint))
        valence = sum(map(mul, emotion, VALENCE))
        gap = offers.gap_bin()
        own = NEUTRAL if shown is None else shown
        state = own, emotion.index(max(emotion)), phase, gap
        earned = None
        if shown is not None:
            earned = turn_reward(act, conceded, valence - self.valence_before)
            self.game.learn(shown, emotion)
            self.rl.learn(earned, state)
            self.coherence.learn(shown, self.stance_before, earned)
            self.posterior.reward(earned)

        payoff_ahead, valence_ahead, cooperation = belief.outlook(stance)
        proposals = (
            self.game.propose(emotion, own, payoff_ahead),
            self.rl.propose(state),
            self.coherence.propose(own, self.affect.position, stance, phase, valence_ahead, cooperation),
        )
        context = context_of(phase, valence, gap)
        a, b, c = weights = self.posterior.weights(context)
        mixture = [a * x + b * y + c * z for x, y, z in zip(*proposals)]
        out = refused(stance)
        for index in out:
            mixture[index] = 0.0
        scale = 1.0 / sum(mixture)
        mixture = [x * scale for x in mixture]
        if self.random.random() < self.explore:
            chosen = self.random.choice([e for e in range(7) if e not in out])
        else:
            chosen = mixture.index(max(mixture))
        self.posterior.commit(context, [p[chosen] for p in proposals], mixture[chosen])
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
            "uncertainty": -sum([p * log(p) for p in emotion if p > 0.0]),
            "conflict": conflict,
            "shown_vad": self.affect.position,
            "act": kind,
            "offer": value,
            "earned": earned,
        }
