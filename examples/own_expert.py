"""A fourth expert of your own: calm whenever the person seems afraid."""

from collections.abc import Sequence

import emomas


def calm(agent: emomas.Agent) -> Sequence[float]:
    """Seven weights in the order joy, sadness, anger, fear, surprise, disgust, neutral."""
    afraid = agent.core.emotion_belief[3]
    return [0.1, 0.1 + afraid, 0.0, 0.0, 0.0, 0.0, 0.5]


def main() -> None:
    """Ask it for two turns and show how much each expert is trusted."""
    agent = emomas.Agent("disaster-quake-stairwell", experts=[calm], seed=3)
    agent.open()
    reply = agent.reply("I'm so scared. I can't hold on for more than an hour!")
    print(reply.emotion, "-", reply.text)
    for name, weight in zip(agent.core.experts, reply.decision.weights, strict=True):
        print(f"{name:10} {weight:.2f}")


if __name__ == "__main__":
    main()
