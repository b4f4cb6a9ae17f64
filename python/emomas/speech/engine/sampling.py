"""Choosing the next token from logits, for the engines that see them: exact seeds and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emomas.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emomas.speech.engine.base import Run


class Sampler:
    """Draws tokens for the candidates of a run; each candidate has its own stream of random numbers."""

    def __init__(self, run: Run) -> None:
        """Seed one stream per candidate, so that candidate 2 is the same whether there are 3 or 8."""
        self._run = run
        request = run.request
        self._streams = [
            np.random.Generator(np.random.PCG64(np.random.SeedSequence((request.seed, candidate))))
            for candidate in range(request.n)
        ]

    def next(self, candidate: int, logits: NDArray[np.float32]) -> tuple[int, float]:
        """A token id and its plain log-probability, from logits of shape (vocabulary,)."""
        request = self._run.request
        scores = logits.astype(np.float64)
        scores -= scores.max()
        total = np.log(np.sum(np.exp(scores)))
        allowed = scores
        if request.constraint is not None:
            ids = self._run.ids(candidate)
            mask = request.constraint.allowed(candidate, ids)
            if mask.shape != scores.shape or not mask.any():
                raise ConfigError(
                    f"constraint: after {len(ids)} tokens the mask has shape {mask.shape} and allows "
                    f"{int(mask.sum())}: allow at least one of {len(scores)} tokens"
                )
            allowed = np.where(mask, scores, -np.inf)
        if request.temperature == 0:
            token = int(np.argmax(allowed))
        else:
            weights = np.exp((allowed - allowed.max()) / request.temperature)
            steps = np.cumsum(weights)
            # A draw at the very end must not land behind the last allowed token.
            draw = self._streams[candidate].random() * steps[-1]
            token = int(np.searchsorted(steps, draw, side="right"))
            token = min(token, int(np.flatnonzero(weights)[-1]))
        return token, float(scores[token] - total)
