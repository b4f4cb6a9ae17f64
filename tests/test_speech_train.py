"""Training of the speech model: seeded, resumable, and exported without loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emomas.errors import ConfigError
from emomas.speech.request import encode
from emomas.speech.tokenizer import Tokenizer
from emomas.speech.train.config import TrainConfig, load_config

pytest.importorskip("jax", reason="training needs the extra emomas[train]")

SMALL = TrainConfig(
    merges=60,
    layers=2,
    heads=2,
    d_model=16,
    d_ff=24,
    context=160,
    batch=2,
    steps=4,
    warmup=2,
    checkpoint_steps=2,
)


def silent(*_: Any) -> None:
    pass


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from emomas.speech.train import loop

    patch = pytest.MonkeyPatch()
    patch.setattr(loop, "_TOKENIZER_SAMPLES", 100)
    patch.setattr(loop, "_HELD_OUT_SAMPLES", 20)
    try:
        return loop.train(replace(SMALL, folder=str(tmp_path_factory.mktemp("run"))), silent)
    finally:
        patch.undo()


@pytest.fixture
def rerun(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Trains with the tokenizer of `trained`, in a folder of its own."""
    from emomas.speech.train import loop

    monkeypatch.setattr(loop, "_HELD_OUT_SAMPLES", 20)

    def run(folder: Path, **change: Any) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())
        stop = change.pop("stop_after_s", None)
        return loop.train(replace(SMALL, folder=str(folder), **change), silent, stop_after_s=stop)

    return run


def weights(folder: Path) -> dict[str, np.ndarray]:
    from emomas.speech.train.loop import load_checkpoint

    return {name: np.asarray(value) for name, value in load_checkpoint(folder / "checkpoint.npz")[0].items()}


def test_a_run_that_was_interrupted_ends_with_the_same_weights(
    trained: Path, rerun: Callable[..., Path], tmp_path: Path
) -> None:
    rerun(tmp_path, stop_after_s=0.0)
    half = weights(tmp_path)
    rerun(tmp_path)
    whole, again = weights(trained), weights(tmp_path)
    assert all(np.array_equal(whole[name], again[name]) for name in whole)
    assert not all(np.array_equal(whole[name], half[name]) for name in whole)
    table = (tmp_path / "loss.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in table] == ["step", "2", "4"]


def test_the_seed_decides_the_weights(trained: Path, rerun: Callable[..., Path], tmp_path: Path) -> None:
    other = weights(rerun(tmp_path, seed=1))
    assert not np.array_equal(other["embedding"], weights(trained)["embedding"])


def test_a_checkpoint_of_another_shape_is_refused(rerun: Callable[..., Path], trained: Path) -> None:
    from emomas.speech.train.loop import train

    with pytest.raises(ConfigError, match="use the same or another folder"):
        train(replace(SMALL, layers=1, folder=str(trained)), silent)
    with pytest.raises(ConfigError, match="no checkpoint: train first"):
        weights(trained / "nothing")


def test_a_line_sees_the_prompt_and_itself_only(trained: Path) -> None:
    """Lines packed behind the same prompt must score as if each were alone."""
    import jax.numpy as jnp

    from emomas.speech.train.decoder import hidden, logits

    params = {name: jnp.asarray(value) for name, value in weights(trained).items()}
    prompt, first, second = [9, 14, 20], [3, 90, 91, 92], [3, 95, 96]
    tokens = jnp.array([[*prompt, *first, *second, 7, 8]])
    segment = jnp.array([[1] * 10 + [2] * 2])
    branch = jnp.array([[0] * 3 + [1] * 4 + [2] * 3 + [0] * 2])
    position = jnp.array([[0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 0, 1]])
    packed = hidden(params, tokens, segment, branch, position, 2) @ params["embedding"].T
    for line, start in ((first, 3), (second, 7)):
        alone = logits(params, jnp.array([[*prompt, *line]]), 2)[0, 3:]
        assert np.allclose(packed[0, start : start + len(line)], alone, atol=1e-5)
    assert np.allclose(packed[0, 10:], logits(params, jnp.array([[7, 8]]), 2)[0], atol=1e-5)


def test_the_decoder_agrees_with_a_plain_one_in_float64(trained: Path) -> None:
    import jax.numpy as jnp

    from emomas.speech.train.decoder import logits

    found = weights(trained)
    tokens = [9, 14, 200, 3, 77, 120]
    params = {name: jnp.asarray(value) for name, value in found.items()}
    assert np.allclose(plain_logits(found, tokens, 2), logits(params, jnp.array([tokens]), 2)[0], atol=1e-4)


def test_the_export_gives_the_same_logits_in_ctranslate2(trained: Path, tmp_path: Path) -> None:
    ct2 = pytest.importorskip("ctranslate2", reason="the export needs ctranslate2")
    from speech_sampling import requests

    from emomas.speech.train.export import export

    manifest = export(trained / "checkpoint.npz", tmp_path, quantization="float32")
    tokenizer = Tokenizer.load(tmp_path / "tokenizer.json")
    assert manifest["shape"]["vocabulary"] == len(tokenizer)
    ids = tokenizer.encode_prompt(encode(requests("export", 1)[0]))
    generator = ct2.Generator(str(tmp_path))
    found = np.array(generator.forward_batch([[tokenizer.tokens()[at] for at in ids]]))[0]
    assert np.abs(found - plain_logits(weights(trained), ids, 2)).max() < 1e-4


def plain_logits(weights: dict[str, np.ndarray], tokens: list[int], heads: int) -> np.ndarray:
    """Llama's forward pass (Touvron et al. 2023), a loop over heads and places, in float64."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def norm(x: np.ndarray, gain: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * gain

    x = w["embedding"][tokens]
    size = x.shape[1] // heads
    angle = np.arange(len(tokens))[:, None] * 10_000.0 ** (-np.arange(0, size, 2) / size)
    turn = np.exp(1j * angle)

    def rotate(y: np.ndarray) -> np.ndarray:
        spun = (y[:, : size // 2] + 1j * y[:, size // 2 :]) * turn
        return np.concatenate([spun.real, spun.imag], 1)

    for layer in range(sum(name.endswith("query") for name in w)):
        h = norm(x, w[f"{layer}.attention_norm"])
        mixed = np.zeros_like(x)
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            q, k, v = (h @ w[f"{layer}.{name}"][:, part] for name in ("query", "key", "value"))
            scores = rotate(q) @ rotate(k).T / np.sqrt(size)
            for place in range(len(tokens)):
                share = np.exp(scores[place, : place + 1] - scores[place, : place + 1].max())
                mixed[place, part] = share / share.sum() @ v[: place + 1]
        x = x + mixed @ w[f"{layer}.out"]
        h = norm(x, w[f"{layer}.ffn_norm"])
        gate = h @ w[f"{layer}.gate"]
        x = x + gate / (1 + np.exp(-gate)) * (h @ w[f"{layer}.up"]) @ w[f"{layer}.down"]
    return norm(x, w["norm"]) @ w["embedding"].T


def test_the_rate_warms_up_stays_and_falls_to_zero() -> None:
    config = TrainConfig(steps=100, warmup=10, decay=0.2, learning_rate=1.0)
    assert [config.rate(step) for step in (0, 4, 9, 50, 80, 90, 99)] == pytest.approx(
        [0.1, 0.5, 1, 1, 1, 0.5, 0.05]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers = ", "can't be read as TOML"),
        ("depth = 3", "unknown field 'depth': use some of seed"),
        ("layers = 1.5", "layers is 1.5: give it as int"),
        ("heads = 5", "d_model is 192: give an even multiple of heads"),
        ("batch = 0", "batch is 0: give a positive whole number"),
        ("decay = 0", "decay is 0.0: give a share"),
    ],
)
def test_a_faulty_configuration_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "speech.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_bfloat16_gives_the_same_loss_to_its_precision(trained: Path) -> None:
    import jax.numpy as jnp

    from emomas.speech.train.batches import rows
    from emomas.speech.train.decoder import loss

    params = {name: jnp.asarray(value) for name, value in weights(trained).items()}
    batch = rows(Tokenizer.load(trained / "tokenizer.json"), "bfloat16", SMALL.context, 8)
    parts = (batch.tokens, batch.segment, batch.branch, batch.position)
    exact, rough = (float(loss(params, *parts, 2, dtype)) for dtype in (jnp.float32, jnp.bfloat16))
    assert rough != exact
    assert rough == pytest.approx(exact, rel=2e-2)
