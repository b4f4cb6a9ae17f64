"""Imported checkpoints compute what a plain float64 forward pass does; everything else is refused."""

import json
import struct

import numpy as np
import pytest
import tiny_checkpoints as tiny
from safetensors.numpy import save_file

from emomas.errors import ModelError
from emomas.speech.engine import ct2_file, manifest
from emomas.speech.engine.ctranslate import CTranslateEngine
from emomas.speech.engine.decoder import Decoder
from emomas.speech.engine.numpy_engine import NumpyEngine
from emomas.speech.models import convert, open_engine, store, tokens
from emomas.speech.models.opening import read_checkpoint
from emomas.speech.models.quantise import quantise

ctranslate2 = pytest.importorskip("ctranslate2")

#: Beyond the original 64 positions of the Llama 3.1 checkpoints.
LENGTH = 150
IDS = [(7 * place * place + 3 * place + 1) % tiny.VOCABULARY for place in range(LENGTH)]
FACTS = {"context": 256, "end_ids": [2]}


def converted(folder, out, stored="float32"):
    plan = convert.read_plan(folder)
    words = tokens.read(folder, plan.vocabulary_size)
    out.mkdir()
    convert.write_model(plan, words.vocabulary, store._ctranslate_texts(words.texts), out, stored)
    manifest.write(out, {**FACTS, "context": plan.context})
    return out


def numpy_logits(decoder, ids):
    cache = decoder.cache(len(ids))
    return decoder.logits(decoder.forward(np.asarray([ids]), cache)[0])


@pytest.mark.parametrize("name", tiny.CHECKPOINTS)
def test_every_architecture_computes_what_float64_does(name, tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", name)
    expected = tiny.logits_of(name, IDS)
    out = converted(folder, tmp_path / "ct2")
    generator = ctranslate2.Generator(str(out), intra_threads=1)
    # The turning tables of a running model grow; what was run before mustn't matter.
    generator.forward_batch([IDS * 3 if name != "phi4_mini" else IDS])
    got = np.array(generator.forward_batch([IDS]))[0]
    assert np.abs(got - expected).max() <= 1e-5
    variables = ct2_file.read((out / "model.bin").read_bytes())
    shape = ct2_file.decoder_shape(variables, json.loads((out / "config.json").read_text()))
    decoder = Decoder(shape, ct2_file.weights(variables, shape.layers))
    assert np.abs(numpy_logits(decoder, IDS) - expected).max() <= 1e-5
    assert np.abs(numpy_logits(read_checkpoint(folder).decoder, IDS) - expected).max() <= 1e-5


@pytest.mark.parametrize("name", ["llama31", "smollm3", "qwen25", "qwen3", "mistral", "phi4_mini"])
def test_int8_stays_close_and_takes_the_same_token_when_it_is_clear(name, tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", name)
    out = converted(folder, tmp_path / "ct2", "int8")
    exact = tiny.logits_of(name, IDS)
    engine = CTranslateEngine(out, threads=1)
    dequantised = open_engine(out, engine="numpy")
    assert isinstance(dequantised, NumpyEngine)
    for logits in (
        np.array(engine._generator.forward_batch([IDS]))[0],
        numpy_logits(dequantised._model.decoder, IDS),
    ):
        # Random weights are the worst case; on processors without VNNI plain int8 is at 0.2 to 0.6 here.
        assert np.sqrt(((logits - exact) ** 2).mean() / (exact**2).mean()) < 0.08
    ordered = np.sort(exact, axis=1)
    clear = np.flatnonzero(ordered[:, -1] - ordered[:, -2] > 0.5 * exact.std())
    assert len(clear) > 5
    for place in clear[:8]:
        want = (int(exact[place].argmax()),)
        for one in (engine, dequantised):
            [result] = one.generate(IDS[: place + 1], max_tokens=1)
            assert result.ids == want or (result.finish == "eos" and want == (2,))


def test_int8_rows_are_within_half_a_step_and_no_pair_overflows():
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((40, 33)).astype(np.float32)
    matrix[5] = 0
    matrix[6] = 1e-38
    matrix[7, 1:] = 0
    matrix[8, :2] = 5
    stored, scales = quantise(matrix)
    assert stored.dtype == np.int8
    assert np.all(np.abs(stored / scales[:, None].astype(np.float64) - matrix) <= 0.501 / scales[:, None])
    assert not stored[5].any()
    assert abs(int(stored[7, 0])) == 127
    wide = stored.astype(np.int64)
    assert np.abs(255 * (wide[:, 0:32:2] + wide[:, 1:32:2])).max() <= 32767
    assert np.abs(stored).max(axis=1)[[0, 1, 2, 3]].min() > 70, "a scale gives away too much"
    with pytest.raises(ValueError, match="finite"):
        quantise(np.array([[1.0, np.inf]], dtype=np.float32))


def test_tied_embeddings_are_stored_once(tmp_path):
    tied = converted(tiny.write_checkpoint(tmp_path / "a", "smollm2"), tmp_path / "tied", "int8")
    free = converted(tiny.write_checkpoint(tmp_path / "b", "llama"), tmp_path / "free", "int8")
    saved = (free / "model.bin").stat().st_size - (tied / "model.bin").stat().st_size
    assert saved >= tiny.VOCABULARY * 32


def as_bytes(array, kind):
    if kind == "F16":
        return array.astype("<f2").tobytes()
    bits = array.astype("<f4").view("<u4") >> 16
    return bits.astype("<u2").tobytes()


def write_raw(path, tensors, kind):
    header, data = {}, b""
    for name, array in tensors.items():
        raw = as_bytes(array, kind)
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_half_precision_is_read_exactly(kind, tmp_path):
    weights = tiny.tensors_of("llama")
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama")
    write_raw(folder / "model.safetensors", weights, kind)
    if kind == "F16":
        rounded = {name: array.astype(np.float16).astype(np.float32) for name, array in weights.items()}
    else:
        rounded = {
            name: (array.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
            for name, array in weights.items()
        }
    got = numpy_logits(read_checkpoint(folder).decoder, IDS)
    assert np.abs(got - tiny.logits_of("llama", IDS, rounded)).max() <= 1e-5


def test_shards_with_an_index_are_one_checkpoint(tmp_path):
    weights = tiny.tensors_of("qwen3")
    folder = tiny.write_checkpoint(tmp_path / "hf", "qwen3")
    (folder / "model.safetensors").unlink()
    names = sorted(weights)
    files = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for file, part in files.items():
        save_file({name: weights[name] for name in part}, folder / file)
    index = {"weight_map": {name: file for file, part in files.items() for name in part}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    got = numpy_logits(read_checkpoint(folder).decoder, IDS)
    assert np.abs(got - tiny.logits_of("qwen3", IDS)).max() <= 1e-5
    (folder / "model-2.safetensors").unlink()
    with pytest.raises(ModelError, match=r"model-2\.safetensors.*can't be read"):
        convert.read_plan(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architectures": ["MambaForCausalLM"]}, r"MambaForCausalLM isn't supported .*llama\.cpp"),
        ({"architectures": None}, "architecture none isn't supported"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantised"),
        ({"rope_scaling": {"type": "yarn", "factor": 4.0}}, "'yarn' isn't supported.*remove the scaling"),
        ({"rope_scaling": {"rope_type": "longrope", "short_factor": [1.0]}}, "longrope needs"),
        ({"rope_parameters": {"full": {}, "sliding": {}}}, "one set of rope parameters"),
        ({"hidden_act": "xielu"}, "hidden_act xielu"),
        ({"num_key_value_heads": 3}, "4 heads can't share 3"),
        ({"hidden_size": "wide"}, "hidden_size is 'wide'"),
        ({"rms_norm_eps": None}, "has no rms_norm_eps"),
        ({"num_hidden_layers": 2}, "tensors that its architecture doesn't use"),
        ({"num_hidden_layers": 4}, r"no tensor model\.layers\.3\."),
        ({"vocab_size": 90}, r"embed_tokens\.weight has shape \[97, 32\]"),
        ({"architectures": ["Qwen3ForCausalLM"]}, "q_norm"),
    ],
)
def test_configs_that_do_not_fit_are_refused(changes, message, tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama", head_dim=8)
    config = {**json.loads((folder / "config.json").read_text()), **changes}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=message):
        convert.read_plan(folder)


def test_windows_bound_the_context(tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "a", "mistral", sliding_window=40)
    assert convert.read_plan(folder).context == 40
    folder = tiny.write_checkpoint(tmp_path / "b", "qwen25", sliding_window=40, use_sliding_window=False)
    assert convert.read_plan(folder).context == 256
    assert convert.read_plan(tiny.write_checkpoint(tmp_path / "c", "phi4_mini")).context == 160


def test_weights_that_are_not_numbers_are_refused(tmp_path):
    weights = tiny.tensors_of("llama")
    weights["model.layers.1.mlp.up_proj.weight"][3, 4] = np.nan
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama", tensors=weights)
    for stored in ("int8", "float32"):
        with pytest.raises(ModelError, match=r"layer_1/ffn/linear_0_noact/weight.*finite"):
            converted(folder, tmp_path / stored, stored)


def damaged_files():
    text = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    good = struct.pack("<Q", len(text)) + text + bytes(8)
    wrong = json.dumps({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}).encode()
    negative = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}).encode()
    return {
        "empty": (b"", "has 0 bytes"),
        "header too long": (struct.pack("<Q", 2**60) + text, "header wants"),
        "no json": (struct.pack("<Q", 4) + b"spam" + bytes(8), "no JSON"),
        "cut off": (good[:-3], "cut off"),
        "wrong size": (struct.pack("<Q", len(wrong)) + wrong + bytes(8), "8 bytes, but shape"),
        "backwards": (struct.pack("<Q", len(negative)) + negative + bytes(8), "shape"),
        "no fields": (struct.pack("<Q", 9) + b'{"a": {}}' + bytes(8), "no dtype"),
    }


@pytest.mark.parametrize("kind", damaged_files())
def test_damaged_weight_files_are_named(kind, tmp_path):
    data, message = damaged_files()[kind]
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama")
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=rf"model\.safetensors.*{message}"):
        convert.read_plan(folder)


def test_pickled_checkpoints_are_not_opened(tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="can hold code and aren't read"):
        convert.read_plan(folder)


def test_tokenizers_that_belong_elsewhere_are_refused(tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama")
    assert tokens.read(folder, tiny.VOCABULARY).vocabulary[-1] == "<extra_id_96>"
    with pytest.raises(ModelError, match=r"goes up to id 91.*knows only 60 ids"):
        tokens.read(folder, 60)
    other = tiny.tokenizer()
    other["added_tokens"][2]["content"] = "<end>"
    (folder / "tokenizer.json").write_text(json.dumps(other))
    with pytest.raises(ModelError, match="id 2 is both"):
        tokens.read(folder, tiny.VOCABULARY)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        tokens.read(folder, tiny.VOCABULARY)


def test_every_end_token_counts(tmp_path):
    folder = tiny.write_checkpoint(tmp_path / "hf", "llama")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 7]}))
    assert tokens.read(folder, tiny.VOCABULARY).end_ids == [2, 7]
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 700}))
    with pytest.raises(ModelError, match="eos_token_id is 700"):
        tokens.read(folder, tiny.VOCABULARY)
