"""The numbers of the EmoMAS turn for both loops, the same as in the core, which tells transitions itself."""

from math import exp, log

from emomas._native import EMOTIONS

EMOTION = {name: index for index, name in enumerate(EMOTIONS)}
NEUTRAL = EMOTION["neutral"]

VAD_MEAN = [
    (0.81, 0.51, 0.46),
    (-0.63, -0.27, -0.33),
    (-0.51, 0.59, 0.25),
    (-0.64, 0.60, -0.43),
    (0.40, 0.67, -0.13),
    (-0.60, 0.35, 0.11),
    (0.0, 0.0, 0.0),
]
VAD_SD = [
    (0.21, 0.26, 0.38),
    (0.23, 0.34, 0.22),
    (0.20, 0.33, 0.39),
    (0.20, 0.32, 0.30),
    (0.30, 0.27, 0.38),
    (0.20, 0.41, 0.34),
    (0.25, 0.25, 0.25),
]
VAD_VARIANCE = [tuple(x * x for x in sd) for sd in VAD_SD]
VALENCE = [mean[0] for mean in VAD_MEAN]

# Rows: the person's emotion; columns: the agent's.
PAYOFF = [
    [4, 3, 2, 1, 3, 2, 3],
    [2, 3, 2, 1, 2, 1, 3],
    [1, 1, 1, 0, 2, 1, 2],
    [2, 2, 1, 2, 2, 1, 3],
    [3, 2, 1, 1, 4, 2, 3],
    [2, 1, 0, 0, 1, 2, 2],
    [3, 3, 1, 2, 3, 2, 3],
]
PAYOFF_COLUMNS = list(zip(*PAYOFF, strict=True))
BEST = [max(row) for row in PAYOFF]

FLOOR = exp(-8.0)
DWELL_S = 10.0
PRIOR_WEIGHT = 20.0
OVERRELAXATION = 2.0
FORGET = 0.999
CONCESSION_MEAN = (0.12, 0.02, 0.06, 0.05)
CONCESSION_SD = 0.08

RATIONALITY, GAME_DISCOUNT, STAY = 1.5, 0.9, 0.75
Q_RATE, Q_DISCOUNT, Q_TRACE, Q_TRACES = 0.1, 0.9, 0.8, 24

INERTIA = [
    [0.330, 0.050, 0.054, 0.026, 0.105, 0.021, 0.414],
    [0.109, 0.311, 0.101, 0.039, 0.084, 0.024, 0.332],
    [0.081, 0.083, 0.433, 0.017, 0.087, 0.031, 0.268],
    [0.078, 0.106, 0.176, 0.180, 0.090, 0.027, 0.341],
    [0.162, 0.061, 0.118, 0.028, 0.253, 0.034, 0.346],
    [0.098, 0.053, 0.191, 0.024, 0.122, 0.203, 0.309],
    [0.133, 0.056, 0.080, 0.022, 0.105, 0.018, 0.586],
]
LOG_INERTIA = [[0.5 * log(p) for p in row] for row in INERTIA]
FIT_STANCE = [
    [0.6, 0.9, 0.1, 0.4, 0.5, 0.05, 0.8],
    [0.2, 0.5, 0.5, 0.3, 0.3, 0.10, 0.8],
    [0.2, 1.0, 0.02, 0.2, 0.2, 0.02, 0.6],
    [0.1, 0.4, 0.4, 0.3, 0.3, 0.10, 0.9],
]
FIT_STANCE_COLUMNS = list(zip(*FIT_STANCE, strict=True))
FIT_PHASE = [
    [0.9, 0.7, 0.2, 0.5, 0.6, 0.2, 1.0],
    [0.6, 0.8, 0.6, 0.7, 0.7, 0.4, 0.8],
    [0.4, 0.9, 0.7, 0.8, 0.7, 0.4, 0.7],
    [0.9, 0.8, 0.5, 0.6, 0.5, 0.3, 0.9],
]
FIT_DEBT = [0.6, 0.8, 0.5, 0.6, 0.5, 0.3, 1.0]
LOG_FIT = [[log(p) + log(d) for p, d in zip(row, FIT_DEBT, strict=True)] for row in FIT_PHASE]
EFFECT = [
    [0.05, 0.35, -0.60, 0.00, -0.05, -0.10, 0.0],
    [0.05, 0.15, -0.50, 0.05, -0.05, -0.10, 0.0],
    [0.05, 0.25, -0.70, 0.05, -0.05, -0.10, 0.0],
    [0.00, 0.15, -0.50, 0.05, -0.05, -0.10, 0.0],
]
REWARD_TURNS = 240.0
REWARD_PER_SD = 0.026
FACE = -0.5 / 1.2**2

ETA, SHARE, SHRINK = 0.3, 0.003, 60.0
# A debtor never meets disgust; these are refused toward a stance that is likelier than a quarter.
REFUSED_ALWAYS = {EMOTION["disgust"]}
REFUSED = {EMOTION["anger"]: (0, 2), EMOTION["fear"]: (2,)}

EXPLORE = 0.05
INTENSITY = 0.55
DYNAMICS_S = 2.0
REWARD_WEIGHTS, FULL_CONCESSION = (0.7, 0.3), 0.25
OPENING, BARGAINING, IMPASSE, CLOSING = range(4)
# How the offer concedes: below 1 it holds out, then gives in near the deadline.
CONCEDER = 0.5
