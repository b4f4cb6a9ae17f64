"""Which checkpoints are understood, and how their tensors become those of a decoder.

A `Plan` lists every variable of the CTranslate2 model with its shape and a function that makes it from the
checkpoint. A tensor that the plan doesn't use stops the import: it would mean a model that differs from what
its config says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emomas.errors import ModelError
from emomas.speech.engine.decoder import Activation, Rope, Shape
from emomas.speech.models.rope import Positions, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emomas.speech.models.config import Config
    from emomas.speech.models.safetensors import Tensor

Make = Callable[[], "NDArray[np.float32]"]

_ACTIVATIONS: dict[str, Activation] = {
    "silu": "silu",
    "swish": "silu",
    "relu": "relu",
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
}


@dataclass(frozen=True, slots=True)
class Family:
    """What an architecture leaves unsaid in its config, and what sets it apart."""

    theta: float = 10_000.0
    head_dim: int | None = None
    qk_norm: bool = False
    fused: bool = False
    nope: bool = False
    windowed: bool = False


FAMILIES = {
    "LlamaForCausalLM": Family(),
    "MistralForCausalLM": Family(windowed=True),
    "Phi3ForCausalLM": Family(fused=True, windowed=True),
    "Qwen2ForCausalLM": Family(),
    "Qwen3ForCausalLM": Family(head_dim=128, qk_norm=True),
    "SmolLM3ForCausalLM": Family(theta=2_000_000.0, nope=True),
}
#: Left to CTranslate2's own converter, which needs torch and transformers.
OFFICIAL = ("GemmaForCausalLM", "Gemma2ForCausalLM", "Gemma3ForCausalLM", "GPT2LMHeadModel")
#: Tensors that say nothing new.
_IGNORED = ("rotary_emb.inv_freq",)


@dataclass(frozen=True, slots=True)
class Variable:
    """A tensor of the model to be written: its shape, and how to make it."""

    shape: tuple[int, ...]
    make: Make


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole model: its shape, its variables by CTranslate2 name, and facts for the manifest."""

    architecture: str
    shape: Shape
    variables: dict[str, Variable]
    tied: bool
    context: int
    vocabulary_size: int

    @property
    def parameters(self) -> int:
        """How many weights there are, a tied head not counted."""
        return sum(int(np.prod(variable.shape)) for variable in self.variables.values())


def architecture(config: Config) -> str:
    """The architecture's name; ModelError with a remedy if it is neither understood nor left to others."""
    names = config.values.get("architectures")
    name = names[0] if isinstance(names, list) and names and isinstance(names[0], str) else "none"
    if config.values.get("quantization_config"):
        raise ModelError(f"{config.where}: the checkpoint is quantised: take the one that isn't")
    if name not in FAMILIES and name not in OFFICIAL:
        known = ", ".join((*FAMILIES, *OFFICIAL))
        raise ModelError(
            f"{config.where}: architecture {name} isn't supported ({known} are): take one of "
            "these, or a GGUF file of yours with llama.cpp (pip install 'emomas[llama]')"
        )
    return name


def plan(config: Config, tensors: dict[str, Tensor]) -> Plan:
    """How to make a decoder from a checkpoint; ModelError names what is missing, left over or misshapen."""
    name = architecture(config)
    family = FAMILIES[name]
    heads, width = config.whole("num_attention_heads"), config.whole("hidden_size")
    kv_heads = config.whole("num_key_value_heads", heads)
    if not heads or not kv_heads or heads % kv_heads:
        raise ModelError(f"{config.where}: {heads} heads can't share {kv_heads} key–value heads")
    head_dim = config.whole("head_dim", family.head_dim or width // heads)
    where = positions(config, head_dim, family.theta, _context(config, family))
    activation = config.text("hidden_act", "silu")
    if activation not in _ACTIVATIONS:
        raise ModelError(f"{config.where}: hidden_act {activation} isn't one of {', '.join(_ACTIVATIONS)}")
    shape = Shape(
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        epsilon=config.number("rms_norm_eps"),
        activation=_ACTIVATIONS[activation],
        ropes=_ropes(config, family, where.rope),
    )
    builder = _Builder(config, tensors, shape, where, width)
    builder.outside()
    for layer in range(shape.layers):
        builder.layer(layer, family)
    builder.nothing_left()
    vocabulary_size = config.whole("vocab_size")
    return Plan(name, shape, builder.variables, builder.tied, where.context, vocabulary_size)


def _context(config: Config, family: Family) -> int:
    """The longest sequence in which attention reaches back to the start."""
    context = config.whole("max_position_embeddings")
    window = config.values.get("sliding_window")
    if window is not None and config.values.get("use_sliding_window", family.windowed):
        context = min(context, config.whole("sliding_window"))
    if context < 1:
        raise ModelError(f"{config.where}: the context has {context} tokens")
    return context


def _ropes(config: Config, family: Family, rope: Rope) -> tuple[Rope | None, ...]:
    layers = config.whole("num_hidden_layers")
    if not layers:
        raise ModelError(f"{config.where}: num_hidden_layers is 0")
    if not family.nope:
        return (rope,) * layers
    listed = config.values.get("no_rope_layers")
    if listed is None:
        interval = config.whole("no_rope_layer_interval", 4)
        if not interval:
            raise ModelError(f"{config.where}: no_rope_layer_interval is 0")
        listed = [(layer + 1) % interval for layer in range(layers)]
    if not isinstance(listed, list) or len(listed) != layers:
        raise ModelError(f"{config.where}: no_rope_layers must have one entry for each of {layers} layers")
    # Despite its name, 1 stands for a layer with rope.
    return tuple(rope if used else None for used in listed)


@dataclass
class _Builder:
    config: Config
    tensors: dict[str, Tensor]
    shape: Shape
    where: Positions
    width: int

    def __post_init__(self) -> None:
        self.variables: dict[str, Variable] = {}
        self.tied = False
        self._used: set[str] = set()
        self._inner = self.config.whole("intermediate_size")

    def outside(self) -> None:
        """Embedding, last norm and head."""
        rows = self.config.whole("vocab_size")
        self._copy("decoder/embeddings/weight", "model.embed_tokens.weight", (rows, self.width))
        self._copy("decoder/layer_norm/gamma", "model.norm.weight", (self.width,))
        present = "lm_head.weight" in self.tensors
        self.tied = bool(self.config.values.get("tie_word_embeddings", not present))
        if self.tied:
            self._used.add("lm_head.weight")
        else:
            self._copy("decoder/projection/weight", "lm_head.weight", (rows, self.width))

    def layer(self, number: int, family: Family) -> None:
        """One block."""
        there, here = f"model.layers.{number}.", f"decoder/layer_{number}/"
        attention, ffn = here + "self_attention/", here + "ffn/"
        shape = self.shape
        q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        self._copy(attention + "layer_norm/gamma", there + "input_layernorm.weight", (self.width,))
        self._copy(ffn + "layer_norm/gamma", there + "post_attention_layernorm.weight", (self.width,))
        if family.fused:
            qkv = [there + "self_attn.qkv_proj"]
            self._split(there + "mlp.gate_up_proj", ffn + "linear_0", ffn + "linear_0_noact")
        else:
            qkv = [there + f"self_attn.{part}_proj" for part in "qkv"]
            self._linear(ffn + "linear_0", [there + "mlp.gate_proj"], [self._inner], self.width)
            self._linear(ffn + "linear_0_noact", [there + "mlp.up_proj"], [self._inner], self.width)
        rows = [q + 2 * kv] if family.fused else [q, kv, kv]
        self._linear(attention + "linear_0", qkv, rows, self.width, self._row_scales(number))
        self._linear(attention + "linear_1", [there + "self_attn.o_proj"], [self.width], q)
        self._linear(ffn + "linear_1", [there + "mlp.down_proj"], [self.width], self._inner)
        if family.qk_norm:
            for part in "qk":
                name = there + f"self_attn.{part}_norm.weight"
                self._copy(attention + f"{part}_norm/gamma", name, (shape.head_dim,))

    def nothing_left(self) -> None:
        """ModelError if a tensor has no place in this architecture."""
        left = sorted(name for name in self.tensors.keys() - self._used if not name.endswith(_IGNORED))
        if left:
            raise ModelError(
                f"{self.config.where}: the checkpoint has {len(left)} tensors that its architecture doesn't "
                f"use, such as {left[0]}: it is another kind of model, which isn't supported"
            )

    def _row_scales(self, number: int) -> NDArray[np.float32] | None:
        """Longrope scales what is rotated; the rotation is linear, so the weights can be scaled instead."""
        if self.where.scale == 1.0 or self.shape.ropes[number] is None:
            return None
        shape = self.shape
        head = np.ones(shape.head_dim, dtype=np.float32)
        head[: self.where.rope.dim] = self.where.scale
        rotated = np.tile(head, shape.heads + shape.kv_heads)
        return np.concatenate((rotated, np.ones(shape.kv_heads * shape.head_dim, dtype=np.float32)))

    def _copy(self, to: str, name: str, shape: tuple[int, ...]) -> None:
        tensor = self._tensor(name, shape)
        self.variables[to] = Variable(shape, tensor.load)

    def _split(self, name: str, *to: str) -> None:
        """Equal parts of one linear layer, from top to bottom."""
        tensor = self._tensor(name + ".weight", (len(to) * self._inner, self.width))
        for place, part in enumerate(to):
            rows = slice(place * self._inner, (place + 1) * self._inner)
            make = _part(tensor, rows)
            self.variables[part + "/weight"] = Variable((self._inner, self.width), make)

    def _linear(
        self,
        to: str,
        names: list[str],
        rows: list[int],
        columns: int,
        scales: NDArray[np.float32] | None = None,
    ) -> None:
        """Linear layers on top of each other, with biases where any has one."""
        weights = [
            self._tensor(name + ".weight", (count, columns)) for name, count in zip(names, rows, strict=True)
        ]
        column = None if scales is None else scales[:, None]
        total = sum(rows)
        self.variables[to + "/weight"] = Variable((total, columns), _stack(weights, [0] * len(rows), column))
        biases = [
            self._tensor(name + ".bias", (count,)) if name + ".bias" in self.tensors else None
            for name, count in zip(names, rows, strict=True)
        ]
        if any(biases):
            self.variables[to + "/bias"] = Variable((total,), _stack(biases, rows, scales))

    def _tensor(self, name: str, shape: tuple[int, ...]) -> Tensor:
        tensor = self.tensors.get(name)
        if tensor is None:
            raise ModelError(f"{self.config.where}: the checkpoint has no tensor {name}")
        if tensor.shape != shape:
            raise ModelError(
                f"{tensor.path}: tensor {name} has shape {list(tensor.shape)}, but config.json makes it "
                f"{list(shape)}"
            )
        self._used.add(name)
        return tensor


def _part(tensor: Tensor, rows: slice) -> Make:
    return lambda: tensor.load()[rows]


def _stack(
    tensors: list[Tensor | None] | list[Tensor], rows: list[int], scales: NDArray[np.float32] | None
) -> Make:
    def make() -> NDArray[np.float32]:
        parts = [
            np.zeros(count, dtype=np.float32) if tensor is None else tensor.load()
            for tensor, count in zip(tensors, rows, strict=True)
        ]
        whole = np.concatenate(parts)
        return whole if scales is None else whole * scales

    return make
