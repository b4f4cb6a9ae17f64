"""Reading CTranslate2's model.bin into NumPy arrays, for the engine that works without CTranslate2.

The format (binary version 6): version, name, revision, number of variables, each with name, shape, type and
bytes; then aliases, each naming an earlier variable. Everything is little-endian; strings carry their length
and end in a zero byte.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from emomas.errors import ModelError
from emomas.speech.engine.decoder import Activation, Layer, Linear, Rope, Shape, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Variables = dict[str, NDArray[Any]]

_VERSION = 6
_SPEC = "TransformerDecoderSpec"
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
_ACTIVATIONS: dict[int, Activation] = {0: "relu", 1: "gelu_tanh", 2: "silu", 3: "gelu"}
_LINEAR, _SU = 0, 1
_EPSILON = 1e-5


def read(data: bytes) -> Variables:
    """All variables by name; ModelError if the bytes are no model that this engine reads."""
    reader = _Reader(data)
    version, name = reader.number("I"), reader.text()
    if version != _VERSION or name != _SPEC:
        raise ModelError(
            f"model.bin is {name!r} of version {version}: the NumPy engine reads {_SPEC!r}, {_VERSION}"
        )
    reader.number("I")
    variables: Variables = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        kind = reader.number("B")
        if kind >= len(_TYPES):
            raise ModelError(f"model.bin: {name} has type {kind}, which the NumPy engine doesn't read")
        raw = reader.take(reader.number("I"))
        dtype = np.dtype(_TYPES[kind]).newbyteorder("<")
        if len(raw) != math.prod(shape) * dtype.itemsize:
            raise ModelError(f"model.bin: {name} has {len(raw)} bytes, but shape {shape}")
        variables[name] = np.frombuffer(raw, dtype).reshape(shape)
    for _ in range(reader.number("I")):
        alias, target = reader.text(), reader.text()
        if target not in variables:
            raise ModelError(f"model.bin: {alias} stands for {target}, which isn't there")
        variables[alias] = variables[target]
    return variables


class _Reader:
    """Takes numbers, strings and bytes from the front of `data`, never beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def take(self, size: int) -> memoryview:
        end = self._at + size
        if end > len(self._data):
            raise ModelError(f"model.bin ends after {len(self._data)} bytes, in the middle of a variable")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self, code: str) -> int:
        code = f"<{code}"
        return int(struct.unpack(code, self.take(struct.calcsize(code)))[0])

    def text(self) -> str:
        raw = bytes(self.take(self.number("H")))
        return raw[:-1].decode("utf-8", errors="replace")


def decoder_shape(variables: Variables, config: dict[str, Any]) -> Shape:
    """The shape of a rotary RMS-norm decoder; ModelError names what the NumPy engine doesn't do."""
    layers = 0
    while f"decoder/layer_{layers}/self_attention/linear_0/weight" in variables:
        layers += 1
    first = "decoder/layer_0/self_attention/"
    if not layers:
        raise ModelError("model.bin holds no decoder layers that the NumPy engine knows")
    for name in variables:
        if name.endswith(("/beta", "position_encodings/encodings", "weight_zero", "low_rank_weight_1")):
            raise ModelError(
                f"model.bin has {name}: the NumPy engine runs rotary decoders with RMS norms only; "
                "use CTranslate2 for this model"
            )
    for name in ("decoder/alibi", "decoder/sliding_window", "decoder/layer_0/input_layer_norm/gamma"):
        if name in variables and np.any(variables[name]):
            raise ModelError(f"model.bin has {name}, which the NumPy engine doesn't do: use CTranslate2")
    width = _get(variables, "decoder/embeddings/weight").shape[1]
    heads = int(_get(variables, "decoder/num_heads"))
    kv_heads = int(variables.get(first + "num_heads_kv", np.int32(heads)))
    head_dim = int(variables.get(first + "head_dim", np.int32(width // heads)))
    activation = int(variables.get("decoder/activation", np.int8(0)))
    if activation not in _ACTIVATIONS:
        raise ModelError(f"model.bin: activation {activation} isn't known to the NumPy engine")
    scale = variables.get("decoder/scale_embeddings", np.int8(1))
    return Shape(
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        epsilon=float(config.get("layer_norm_epsilon") or _EPSILON),
        activation=_ACTIVATIONS[activation],
        ropes=tuple(_rope(variables, f"decoder/layer_{i}/self_attention/", head_dim) for i in range(layers)),
        embedding_scale=(math.sqrt(width) if scale else 1.0) if scale.dtype == np.int8 else float(scale),
    )


def _rope(variables: Variables, scope: str, head_dim: int) -> Rope | None:
    if scope + "rotary_dim" not in variables:
        raise ModelError(f"model.bin has no {scope}rotary_dim: the NumPy engine runs rotary decoders only")
    if variables.get(scope + "rotary_interleave", np.int8(1)):
        raise ModelError(f"model.bin: {scope}rotary_interleave is set, which the NumPy engine doesn't do")
    dim = int(variables[scope + "rotary_dim"]) or head_dim
    base = float(variables.get(scope + "rotary_base", np.float32(10000)))
    scaling = int(variables.get(scope + "rotary_scaling_type", np.int8(-1)))
    if scaling < 0:
        return Rope(dim, base)
    if scaling == _LINEAR:
        return Rope(dim, base, (float(variables[scope + "rotary_scaling_factor"]),) * (dim // 2))
    long, short = (variables.get(f"{scope}rotary_scaling_{kind}_factor") for kind in ("long", "short"))
    if scaling != _SU or long is None or short is None or not np.array_equal(long, short):
        raise ModelError(f"model.bin: {scope}rotary_scaling_type {scaling} isn't known to the NumPy engine")
    return Rope(dim, base, tuple(long.tolist()))


def weights(variables: Variables, layers: int) -> Weights:
    """All weights as float32; int8 ones are divided by their scale."""

    def norm(name: str) -> NDArray[np.float32]:
        return _get(variables, name + "/gamma").astype(np.float32)

    def optional_norm(name: str) -> NDArray[np.float32] | None:
        return norm(name) if name + "/gamma" in variables else None

    def linear(name: str) -> Linear:
        bias = variables.get(name + "/bias")
        return Linear(_dense(variables, name), None if bias is None else bias.astype(np.float32))

    def layer(scope: str) -> Layer:
        attention, ffn = scope + "self_attention/", scope + "ffn/"
        gated = ffn + "linear_0_noact/weight" in variables
        return Layer(
            attention_norm=norm(attention + "layer_norm"),
            qkv=linear(attention + "linear_0"),
            out=linear(attention + "linear_1"),
            ffn_norm=norm(ffn + "layer_norm"),
            gate=linear(ffn + "linear_0"),
            up=linear(ffn + "linear_0_noact") if gated else None,
            down=linear(ffn + "linear_1"),
            q_norm=optional_norm(attention + "q_norm"),
            k_norm=optional_norm(attention + "k_norm"),
        )

    embedding = _dense(variables, "decoder/embeddings")
    tied = variables.get("decoder/projection/weight") is variables["decoder/embeddings/weight"]
    return Weights(
        embedding=embedding,
        layers=tuple(layer(f"decoder/layer_{i}/") for i in range(layers)),
        norm=norm("decoder/layer_norm"),
        head=Linear(embedding) if tied else linear("decoder/projection"),
    )


def _dense(variables: Variables, name: str) -> NDArray[np.float32]:
    weight = _get(variables, name + "/weight")
    if weight.dtype == np.int8:
        dense: NDArray[np.float32] = weight.astype(np.float32)
        dense /= _get(variables, name + "/weight_scale")[:, None]
        return dense
    return weight.astype(np.float32)


def _get(variables: Variables, name: str) -> NDArray[Any]:
    value = variables.get(name)
    if value is None:
        raise ModelError(f"model.bin has no {name}")
    return value
