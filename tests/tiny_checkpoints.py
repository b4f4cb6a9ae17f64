"""Tiny random Hugging Face checkpoints, and what they compute: a forward pass in float64, written plainly.

The forward pass follows the papers and model descriptions, position by position; it shares nothing with the
package.
"""

import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

VOCABULARY = 97
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
SHORT = [1.0, 1.1, 1.3, 1.7, 2.0, 2.5]
BASE = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 3,
    "vocab_size": VOCABULARY,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "max_position_embeddings": 256,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "eos_token_id": 2,
}

#: Name: what differs from BASE, and which biases there are.
CHECKPOINTS = {
    "llama": {},
    "llama_mha_tied": {"num_key_value_heads": 4, "tie_word_embeddings": True},
    "llama_head_dim": {"head_dim": 12},
    "llama_biases": {"biases": "qkvo", "mlp_bias": True},
    "llama31": {"rope_theta": 500000.0, "rope_scaling": LLAMA3},
    "llama31_new_place": {"rope_theta": None, "rope_parameters": {**LLAMA3, "rope_theta": 500000.0}},
    "llama31_theta_inside": {"rope_theta": None, "rope_scaling": {**LLAMA3, "rope_theta": 500000.0}},
    "llama_linear": {"rope_scaling": {"type": "linear", "factor": 4.0}},
    "smollm2": {"tie_word_embeddings": True, "rope_theta": 100000.0},
    "smollm3": {
        "architectures": ["SmolLM3ForCausalLM"],
        "num_hidden_layers": 5,
        "no_rope_layers": [1, 1, 1, 0, 1],
        "rope_theta": 2000000.0,
        "tie_word_embeddings": True,
    },
    "smollm3_first_layer": {
        "architectures": ["SmolLM3ForCausalLM"],
        "no_rope_layers": [0, 1, 0],
        "rope_theta": 2000000.0,
    },
    "qwen25": {"architectures": ["Qwen2ForCausalLM"], "biases": "qkv", "rope_theta": 1000000.0},
    "qwen3": {"architectures": ["Qwen3ForCausalLM"], "head_dim": 16, "rope_theta": 1000000.0},
    "mistral": {"architectures": ["MistralForCausalLM"], "head_dim": 16, "sliding_window": None},
    "phi3": {"architectures": ["Phi3ForCausalLM"], "num_key_value_heads": 4},
    "phi4_mini": {
        "architectures": ["Phi3ForCausalLM"],
        "hidden_size": 64,
        "partial_rotary_factor": 0.75,
        "max_position_embeddings": 1024,
        "original_max_position_embeddings": 160,
        "rope_scaling": {"type": "longrope", "short_factor": SHORT, "long_factor": [9.0] * 6},
        "tie_word_embeddings": True,
    },
}


def config_of(name, **changes):
    given = {**BASE, **CHECKPOINTS[name], **changes}
    given = {key: value for key, value in given.items() if key != "biases"}
    return {key: value for key, value in given.items() if value is not None or key == "sliding_window"}


def tensors_of(name, seed=0):
    """Random weights, float32."""
    rng = np.random.default_rng(seed)
    config, biases = config_of(name), CHECKPOINTS[name].get("biases", "")
    width, inner, heads, kv, dim = _sizes(config)

    def matrix(rows, columns):
        return (rng.standard_normal((rows, columns)) / math.sqrt(columns)).astype(np.float32)

    def vector(size, centre=0.0):
        return (centre + 0.1 * rng.standard_normal(size)).astype(np.float32)

    found = {"model.embed_tokens.weight": matrix(VOCABULARY, width), "model.norm.weight": vector(width, 1)}
    if not config["tie_word_embeddings"]:
        found["lm_head.weight"] = matrix(VOCABULARY, width)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        found[at + "input_layernorm.weight"] = vector(width, 1)
        found[at + "post_attention_layernorm.weight"] = vector(width, 1)
        rows = {"q": heads * dim, "k": kv * dim, "v": kv * dim}
        if config["architectures"] == ["Phi3ForCausalLM"]:
            found[at + "self_attn.qkv_proj.weight"] = matrix(sum(rows.values()), width)
            found[at + "mlp.gate_up_proj.weight"] = matrix(2 * inner, width)
        else:
            for part, count in rows.items():
                found[at + f"self_attn.{part}_proj.weight"] = matrix(count, width)
            found[at + "mlp.gate_proj.weight"] = matrix(inner, width)
            found[at + "mlp.up_proj.weight"] = matrix(inner, width)
        found[at + "self_attn.o_proj.weight"] = matrix(width, heads * dim)
        found[at + "mlp.down_proj.weight"] = matrix(width, inner)
        for part in biases:
            found[at + f"self_attn.{part}_proj.bias"] = vector({**rows, "o": width}[part])
        if config.get("mlp_bias"):
            for part, count in (("gate", inner), ("up", inner), ("down", width)):
                found[at + f"mlp.{part}_proj.bias"] = vector(count)
        if config["architectures"] == ["Qwen3ForCausalLM"]:
            found[at + "self_attn.q_norm.weight"] = vector(dim, 1)
            found[at + "self_attn.k_norm.weight"] = vector(dim, 1)
    return found


def write_checkpoint(folder: Path, name, *, tensors=None, template=None, licence="apache-2.0", **changes):
    """A whole Hugging Face folder with a word tokenizer; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(name, **changes)
    (folder / "config.json").write_text(json.dumps(config))
    save_file(tensors or tensors_of(name), folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()))
    special = {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "<unk>"}
    if template:
        special["chat_template"] = template
    (folder / "tokenizer_config.json").write_text(json.dumps(special))
    (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# A model\n")
    (folder / "LICENSE").write_text("The terms.\n")
    return folder


def tokenizer(size=VOCABULARY - 5):
    """A word tokenizer in the format of the tokenizers package; a few ids less than the model has."""
    words = ["<unk>", "<s>", "</s>", *(f"w{number}" for number in range(3, size))]
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": number, "content": words[number], **special} for number in range(3)],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: number for number, word in enumerate(words)},
            "unk_token": "<unk>",
        },
    }


def _sizes(config):
    heads = config["num_attention_heads"]
    dim = config.get("head_dim", config["hidden_size"] // heads)
    return config["hidden_size"], config["intermediate_size"], heads, config["num_key_value_heads"], dim


def logits_of(name, ids, tensors=None):
    """Logits after each position, shape (len(ids), vocabulary), in float64."""
    config = config_of(name)
    weights = {key: value.astype(np.float64) for key, value in (tensors or tensors_of(name)).items()}
    _, _, heads, kv, dim = _sizes(config)
    angles, scale = _angles(config, dim, len(ids))

    def norm(x, gain):
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + config["rms_norm_eps"]) * gain

    def linear(x, key):
        return x @ weights[key + ".weight"].T + weights.get(key + ".bias", 0.0)

    def turn(x):
        """Each pair (j, j + rotated/2) is a complex number that turns with the position."""
        half = angles.shape[1]
        pairs = x[:, :half] + 1j * x[:, half : 2 * half]
        pairs = pairs * np.exp(1j * angles) * scale
        return np.concatenate((pairs.real, pairs.imag, x[:, 2 * half :]), axis=1)

    x = weights["model.embed_tokens.weight"][list(ids)]
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        y = norm(x, weights[at + "input_layernorm.weight"])
        if at + "self_attn.qkv_proj.weight" in weights:
            q, k, v = np.split(
                linear(y, at + "self_attn.qkv_proj"), [heads * dim, (heads + kv) * dim], axis=1
            )
        else:
            q, k, v = (linear(y, at + f"self_attn.{part}_proj") for part in "qkv")
        mixed = []
        for head in range(heads):
            shared = head // (heads // kv)
            mine = slice(head * dim, (head + 1) * dim)
            theirs = slice(shared * dim, (shared + 1) * dim)
            qh, kh, vh = q[:, mine], k[:, theirs], v[:, theirs]
            if at + "self_attn.q_norm.weight" in weights:
                qh = norm(qh, weights[at + "self_attn.q_norm.weight"])
                kh = norm(kh, weights[at + "self_attn.k_norm.weight"])
            if config.get("no_rope_layers", [1] * 99)[layer]:
                qh, kh = turn(qh), turn(kh)
            scores = qh @ kh.T / math.sqrt(dim)
            scores[np.triu_indices(len(ids), 1)] = -np.inf
            shares = np.exp(scores - scores.max(1, keepdims=True))
            mixed.append(shares / shares.sum(1, keepdims=True) @ vh)
        x = x + linear(np.concatenate(mixed, axis=1), at + "self_attn.o_proj")
        y = norm(x, weights[at + "post_attention_layernorm.weight"])
        if at + "mlp.gate_up_proj.weight" in weights:
            gate, up = np.split(linear(y, at + "mlp.gate_up_proj"), 2, axis=1)
        else:
            gate, up = linear(y, at + "mlp.gate_proj"), linear(y, at + "mlp.up_proj")
        x = x + linear(gate / (1 + np.exp(-gate)) * up, at + "mlp.down_proj")
    head = "model.embed_tokens" if config["tie_word_embeddings"] else "lm_head"
    return norm(x, weights["model.norm.weight"]) @ weights[head + ".weight"].T


def _angles(config, dim, length):
    """Radians by position and pair, and what longrope multiplies the turned pairs by."""
    given = config.get("rope_parameters") or config.get("rope_scaling") or {}
    theta = given.get("rope_theta") or config["rope_theta"]
    rotated = int(dim * config.get("partial_rotary_factor", 1.0))
    frequencies = [theta ** (-2 * pair / rotated) for pair in range(rotated // 2)]
    scale = 1.0
    kind = given.get("rope_type", given.get("type"))
    if kind == "linear":
        frequencies = [frequency / given["factor"] for frequency in frequencies]
    elif kind == "llama3":
        frequencies = [_llama3(frequency, given) for frequency in frequencies]
    elif kind == "longrope":
        original = config["original_max_position_embeddings"]
        assert length <= original
        frequencies = [f / factor for f, factor in zip(frequencies, given["short_factor"], strict=True)]
        stretch = config["max_position_embeddings"] / original
        scale = math.sqrt(1 + math.log(stretch) / math.log(original))
    return np.outer(np.arange(length), frequencies), scale


def _llama3(frequency, given):
    original, factor = given["original_max_position_embeddings"], given["factor"]
    low, high = given["low_freq_factor"], given["high_freq_factor"]
    wavelength = 2 * math.pi / frequency
    if wavelength < original / high:
        return frequency
    if wavelength > original / low:
        return frequency / factor
    smooth = (original / wavelength - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency
