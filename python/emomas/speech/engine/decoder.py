"""The forward pass of a Llama-like decoder in NumPy, with a key–value cache.

Pre-norm blocks of grouped-query attention with rotary positions (half-split) and a gated or plain
feed-forward network; RMS norms throughout. float32.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float32]

Activation = Literal["relu", "gelu_tanh", "silu", "gelu"]


@dataclass(frozen=True, slots=True)
class Rope:
    """Rotary positions: dimension i of `dim`/2 turns by 1 / (factors[i] · base^(2i/dim)) per position.

    Without factors they are all 1. Dimensions beyond `dim` stay as they are.
    """

    dim: int
    base: float
    factors: tuple[float, ...] | None = None

    def frequencies(self) -> NDArray[np.float64]:
        """Radians per position, shape (dim/2,)."""
        exponents = np.arange(0, self.dim, 2, dtype=np.float64) / self.dim
        return 1.0 / (np.asarray(self.factors or 1.0, dtype=np.float64) * self.base**exponents)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the weights alone don't tell. `ropes` has one entry per layer; None stands for no positions."""

    heads: int
    kv_heads: int
    head_dim: int
    epsilon: float
    activation: Activation
    ropes: tuple[Rope | None, ...]
    embedding_scale: float = 1.0

    @property
    def layers(self) -> int:
        """Number of blocks."""
        return len(self.ropes)


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x·Wᵀ + b, with W of shape (out, in)."""

    weight: Array
    bias: Array | None = None

    def __call__(self, x: Array) -> Array:
        """Shape (..., in) to (..., out)."""
        y: Array = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@dataclass(frozen=True, slots=True)
class Layer:
    """The weights of one block; `qkv` is queries, keys and values on top of each other."""

    attention_norm: Array
    qkv: Linear
    out: Linear
    ffn_norm: Array
    gate: Linear
    up: Linear | None
    down: Linear
    q_norm: Array | None = None
    k_norm: Array | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights: embedding (vocabulary, width), blocks, last norm, and head (vocabulary, width)."""

    embedding: Array
    layers: tuple[Layer, ...]
    norm: Array
    head: Linear


@dataclass(slots=True)
class Cache:
    """Keys and values of each layer, shape (layers, 2, batch, kv_heads, capacity, head_dim)."""

    data: Array
    length: int = 0

    def spread(self, batch: int, capacity: int) -> Cache:
        """A copy with its only row repeated `batch` times, and room for `capacity` positions."""
        layers, two, _, heads, _, dim = self.data.shape
        data = np.empty((layers, two, batch, heads, capacity, dim), dtype=np.float32)
        data[..., : self.length, :] = self.data[..., : self.length, :]
        return Cache(data, self.length)


@dataclass(slots=True)
class Decoder:
    """Shape and weights, and the turning tables of the positions seen so far."""

    shape: Shape
    weights: Weights
    _tables: dict[Rope, tuple[Array, Array]] = field(default_factory=dict)

    def cache(self, capacity: int) -> Cache:
        """An empty cache for one row."""
        shape = self.shape
        return Cache(
            np.empty((shape.layers, 2, 1, shape.kv_heads, capacity, shape.head_dim), dtype=np.float32)
        )

    def forward(self, ids: NDArray[np.int64], cache: Cache) -> Array:
        """Hidden states after the last norm, shape (batch, time, width); `cache` grows by time.

        Args:
            ids: shape (batch, time), of what follows the cached positions.
            cache: with the same batch and room for `time` more.
        """
        x = self.weights.embedding[ids]
        if self.shape.embedding_scale != 1.0:
            x = x * np.float32(self.shape.embedding_scale)
        time = ids.shape[1]
        for number, layer in enumerate(self.weights.layers):
            x = x + self._attend(number, layer, self._norm(x, layer.attention_norm), cache)
            y = self._norm(x, layer.ffn_norm)
            inner = _activate(layer.gate(y), self.shape.activation)
            x = x + layer.down(inner if layer.up is None else inner * layer.up(y))
        cache.length += time
        return self._norm(x, self.weights.norm)

    def logits(self, hidden: Array) -> Array:
        """Shape (..., width) to (..., vocabulary)."""
        return self.weights.head(hidden)

    def _attend(self, number: int, layer: Layer, x: Array, cache: Cache) -> Array:
        shape = self.shape
        batch, time, _ = x.shape
        start, end = cache.length, cache.length + time
        groups = shape.heads // shape.kv_heads
        qkv = layer.qkv(x).reshape(batch, time, shape.heads + 2 * shape.kv_heads, shape.head_dim)
        q = qkv[:, :, : shape.heads]
        k = qkv[:, :, shape.heads : -shape.kv_heads]
        if layer.q_norm is not None:
            q = self._norm(q, layer.q_norm)
        if layer.k_norm is not None:
            k = self._norm(k, layer.k_norm)
        rope = shape.ropes[number]
        if rope is not None:
            cos, sin = self._turns(rope, end)
            q = _turn(q, cos[start:end], sin[start:end])
            k = _turn(k, cos[start:end], sin[start:end])
        keys, values = cache.data[number]
        keys[:, :, start:end] = k.transpose(0, 2, 1, 3)
        values[:, :, start:end] = qkv[:, :, -shape.kv_heads :].transpose(0, 2, 1, 3)
        # Query heads of one group share keys and values: they are rows of one product.
        grouped = q.reshape(batch, time, shape.kv_heads, groups, shape.head_dim).transpose(0, 2, 3, 1, 4)
        rows = grouped.reshape(batch, shape.kv_heads, groups * time, shape.head_dim)
        scores = rows @ keys[:, :, :end].swapaxes(-1, -2)
        scores *= np.float32(shape.head_dim**-0.5)
        if time > 1:
            future = np.arange(end) > np.arange(start, end)[:, None]
            scores.reshape(batch, shape.kv_heads, groups, time, end)[..., future] = -np.inf
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ values[:, :, :end]).reshape(batch, shape.kv_heads, groups, time, shape.head_dim)
        return layer.out(mixed.transpose(0, 3, 1, 2, 4).reshape(batch, time, -1))

    def _norm(self, x: Array, gain: Array) -> Array:
        mean = np.mean(np.square(x), axis=-1, keepdims=True)
        normed: Array = x / np.sqrt(mean + np.float32(self.shape.epsilon)) * gain
        return normed

    def _turns(self, rope: Rope, positions: int) -> tuple[Array, Array]:
        """cos and sin, shape (positions or more, 1, dim/2)."""
        known = self._tables.get(rope)
        if known is None or len(known[0]) < positions:
            angles = np.arange(max(positions, 256) * 2)[:, None, None] * rope.frequencies()
            known = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
            self._tables[rope] = known
        return known


def _turn(x: Array, cos: Array, sin: Array) -> Array:
    half = cos.shape[-1]
    a, b = x[..., :half], x[..., half : 2 * half]
    return np.concatenate((a * cos - b * sin, b * cos + a * sin, x[..., 2 * half :]), axis=-1)


def _activate(x: Array, kind: Activation) -> Array:
    y: Array
    if kind == "silu":
        # exp of a large number is inf, and x / inf the right 0.
        with np.errstate(over="ignore"):
            y = x / (1 + np.exp(-x))
    elif kind == "relu":
        y = np.maximum(x, 0)
    elif kind == "gelu_tanh":
        inner = np.float32(np.sqrt(2 / np.pi)) * (x + np.float32(0.044715) * x**3)
        y = np.float32(0.5) * x * (1 + np.tanh(inner))
    else:
        y = np.float32(0.5) * x * (1 + _erf(x * np.float32(np.sqrt(0.5))))
    return y


def _erf(x: Array) -> Array:
    """Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    tail: Sequence[float] = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    poly = np.zeros_like(t)
    for coefficient in tail:
        poly = (poly + np.float32(coefficient)) * t
    y: Array = np.sign(x) * (1 - poly * np.exp(-x * x))
    return y
