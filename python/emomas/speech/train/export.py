"""From a checkpoint to the files of the bundled model: int8 CTranslate2, without torch."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from emomas.speech.tokenizer import Tokenizer
from emomas.speech.train.decoder import NORM_EPSILON, ROPE_BASE, Params, layers
from emomas.speech.train.loop import load_checkpoint


def export(checkpoint: Path, target: Path, *, quantization: str = "int8") -> dict[str, Any]:
    """Write the model, its vocabulary and tokenizer, and manifest.json; returns the manifest."""
    params, about = load_checkpoint(checkpoint)
    tokenizer_file = checkpoint.with_name("tokenizer.json")
    tokenizer = Tokenizer.load(tokenizer_file)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer_file, target / "tokenizer.json")
    _write_model(params, about["config"]["heads"], tokenizer, target, quantization)
    files = ("model.bin", "config.json", "vocabulary.json", "tokenizer.json")
    manifest = {
        "format": 1,
        "name": "emomas-voice",
        "quantization": quantization,
        "context": about["config"]["context"],
        "end_ids": [tokenizer.end],
        "shape": {k: about["config"][k] for k in ("layers", "heads", "d_model", "d_ff")}
        | {"vocabulary": len(tokenizer), "parameters": sum(int(p.size) for p in params.values())},
        "corpus_sha256": about["corpus"],
        "seed": about["config"]["seed"],
        "steps": about["step"],
        "tokens_trained": about["tokens"],
        "files": {name: hashlib.sha256((target / name).read_bytes()).hexdigest() for name in files},
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def _write_model(params: Params, heads: int, tokenizer: Tokenizer, target: Path, quantization: str) -> None:
    from ctranslate2.specs import TransformerDecoderModelSpec, common_spec

    spec = TransformerDecoderModelSpec.from_config(
        layers(params),
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_base=ROPE_BASE,
        num_heads_kv=heads,
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    # optimize() works in place, so every array is a copy; the tied matrix is the same one twice.
    embedding = np.array(params["embedding"], np.float32)
    decoder.embeddings.weight = embedding
    decoder.projection.weight = embedding
    decoder.layer_norm.gamma = np.array(params["norm"])
    for at, layer in enumerate(decoder.layer):
        attention = layer.self_attention
        attention.layer_norm.gamma = np.array(params[f"{at}.attention_norm"])
        joint = [np.asarray(params[f"{at}.{name}"]).T for name in ("query", "key", "value")]
        attention.linear[0].weight = np.concatenate(joint)
        attention.linear[1].weight = np.array(np.asarray(params[f"{at}.out"]).T)
        layer.ffn.layer_norm.gamma = np.array(params[f"{at}.ffn_norm"])
        layer.ffn.linear_0.weight = np.array(np.asarray(params[f"{at}.gate"]).T)
        layer.ffn.linear_0_noact.weight = np.array(np.asarray(params[f"{at}.up"]).T)
        layer.ffn.linear_1.weight = np.array(np.asarray(params[f"{at}.down"]).T)
    spec.register_vocabulary(tokenizer.tokens())
    spec.config.bos_token = "<say>"
    spec.config.eos_token = "<end>"
    spec.config.unk_token = "<unk>"
    spec.config.layer_norm_epsilon = NORM_EPSILON
    spec.validate()
    spec.optimize(quantization=None if quantization == "float32" else quantization)
    for name in ("config.json", "vocabulary.json", "model.bin"):
        (target / name).unlink(missing_ok=True)
    spec.save(str(target))
