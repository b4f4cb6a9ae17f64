"""The training loop: AdamW, checkpoints, a log of the loss, and resumption where it stopped."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from emomas.errors import ConfigError
from emomas.speech.corpus.phrases import FOLDER
from emomas.speech.corpus.samples import fill, sample
from emomas.speech.tokenizer import Tokenizer
from emomas.speech.train.batches import Rows, Stream, rows
from emomas.speech.train.bpe import count_words, learn_merges
from emomas.speech.train.config import TrainConfig
from emomas.speech.train.decoder import Params, loss, start

_BETAS = (0.9, 0.97)
_CLIP = 1.0
_HELD_OUT = "held out"
_HELD_OUT_SAMPLES = 500
_TOKENIZER_SAMPLES = 30_000

Report = Callable[[int, float, float, float], None]


def train(config: TrainConfig, report: Report, *, stop_after_s: float | None = None) -> Path:
    """Train to the end, or until the time is up at a checkpoint; returns the folder with the checkpoint.

    Goes on from the folder's checkpoint; raises ConfigError when that was made with another configuration
    (steps, rates, decay and the checkpoint interval may change). report, at each checkpoint: step, loss,
    held-out loss, tokens per second.
    """
    folder = Path(config.folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(config, folder / "tokenizer.json")
    with Stream(tokenizer, config.seed, config.context, config.batch) as stream:
        _train(config, folder, tokenizer, stream, report, stop_after_s)
    return folder


def _train(
    config: TrainConfig,
    folder: Path,
    tokenizer: Tokenizer,
    stream: Stream,
    report: Report,
    stop_after_s: float | None,
) -> None:
    params = start(config, len(tokenizer))
    moments = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
    first, tokens = 0, 0
    checkpoint = folder / "checkpoint.npz"
    if checkpoint.exists():
        params, moments, first, tokens = _resume(checkpoint, config, stream)
    held_out = rows(tokenizer, _HELD_OUT, config.context, _HELD_OUT_SAMPLES, lines=1)
    # A GPU multiplies in bfloat16; the weights and their updates stay float32.
    dtype = jnp.bfloat16 if jax.default_backend() == "gpu" else jnp.float32
    step_fn = jax.jit(partial(_step, config.heads, config.weight_decay, dtype), donate_argnums=(0, 1, 2))
    loss_fn = jax.jit(loss, static_argnums=5)
    began = time.monotonic()
    clock, counted = began, 0
    seen: list[Any] = []
    for step in range(first, config.steps):
        batch = stream.next()
        params, *moments, value = step_fn(params, *moments, config.rate(step), step + 1, *_parts(batch))
        seen.append(value)
        counted += int((batch.segment > 0).sum())
        last = step + 1 == config.steps
        if (step + 1) % config.checkpoint_steps and not last:
            continue
        tokens += counted
        seen_loss = float(jnp.stack(seen).mean())
        found = _held_out_loss(loss_fn, params, held_out, config)
        speed = counted / (time.monotonic() - clock)
        _save(checkpoint, config, params, moments, step + 1, tokens, stream)
        _log(folder / "loss.csv", step + 1, tokens, seen_loss, found)
        report(step + 1, seen_loss, found, speed)
        clock, counted, seen = time.monotonic(), 0, []
        if stop_after_s is not None and clock - began > stop_after_s:
            break


def corpus_hash() -> str:
    """SHA-256 over the sentence files, in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(FOLDER.glob("*/*.txt")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def load_checkpoint(path: Path) -> tuple[Params, dict[str, Any]]:
    """Weights and what is known about them. Raises ConfigError when there is no checkpoint."""
    try:
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            return {k[2:]: jnp.asarray(file[k]) for k in file.files if k.startswith("p.")}, about
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"{path} is no checkpoint: train first") from error


def _step(
    heads: int,
    weight_decay: float,
    dtype: Any,
    params: Params,
    mean: Params,
    square: Params,
    rate: Any,
    step: Any,
    *batch: Any,
) -> tuple[Params, Params, Params, Any]:
    """AdamW with the gradient clipped to norm 1 (Loshchilov & Hutter 2019); norms don't decay."""
    value, gradient = jax.value_and_grad(loss)(params, *batch, heads, dtype)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    scale = jnp.minimum(1.0, _CLIP / (norm + 1e-9))
    gradient = jax.tree.map(lambda g: g * scale, gradient)
    b1, b2 = _BETAS
    mean = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, mean, gradient)
    square = jax.tree.map(lambda s, g: b2 * s + (1 - b2) * g * g, square, gradient)

    def update(name: str) -> Any:
        m, s = mean[name] / (1 - b1**step), square[name] / (1 - b2**step)
        decay = 0.0 if name.endswith("norm") else weight_decay
        return params[name] - rate * (m / (jnp.sqrt(s) + 1e-8) + decay * params[name])

    return {name: update(name) for name in params}, mean, square, value


def _held_out_loss(loss_fn: Any, params: Params, held_out: Rows, config: TrainConfig) -> float:
    size = min(config.batch, len(held_out.tokens))
    starts = range(0, len(held_out.tokens) - size + 1, size)
    found = [float(loss_fn(params, *_parts(held_out.slice(at, at + size)), config.heads)) for at in starts]
    return sum(found) / len(found)


def _parts(batch: Rows) -> tuple[Any, ...]:
    return batch.tokens, batch.segment, batch.branch, batch.position


def _tokenizer(config: TrainConfig, path: Path) -> Tokenizer:
    """The folder's tokenizer, learned from fresh samples the first time."""
    if not path.exists():
        rng = random.Random(f"{config.seed}|tokenizer")
        drawn = (sample(rng) for _ in range(_TOKENIZER_SAMPLES))
        texts = (fill(rng, request.domain, line) for request, line in drawn)
        merges = learn_merges(count_words(itertools.chain(texts)), config.merges)
        Tokenizer(merges).save(path)
    return Tokenizer.load(path)


def _fixed(config: TrainConfig) -> dict[str, Any]:
    changeable = ("steps", "decay", "checkpoint_steps", "folder", "learning_rate", "weight_decay", "warmup")
    return {k: v for k, v in asdict(config).items() if k not in changeable}


def _save(
    path: Path,
    config: TrainConfig,
    params: Params,
    moments: list[Params],
    step: int,
    tokens: int,
    stream: Stream,
) -> None:
    about = {"config": asdict(config), "fixed": _fixed(config), "step": step, "tokens": tokens}
    about |= {"place": stream.place, "corpus": corpus_hash()}
    arrays = {f"p.{name}": np.asarray(value) for name, value in params.items()}
    for at, moment in enumerate(moments):
        arrays |= {f"m{at}.{name}": np.asarray(value) for name, value in moment.items()}
    part = path.with_name("part.npz")
    np.savez(part, about=json.dumps(about), **arrays)  # type: ignore[arg-type]
    part.replace(path)


def _resume(path: Path, config: TrainConfig, stream: Stream) -> tuple[Params, list[Params], int, int]:
    params, about = load_checkpoint(path)
    if about["fixed"] != _fixed(config):
        raise ConfigError(f"{path} was made with {about['fixed']}: use the same or another folder")
    with np.load(path) as file:
        moments = [{name: jnp.asarray(file[f"m{at}.{name}"]) for name in params} for at in range(2)]
    stream.at(*about["place"])
    return params, moments, about["step"], about["tokens"]


def _log(path: Path, step: int, tokens: int, value: float, found: float) -> None:
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(("step", "tokens", "loss", "held_out_loss"))
        writer.writerow((step, tokens, f"{value:.4f}", f"{found:.4f}"))
