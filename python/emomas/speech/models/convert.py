"""From a Hugging Face folder to a CTranslate2 model, without torch, one tensor in memory at a time.

Rotary scaling is written as CTranslate2's "su" kind, with the same factors for long and short texts: a factor
per dimension expresses every supported kind exactly, and doesn't depend on what was run before. Layers
without positions get factors so large that nothing turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from emomas.errors import ModelError
from emomas.speech.engine.decoder import Activation, Decoder, Layer, Linear, Rope, Weights
from emomas.speech.models import architectures, safetensors
from emomas.speech.models.config import Config
from emomas.speech.models.quantise import quantise

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emomas.speech.models.architectures import Plan, Variable

Stored = Literal["int8", "float32"]

_ACTIVATIONS: dict[Activation, str] = {
    "relu": "RELU",
    "gelu_tanh": "GELUTanh",
    "silu": "SWISH",
    "gelu": "GELU",
}
_STANDSTILL = 1e30


def read_plan(folder: Path) -> Plan:
    """What a checkpoint folder holds; ModelError if it can't be converted."""
    return architectures.plan(Config.read(folder / "config.json"), safetensors.index(folder))


def write_model(
    plan: Plan, tokens: list[str], texts: dict[str, str], out: Path, stored: Stored = "int8"
) -> None:
    """Write model.bin, config.json and vocabulary.json into `out`.

    Args:
        plan: of `read_plan`.
        tokens: the vocabulary, one entry per row of the embedding.
        texts: bos_token, eos_token and unk_token.
        out: an existing folder.
        stored: how matrices are stored.
    """
    try:
        from ctranslate2.specs import model_spec
    except ImportError as error:
        raise ModelError("converting needs ctranslate2: pip install 'emomas[speech]'") from error
    spec = _empty_spec(plan)
    lazy = _lazy_variable(model_spec.Variable)
    for name, variable in plan.variables.items():
        scope, _, attribute = name.rpartition("/")
        layer = model_spec.index_spec(spec, scope)
        if stored == "int8" and len(variable.shape) == 2:
            both = _Quantised(name, variable)
            layer.weight = lazy(variable.shape, "int8", both.weight)
            layer.weight_scale = lazy(variable.shape[:1], "float32", both.scale)
        else:
            setattr(layer, attribute, lazy(variable.shape, "float32", _checked(name, variable)))
    if plan.tied:
        spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.register_vocabulary(tokens)
    spec.config.layer_norm_epsilon = plan.shape.epsilon
    for key, value in texts.items():
        setattr(spec.config, key, value)
    spec.validate()
    if plan.tied:
        # Names stand for variables that are written already; only after the check, which takes them for text.
        spec.decoder.projection.weight = "decoder/embeddings/weight"
        if stored == "int8":
            spec.decoder.projection.weight_scale = "decoder/embeddings/weight_scale"
    spec.save(str(out))


def read_decoder(plan: Plan) -> Decoder:
    """The whole checkpoint in float32, for the NumPy engine."""
    arrays = {name: _checked(name, variable)() for name, variable in plan.variables.items()}

    def linear(name: str) -> Linear:
        return Linear(arrays[name + "/weight"], arrays.get(name + "/bias"))

    def layer(scope: str) -> Layer:
        attention, ffn = scope + "self_attention/", scope + "ffn/"
        return Layer(
            attention_norm=arrays[attention + "layer_norm/gamma"],
            qkv=linear(attention + "linear_0"),
            out=linear(attention + "linear_1"),
            ffn_norm=arrays[ffn + "layer_norm/gamma"],
            gate=linear(ffn + "linear_0"),
            up=linear(ffn + "linear_0_noact"),
            down=linear(ffn + "linear_1"),
            q_norm=arrays.get(attention + "q_norm/gamma"),
            k_norm=arrays.get(attention + "k_norm/gamma"),
        )

    embedding = arrays["decoder/embeddings/weight"]
    weights = Weights(
        embedding=embedding,
        layers=tuple(layer(f"decoder/layer_{i}/") for i in range(plan.shape.layers)),
        norm=arrays["decoder/layer_norm/gamma"],
        head=Linear(embedding) if plan.tied else linear("decoder/projection"),
    )
    return Decoder(plan.shape, weights)


def _empty_spec(plan: Plan) -> Any:
    from ctranslate2.specs import attention_spec, common_spec, transformer_spec

    shape = plan.shape
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        shape.layers,
        shape.heads,
        activation=common_spec.Activation[_ACTIVATIONS[shape.activation]],
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_scaling_type=attention_spec.RotaryScalingType.Su,
        num_heads_kv=None if shape.kv_heads == shape.heads else shape.kv_heads,
        head_dim=shape.head_dim,
        qk_norm="decoder/layer_0/self_attention/q_norm/gamma" in plan.variables,
    )
    spec.decoder.scale_embeddings = False
    for layer, rope in zip(spec.decoder.layer, shape.ropes, strict=True):
        still = Rope(shape.head_dim, 1.0, (_STANDSTILL,) * (shape.head_dim // 2))
        used = rope or still
        attention = layer.self_attention
        attention.rotary_dim = np.int32(used.dim)
        attention.rotary_base = np.float32(used.base)
        if used.factors is None:
            del attention.rotary_scaling_type
            del attention.rotary_scaling_long_factor, attention.rotary_scaling_short_factor
        else:
            factors = np.asarray(used.factors, dtype=np.float32)
            attention.rotary_scaling_long_factor = factors
            attention.rotary_scaling_short_factor = factors
    return spec


def _checked(name: str, variable: Variable) -> architectures.Make:
    def make() -> NDArray[np.float32]:
        array = variable.make()
        if not np.isfinite(array).all():
            raise _not_finite(name)
        return array

    return make


class _Quantised:
    """A matrix as int8 with its scales, made once for both: they are written one after the other."""

    def __init__(self, name: str, variable: Variable) -> None:
        self._name = name
        self._make = variable.make
        self._scale: NDArray[np.float32] | None = None

    def weight(self) -> NDArray[np.int8]:
        try:
            stored, self._scale = quantise(self._make())
        except ModelError:
            raise
        except ValueError as error:
            raise _not_finite(self._name) from error
        return stored

    def scale(self) -> NDArray[np.float32]:
        if self._scale is None:
            self.weight()
        assert self._scale is not None
        return self._scale


def _not_finite(name: str) -> ModelError:
    return ModelError(f"{name}: the weights are not all finite: get the checkpoint again")


def _lazy_variable(base: Any) -> Any:
    """CTranslate2's kind of variable, made only when it is written."""

    class Lazy(base):  # type: ignore[misc]
        def __init__(self, shape: tuple[int, ...], dtype: str, make: Any) -> None:
            self._shape, self._dtype, self._make = shape, dtype, make

        @property
        def shape(self) -> list[int]:
            return list(self._shape)

        @property
        def dtype(self) -> str:
            return self._dtype

        def numpy(self) -> Any:
            return self._make()

        def num_bytes(self) -> int:
            return int(np.prod(self._shape)) * np.dtype(self._dtype).itemsize

        def to_bytes(self) -> Any:
            # Written straight from the array's memory.
            return np.ascontiguousarray(self._make()).data.cast("B")

        def _to(self, dtype: str) -> Any:
            raise NotImplementedError(dtype)

        def _equal(self, other: object) -> bool:
            return self is other

    return Lazy
