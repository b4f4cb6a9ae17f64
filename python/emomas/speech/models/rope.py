"""Rotary positions of a Hugging Face config, reduced to a base and a factor per dimension.

Theta and scaling stand in one of two places: `rope_theta` beside `rope_scaling`, or both in `rope_parameters`
(transformers 5); a theta within `rope_scaling` occurs too. The kind of scaling is called `rope_type` or
`type`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from emomas.errors import ModelError
from emomas.speech.engine.decoder import Rope
from emomas.speech.models.config import Config


@dataclass(frozen=True, slots=True)
class Positions:
    """`scale` multiplies the rotated dimensions of queries and keys; `context` is how far this is valid."""

    rope: Rope
    context: int
    scale: float = 1.0


def positions(config: Config, head_dim: int, default_theta: float, context: int) -> Positions:
    """The positions that a config describes; ModelError names a kind of scaling that isn't supported."""
    scaling = _scaling(config)
    theta = scaling.number("rope_theta", config.number("rope_theta", default_theta))
    part = scaling.number("partial_rotary_factor", config.number("partial_rotary_factor", 1.0))
    dim = int(head_dim * part)
    if theta <= 0 or dim < 2 or dim % 2 or dim > head_dim:
        raise ModelError(
            f"{config.where}: rope_theta {theta} and {dim} of {head_dim} dimensions make no rope"
        )
    plain = Rope(dim, theta)
    kind = scaling.text("rope_type", scaling.text("type", "default"))
    if kind == "default":
        return Positions(plain, context)
    if kind == "linear":
        factor = scaling.number("factor")
        return Positions(Rope(dim, theta, (factor,) * (dim // 2)), context)
    if kind == "llama3":
        return Positions(Rope(dim, theta, _llama3(plain, scaling)), context)
    if kind in ("longrope", "su"):
        return _longrope(plain, scaling, config, context)
    raise ModelError(
        f"{config.where}: rope_type {kind!r} isn't supported (default, linear, llama3 and longrope are): "
        "remove the scaling from config.json to use the model at its original length"
    )


def _scaling(config: Config) -> Config:
    for key in ("rope_parameters", "rope_scaling"):
        value = config.values.get(key)
        if value is None:
            continue
        if not isinstance(value, dict) or any(isinstance(entry, dict) for entry in value.values()):
            raise ModelError(f"{config.where}: {key} is {value!r}: one set of rope parameters is supported")
        return Config(value, f"{config.where}: {key}")
    return Config({}, config.where)


def _llama3(plain: Rope, scaling: Config) -> tuple[float, ...]:
    """Factors of Llama 3.1: long waves are stretched, short ones kept, those between mixed."""
    factor = scaling.number("factor")
    low, high = scaling.number("low_freq_factor"), scaling.number("high_freq_factor")
    original = scaling.whole("original_max_position_embeddings")
    if not 0 < low < high or factor <= 0:
        raise ModelError(f"{scaling.where}: factor {factor}, low {low} and high {high} make no sense")
    factors = []
    for frequency in plain.frequencies().tolist():
        waves = original * frequency / (2 * math.pi)
        kept = min(max((waves - low) / (high - low), 0.0), 1.0)
        factors.append(1 / ((1 - kept) / factor + kept))
    return tuple(factors)


def _longrope(plain: Rope, scaling: Config, config: Config, context: int) -> Positions:
    """The short factors, and no longer than the original context: beyond it others apply to all positions."""
    original = scaling.whole(
        "original_max_position_embeddings", config.whole("original_max_position_embeddings", 0)
    )
    short: Any = scaling.values.get("short_factor")
    pairs = plain.dim // 2
    if original < 2 or not isinstance(short, list) or len(short) != pairs:
        raise ModelError(
            f"{scaling.where}: longrope needs original_max_position_embeddings and {pairs} short factors"
        )
    factors = tuple(Config({"short_factor": value}, scaling.where).number("short_factor") for value in short)
    stretch = scaling.number("factor", config.whole("max_position_embeddings") / original)
    scale = 1.0 if stretch <= 1 else math.sqrt(1 + math.log(stretch) / math.log(original))
    scale = scaling.number("attention_factor", scale)
    return Positions(Rope(plain.dim, plain.base, factors), min(context, original), scale)
