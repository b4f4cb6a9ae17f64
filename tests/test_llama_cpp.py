"""The llama.cpp adapter, against a stand-in for llama-cpp-python."""

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from emomas.errors import ConfigError, ModelError
from emomas.speech.engine.llama_cpp import LlamaCppEngine

SIZE = 20


def logits_after(ids):
    """Whatever depends on all of them."""
    return np.random.default_rng(ids).standard_normal(SIZE).astype(np.float32)


class Llama:
    """Keeps ids like llama-cpp-python: evaluating drops what stands behind n_tokens."""

    made = None

    def __init__(self, path, *, n_ctx, n_threads, n_threads_batch, verbose):
        if b"GGUF" not in Path(path).read_bytes():
            raise ValueError("Failed to load model from file")
        self.size, self.ids, self.n_tokens, self.read, self.ctx = n_ctx, [], 0, 0, self
        Llama.made = self

    def n_vocab(self):
        return SIZE

    def n_ctx(self):
        return self.size

    def token_eos(self):
        return 2

    def eval(self, tokens):
        self.ids = [*self.ids[: self.n_tokens], *tokens]
        self.n_tokens = len(self.ids)
        self.read += len(tokens)

    def close(self):
        self.ids = []


def llama_get_logits_ith(context, place):
    assert place == -1
    context.logits = (ctypes.c_float * SIZE)(*logits_after(context.ids))
    return ctypes.cast(context.logits, ctypes.POINTER(ctypes.c_float))


@pytest.fixture
def engine(tmp_path, monkeypatch):
    fake = SimpleNamespace(Llama=Llama, llama_get_logits_ith=llama_get_logits_ith)
    monkeypatch.setitem(sys.modules, "llama_cpp", fake)
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    return LlamaCppEngine(path, context=200)


def greedy(ids, wanted):
    out = []
    while len(out) < wanted:
        token = int(logits_after([*ids, *out]).argmax())
        if token == 2:
            break
        out.append(token)
    return tuple(out)


def test_greedy_text_and_what_is_read_again(engine):
    [result] = engine.generate([1, 5, 6], static_prompt=[3, 4], max_tokens=6)
    assert result.ids == greedy([3, 4, 1, 5, 6], 6)
    before = Llama.made.read
    [result] = engine.generate([1, 5, 7], static_prompt=[3, 4], max_tokens=1)
    assert result.ids == greedy([3, 4, 1, 5, 7], 1)
    assert Llama.made.read - before == 1, "all but the last token was known"


def test_long_prompts_are_read_in_pieces(engine):
    prompt = [place % SIZE for place in range(150)]
    assert engine.generate(prompt, max_tokens=3)[0].ids == greedy(prompt, 3)


def test_candidates_and_seeds(engine):
    first = engine.generate([1, 5], n=3, temperature=1.0, seed=4, max_tokens=5)
    assert engine.generate([1, 5], n=3, temperature=1.0, seed=4, max_tokens=5) == first
    assert len({result.ids for result in first}) > 1


def test_scores(engine):
    [first, second] = engine.score([1, 5], [[6, 7], [8]])
    for got, ids in ((first, [6, 7]), (second, [8])):
        for place, token in enumerate(ids):
            logits = logits_after([1, 5, *ids[:place]]).astype(np.float64)
            assert got[place] == pytest.approx(logits[token] - np.log(np.exp(logits).sum()))


def test_ids_are_checked_and_closing_is_final(engine):
    with pytest.raises(ConfigError, match=r"prompt_ids\[0\] is 20"):
        engine.generate([20])
    engine.close()
    engine.close()
    with pytest.raises(ModelError, match="closed"):
        engine.generate([1])


def test_no_model_and_no_package(engine, tmp_path, monkeypatch):
    (tmp_path / "spam.gguf").write_bytes(b"spam")
    with pytest.raises(ModelError, match=r"spam\.gguf: llama\.cpp can't load it"):
        LlamaCppEngine(tmp_path / "spam.gguf")
    with pytest.raises(ModelError, match=r"none\.gguf: can't be read"):
        LlamaCppEngine(tmp_path / "none.gguf")
    with pytest.raises(ConfigError, match="context is 0"):
        LlamaCppEngine(tmp_path / "model.gguf", context=0)
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(ModelError, match=r"pip install 'emomas\[llama\]'"):
        LlamaCppEngine(tmp_path / "model.gguf")
