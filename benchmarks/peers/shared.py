"""What both loops share: posterior, offers, face, phase. Plain Python: arrays of three numbers don't pay."""

# ruff: noqa: B905 - `strict` costs 50 ns a call.

from math import exp
from operator import mul

from model import (
    BARGAINING,
    CLOSING,
    CONCEDER,
    DYNAMICS_S,
    ETA,
    EXPLORE,
    FULL_CONCESSION,
    IMPASSE,
    INTENSITY,
    OPENING,
    Q_DISCOUNT,
    Q_RATE,
    Q_TRACE,
    Q_TRACES,
    REFUSED,
    REFUSED_ALWAYS,
    REWARD_WEIGHTS,
    SHARE,
    SHRINK,
    VAD_MEAN,
)

ZERO = (0.0,) * 7


def dot(a, b):
    return sum(map(mul, a, b))


def softmax(scores, beta=1.0):
    top = max(scores)
    p = [exp(beta * (x - top)) for x in scores]
    scale = 1.0 / sum(p)
    return [x * scale for x in p]


class QLearning:
    """Watkins Q(λ) over (own emotion, person's emotion, phase, gap); rows are made when first visited."""

    def __init__(self):
        self.q, self.traces = {}, []

    def begin(self):
        self.traces = []

    def act(self, state, action):
        row = self.q.get(state)
        if row is None:
            row = self.q[state] = [0.0] * 7
        traces = self.traces if row[action] == max(row) else []
        traces = [t for t in traces if t[0] is not row or t[1] != action]
        traces.insert(0, [row, action, 1.0])
        del traces[Q_TRACES:]
        self.traces = traces

    def learn(self, reward, state):
        """Credits the traces; `state` is what was reached, None at the end."""
        if not self.traces:
            return
        row, action, _ = self.traces[0]
        future = 0.0 if state is None else max(self.q.get(state, ZERO))
        error = Q_RATE * (reward + Q_DISCOUNT * future - row[action])
        for trace in self.traces:
            row, action, eligibility = trace
            row[action] += error * eligibility
            trace[2] = eligibility * (Q_DISCOUNT * Q_TRACE)

    def propose(self, state):
        return softmax(self.q.get(state, ZERO), 10.0)


class Posterior:
    """Weights over the experts per context, shrunk to the overall ones."""

    def __init__(self, explore=EXPLORE, experts=3):
        self.explore = explore
        self.uniform = [1.0 / experts] * experts
        self.overall, self.local, self.visits = self.uniform, {}, {}
        self.usual, self.seen = 0.0, 0
        self.begin()

    def begin(self):
        self.pending, self.contexts, self.turns = None, set(), 0
        self.ratios = [0.0] * len(self.uniform)

    def weights(self, context):
        visits = self.visits.get(context)
        if visits is None:
            return self.overall
        here = visits / (visits + SHRINK)
        overall = 1.0 - here
        w = [x**here * y**overall for x, y in zip(self.local[context], self.overall)]
        scale = 1.0 / sum(w)
        return [x * scale for x in w]

    def commit(self, context, probabilities, chosen):
        """Keeps the credit of a display: its probability under each expert, and in the mixture."""
        scale = 1.0 / ((1.0 - self.explore) * chosen + self.explore / 7)
        ratio = [p * scale for p in probabilities]
        self.ratios = [a + b for a, b in zip(self.ratios, ratio)]
        self.turns += 1
        self.contexts.add(context)
        self.pending = (context, ratio)

    def reward(self, reward):
        context, ratio = self.pending
        step = ETA * (reward - 0.5)
        evidence = [exp(min(max(step * r, -1.0), 1.0)) for r in ratio]
        self.overall = self._update(self.overall, evidence)
        self.local[context] = self._update(self.local.get(context, self.uniform), evidence)
        self.visits[context] = self.visits.get(context, 0) + 1

    def close(self, outcome):
        if self.turns:
            self.seen += 1
            advantage = outcome - self.usual if self.seen > 1 else 0.0
            self.usual += max(1.0 / self.seen, 0.02) * (outcome - self.usual)
            step = 4.0 * ETA * advantage / self.turns
            evidence = [exp(min(max(step * r, -1.0), 1.0)) for r in self.ratios]
            self.overall = self._update(self.overall, evidence)
            for context in self.contexts:
                self.local[context] = self._update(self.local.get(context, self.uniform), evidence)
                self.visits.setdefault(context, 0)
        self.begin()

    @staticmethod
    def _update(weights, evidence):
        w = list(map(mul, weights, evidence))
        keep, floor = (1.0 - SHARE) / sum(w), SHARE / len(w)
        return [keep * x + floor for x in w]


class Affect:
    """The shown valence, arousal, dominance, pulled toward the chosen emotion; average temperament."""

    def __init__(self):
        self.begin()

    def begin(self):
        self.position = self.goal = (0.0, 0.0, 0.0)

    def show(self, emotion, dt_s):
        if dt_s > 0.0:
            fade = exp(-dt_s / DYNAMICS_S)
            self.position = tuple([g + (x - g) * fade for x, g in zip(self.position, self.goal)])
        self.goal = tuple([INTENSITY * x for x in VAD_MEAN[emotion]])


class Offers:
    """What is offered, as shares of the gap: 0 is the agent's target, 1 the counterpart's."""

    def __init__(self, target, reservation, counterpart_target, deadline):
        self.target, self.gap, self.deadline = target, counterpart_target - target, deadline
        self.limit = (reservation - target) / self.gap
        self.begin()

    def begin(self):
        self.stalled, self.own, self.theirs = 0, None, None

    def hear(self, act, offer):
        """What the person conceded since its last offer; None where there is nothing to compare."""
        before = self.theirs
        now = None if offer is None else (offer - self.target) / self.gap
        if now is not None:
            self.theirs = now
        if before is None:
            return None
        if act == "accept":
            return before - self.own
        if now is not None:
            return before - now
        return 0.0 if act == "reject" else None

    def gap_bin(self):
        if self.own is None or self.theirs is None:
            return 2
        left = self.theirs - self.own
        return 0 if left < 0.25 else 1 if left <= 0.6 else 2

    def utility(self, value):
        """What a deal is worth, 1 at the target and 0 at the reservation value or beyond."""
        return min(max(1.0 - (value - self.target) / (self.limit * self.gap), 0.0), 1.0)

    def propose(self, act, turn):
        """Takes what its own next offer would not better, else concedes along a curve in time."""
        if act == "accept":
            return "accept", self.own
        if act == "leave":
            return "walk_away", None
        share = self.limit * min(turn / self.deadline, 1.0) ** (1.0 / CONCEDER)
        share = round(share * self.gap) / self.gap
        if self.theirs is not None and self.theirs <= share:
            return "accept", self.theirs
        if self.own is None:
            return "open", share
        return ("counter", share) if share > self.own else ("hold", self.own)

    def decide(self, act, turn, conceded):
        """The act and the offer in the scenario's unit."""
        before = self.own
        kind, share = self.propose(act, turn)
        if kind in ("open", "counter"):
            self.own = share
        moved = (conceded is not None and abs(conceded) > 0.01) or self.own != before
        self.stalled = 0 if moved else self.stalled + 1
        return kind, None if share is None else self.target + share * self.gap


def phase_of(turn, stalled):
    if turn <= 3:
        return OPENING
    if stalled >= 2:
        return IMPASSE
    return BARGAINING if turn <= 8 else CLOSING


def context_of(phase, valence, gap):
    return phase, -1 if valence < -0.15 else 0 if valence <= 0.15 else 1, gap


def refused(stance):
    """Indices of the emotions that may not be shown to this person."""
    out = set(REFUSED_ALWAYS)
    for emotion, stances in REFUSED.items():
        if sum([stance[s] for s in stances]) > 0.25:
            out.add(emotion)
    return out


def turn_reward(act, conceded, valence_change):
    if act == "leave":
        return 0.0
    offer = min(max(0.5 + 0.5 * (conceded or 0.0) / FULL_CONCESSION, 0.0), 1.0)
    felt = min(max(0.5 + 0.5 * valence_change, 0.0), 1.0)
    return REWARD_WEIGHTS[0] * offer + REWARD_WEIGHTS[1] * felt
