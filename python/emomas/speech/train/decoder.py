"""The decoder in JAX: pre-norm RMSNorm, half-split RoPE, SwiGLU, tied embeddings (Touvron et al. 2023)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from emomas.speech.train.config import TrainConfig

Params = dict[str, Any]

ROPE_BASE = 10_000.0
NORM_EPSILON = 1e-6

_LAYER = ("attention_norm", "query", "key", "value", "out", "ffn_norm", "gate", "up", "down")


def start(config: TrainConfig, vocabulary: int) -> Params:
    """Random weights, float32; matrices are (in, out), those of a layer have its number before their name."""
    rng = np.random.default_rng(config.seed)
    n, d, f = config.layers, config.d_model, config.d_ff

    def normal(*shape: int, scale: float = 0.02) -> Any:
        return jnp.asarray(rng.normal(0.0, scale, shape), jnp.float32)

    small = 0.02 / (2 * n) ** 0.5
    params: Params = {"embedding": normal(vocabulary, d), "norm": jnp.ones(d)}
    for layer in range(n):
        params |= {
            f"{layer}.attention_norm": jnp.ones(d),
            f"{layer}.query": normal(d, d),
            f"{layer}.key": normal(d, d),
            f"{layer}.value": normal(d, d),
            f"{layer}.out": normal(d, d, scale=small),
            f"{layer}.ffn_norm": jnp.ones(d),
            f"{layer}.gate": normal(d, f),
            f"{layer}.up": normal(d, f),
            f"{layer}.down": normal(f, d, scale=small),
        }
    return params


def layers(params: Params) -> int:
    """Number of layers."""
    return sum(name.endswith(".query") for name in params)


def hidden(params: Params, tokens: Any, segment: Any, branch: Any, position: Any, heads: int) -> Any:
    """Final hidden states (batch, length, d_model), normalised; see `batches.Rows` for what a token sees.

    Products are in the type of the weights, sums that need it in float32.
    """
    batch, length = tokens.shape
    x = params["embedding"][tokens]
    width = x.shape[-1] // heads
    same = segment[:, :, None] == segment[:, None, :]
    line = (branch[:, None, :] == 0) | (branch[:, :, None] == branch[:, None, :])
    mask = jnp.tril(jnp.ones((length, length), bool)) & same & line
    cosine, sine = _angles(position, width)

    def split(y: Any) -> Any:
        return y.reshape(batch, length, heads, width).transpose(0, 2, 1, 3)

    for layer in range(layers(params)):
        p = {name: params[f"{layer}.{name}"] for name in _LAYER}
        h = _norm(x, p["attention_norm"])
        q = _rotate(split(h @ p["query"]), cosine, sine)
        k = _rotate(split(h @ p["key"]), cosine, sine)
        v = split(h @ p["value"])
        scores = jnp.where(
            mask[:, None], (q @ k.transpose(0, 1, 3, 2)).astype(jnp.float32) * width**-0.5, -1e30
        )
        mixed = (jax.nn.softmax(scores).astype(x.dtype) @ v).transpose(0, 2, 1, 3).reshape(batch, length, -1)
        x = x + mixed @ p["out"]
        h = _norm(x, p["ffn_norm"])
        gated = jax.nn.silu(h @ p["gate"]) * (h @ p["up"])
        x = x + gated @ p["down"]
    return _norm(x, params["norm"])


def logits(params: Params, tokens: Any, heads: int) -> Any:
    """Next-token logits (batch, length, vocabulary) of plain sequences."""
    none = jnp.zeros_like(tokens)
    places = jnp.broadcast_to(jnp.arange(tokens.shape[1]), tokens.shape)
    return hidden(params, tokens, none, none, places, heads) @ params["embedding"].T


def loss(
    params: Params,
    tokens: Any,
    segment: Any,
    branch: Any,
    position: Any,
    heads: int,
    dtype: Any = jnp.float32,
) -> Any:
    """Mean cross-entropy in nats over the tokens of the lines, `<end>` included, computed in `dtype`.

    The head, a quarter of the work, sees only places whose next token counts: they are gathered into a fixed
    share of all places, and the few beyond it in a batch are left out.
    """
    params = {name: value.astype(dtype) for name, value in params.items()}
    size = tokens.shape[0] * tokens.shape[1]
    counts = (branch[:, 1:] > 0) & (branch[:, 1:] == branch[:, :-1]) & (segment[:, 1:] == segment[:, :-1])
    counts = jnp.pad(counts, ((0, 0), (0, 1))).reshape(size)
    (places,) = jnp.nonzero(counts, size=size * 4 // 5, fill_value=size - 1)
    states = hidden(params, tokens, segment, branch, position, heads).reshape(size, -1)[places]
    targets = jnp.pad(tokens[:, 1:], ((0, 0), (0, 1))).reshape(size)[places]
    scores = jnp.matmul(states, params["embedding"].T, preferred_element_type=jnp.float32)
    found = jnp.take_along_axis(scores, targets[:, None], 1)[:, 0] - jax.nn.logsumexp(scores, -1)
    weight = counts[places]
    return -(found * weight).sum() / weight.sum()


def _norm(x: Any, weight: Any) -> Any:
    y = x.astype(jnp.float32)
    y = y * jax.lax.rsqrt((y * y).mean(-1, keepdims=True) + NORM_EPSILON)
    return y.astype(x.dtype) * weight


def _angles(position: Any, width: int) -> tuple[Any, Any]:
    frequency = ROPE_BASE ** (-jnp.arange(0, width, 2) / width)
    angle = position[:, None, :, None] * frequency
    return jnp.cos(angle), jnp.sin(angle)


def _rotate(x: Any, cosine: Any, sine: Any) -> Any:
    first, second = jnp.split(x, 2, axis=-1)
    turned = jnp.concatenate([first * cosine - second * sine, second * cosine + first * sine], -1)
    return turned.astype(x.dtype)
