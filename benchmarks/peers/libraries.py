"""What is timed of other libraries. Each row is None when its library is missing."""

from __future__ import annotations

import importlib.util
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from cases import LIKELIHOOD, closes, steps
from plain_loop import Filter
from timing import Case, Group, Seconds, statement

import emomas
from emomas._native import EMOTIONS

STATES = 28
WINDOW = 20


def transition(belief: emomas.Belief, action: str) -> np.ndarray[Any, Any]:
    """The joint transition of the 28 states (stance-major) when the agent shows `action`."""
    stance = np.array(belief.stance_matrix(action))
    emotion = np.array([belief.emotion_matrix(action, s) for s in range(4)])
    return np.einsum("st,tef->setf", stance, emotion).reshape(STATES, STATES)


BELIEF = emomas.Belief()
MOVE = transition(BELIEF, "neutral")
START = np.array(BELIEF.joint).ravel()
SEEN = np.tile(LIKELIHOOD, 4)
# The likelihood as that of one of two symbols, for libraries that want a table.
EMISSION = np.stack([SEEN / 2, 1 - SEEN / 2], axis=1)
BELIEF.update("neutral", LIKELIHOOD)
EXPECTED = np.array(BELIEF.joint).ravel()


def agrees(posterior: Any, tolerance: float = 1e-6) -> None:
    """Stops the run when a peer that is timed computes something else."""
    difference = np.abs(np.asarray(posterior).ravel() - EXPECTED).max()
    if not difference < tolerance:
        raise AssertionError(f"a peer's filter step differs from ours by {difference}")


def row(name: str, library: str, build: Callable[[], Seconds], note: str = "") -> Case:
    """A peer's row; tells what is in the way when it can't be built."""
    if importlib.util.find_spec(library) is None:
        return Case(name, None, "not installed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Case(name, build(), note)
    except (ImportError, AttributeError, TypeError) as error:
        return Case(name, None, f"another version: {error}")


def numpy_filter() -> Seconds:
    """A dot product with ones is half the price of `sum` at this size."""
    ones = np.ones(STATES)
    posterior = START.dot(MOVE) * SEEN
    agrees(posterior / posterior.dot(ones))
    return statement("q = p.dot(move) * seen; q /= q.dot(ones)", p=START, move=MOVE, seen=SEEN, ones=ones)


def plain_filter() -> Seconds:
    belief = Filter()
    belief.update(EMOTIONS.index("neutral"), LIKELIHOOD, learning=False)
    agrees(belief.joint)
    names = {"update": belief.update, "action": EMOTIONS.index("neutral"), "seen": LIKELIHOOD}
    return statement("update(action, seen, learning=False)", **names)


def hmmlearn_model(window: int) -> tuple[Any, Any]:
    from hmmlearn.hmm import CategoricalHMM

    model = CategoricalHMM(n_components=STATES, n_features=2)
    model.startprob_, model.transmat_ = START @ MOVE, MOVE / MOVE.sum(1, keepdims=True)
    model.emissionprob_ = EMISSION
    seen = np.zeros((window, 1), dtype=int)
    agrees(model.predict_proba(seen[:1]))
    return model, seen


def hmmlearn_one() -> Seconds:
    """A new start distribution, then one observation: the nearest to a step that its interface allows."""
    model, seen = hmmlearn_model(1)
    text = "model.startprob_ = p.dot(move); model.predict_proba(seen)"
    return statement(text, model=model, seen=seen, p=START, move=MOVE)


def hmmlearn_window() -> Seconds:
    model, seen = hmmlearn_model(WINDOW)
    return statement("predict(seen)", predict=model.predict_proba, seen=seen)


def pymdp_filter() -> Seconds:
    """pymdp with JAX, compiled; one factor of 28 states, which one iteration solves exactly."""
    import jax
    import jax.numpy as jnp
    from pymdp.agent import Agent

    moves = np.stack([transition(emomas.Belief(), action).T for action in EMOTIONS], axis=-1)
    agent = Agent(
        A=[jnp.array(EMISSION.T[None])],
        B=[jnp.array((moves / moves.sum(0, keepdims=True))[None])],
        D=[jnp.array(START[None])],
        num_iter=1,
        batch_size=1,
    )

    # `jax.jit` on bare arrays: half the price of `equinox.filter_jit`.
    @jax.jit
    def step(belief: Any, action: Any, seen: Any) -> Any:
        return agent.infer_states([seen], agent.update_empirical_prior(action, [belief]))[0]

    belief, action, seen = (
        jnp.array(START[None, None]),
        jnp.array([[EMOTIONS.index("neutral")]]),
        jnp.array([0]),
    )
    agrees(step(belief, action, seen), 1e-4)  # single precision
    names = {"step": step, "belief": belief, "action": action, "seen": seen}
    return statement("step(belief, action, seen).block_until_ready()", **names)


def pgmpy_filter() -> Seconds:
    """Exact inference in the network of one step."""
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

    network = DiscreteBayesianNetwork([("before", "now"), ("now", "seen")])
    move = MOVE / MOVE.sum(1, keepdims=True)
    network.add_cpds(
        TabularCPD("before", STATES, START[:, None] / START.sum()),
        TabularCPD("now", STATES, move.T, ["before"], [STATES]),
        TabularCPD("seen", 2, EMISSION.T, ["now"], [STATES]),
    )
    query = VariableElimination(network).query
    agrees(query(["now"], evidence={"seen": 0}, show_progress=False).values)
    return statement("query(['now'], evidence={'seen': 0}, show_progress=False)", query=query)


def pomegranate_filter() -> Seconds:
    import torch
    from pomegranate.distributions import Categorical
    from pomegranate.hmm import DenseHMM

    emissions = [Categorical([list(map(float, row))]) for row in EMISSION]
    model = DenseHMM(emissions, edges=MOVE / MOVE.sum(1, keepdims=True), starts=START @ MOVE)
    seen = torch.tensor([[[0]]])
    agrees(model.predict_proba(seen), 1e-4)  # single precision
    return statement("predict(seen)", predict=model.predict_proba, seen=seen)


def filter_group() -> Group:
    belief = emomas.Belief()
    ours = statement("update('neutral', seen)", update=belief.update, seen=LIKELIHOOD)
    return Group(
        "One filter step, 28 states",
        [Case("emomas: `Belief.update`", ours)],
        [
            row("NumPy: matrix product, weighting, sum", "numpy", numpy_filter),
            Case("plain Python, factored like ours", plain_filter()),
            row("pymdp (JAX, compiled)", "pymdp", pymdp_filter),
            row("hmmlearn: one observation", "hmmlearn", hmmlearn_one),
            row(f"hmmlearn: a window of {WINDOW} again", "hmmlearn", hmmlearn_window),
            row("pgmpy: variable elimination", "pgmpy", pgmpy_filter),
            row("pomegranate: one observation", "pomegranate", pomegranate_filter),
        ],
    )


ARMS = list(EMOTIONS)


def mabwiser(policy: str, text: str) -> Seconds:
    """A fitted bandit over the seven emotions."""
    from mabwiser.mab import MAB, LearningPolicy

    contextual = policy == "LinUCB"
    bandit = MAB(arms=ARMS, learning_policy=getattr(LearningPolicy, policy)())
    rng = random.Random(1)
    contexts = [[rng.random() for _ in range(8)] for _ in range(70)]
    bandit.fit(ARMS * 10, [rng.random() for _ in range(70)], *([contexts] if contextual else []))
    return statement(text, bandit=bandit, context=contexts[:1])


def river(policy: str, text: str) -> Seconds:
    """A bandit over the seven emotions that has seen each ten times."""
    from river import bandit, proba

    built = {
        "UCB": lambda: bandit.UCB(delta=1.0, seed=1),
        "Thompson": lambda: bandit.ThompsonSampling(reward_obj=proba.Beta(), seed=1),
        "Exp3": lambda: bandit.Exp3(gamma=0.05, seed=1),
    }[policy]()
    rng = random.Random(1)
    for _ in range(70):
        arm = built.pull(ARMS)
        built.update(arm, rng.random() < 0.5)
    return statement(text, policy=built, arms=ARMS, arm=built.pull(ARMS))


def learning_groups() -> list[Group]:
    fit = "bandit.partial_fit(['joy'], [1])"
    choose = "arm = policy.pull(arms); policy.update(arm, 1)"
    outcome = Group(
        "Learning from one outcome",
        [Case("emomas: `Core.close` (action values, weights of the experts in all contexts met)", closes())],
        [
            row("river: UCB update", "river", lambda: river("UCB", "policy.update(arm, 1)")),
            row("mabwiser: UCB1 partial_fit", "mabwiser", lambda: mabwiser("UCB1", fit)),
        ],
    )
    both = Group(
        "Choosing one of seven and learning from it",
        [Case("emomas: `Core.step`, which senses, infers, bargains and learns too", steps())],
        [
            row("river: UCB", "river", lambda: river("UCB", choose)),
            row("river: Thompson sampling", "river", lambda: river("Thompson", choose)),
            row("river: Exp3", "river", lambda: river("Exp3", choose)),
            row("mabwiser: UCB1", "mabwiser", lambda: mabwiser("UCB1", f"bandit.predict(); {fit}")),
            row(
                "mabwiser: LinUCB, eight features",
                "mabwiser",
                lambda: mabwiser(
                    "LinUCB", "bandit.predict(context); bandit.partial_fit(['joy'], [1], context)"
                ),
            ),
        ],
    )
    return [outcome, both]


def transitions_event() -> Seconds:
    """The phases of a conversation as a machine with a guard, as glue code has them."""
    from transitions import Machine

    class Talk:
        turn = 5

        def due(self) -> bool:
            return self.turn > 3

    talk = Talk()
    phases = ["opening", "bargaining", "impasse", "closing"]
    Machine(talk, states=phases, initial="bargaining", auto_transitions=False).add_transition(
        "heard", "bargaining", "bargaining", conditions="due"
    )
    return statement("heard()", heard=talk.heard)


def turn_peers() -> list[Case]:
    table = dict(
        zip(EMOTIONS, ["joy", "neutral", "neutral", "neutral", "surprise", "neutral", "neutral"], strict=True)
    )
    return [
        row("transitions: one guarded phase event, nothing else", "transitions", transitions_event),
        Case(
            "a dict from the person's emotion to the reply: no inference, no offer, no learning",
            statement("table['anger']", table=table),
        ),
    ]
