"""Both engines against a plain float64 forward pass, and a guard for each of CTranslate2's traps."""

import json
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import tiny_checkpoints as tiny

from emomas.errors import ConfigError, ModelError
from emomas.speech.engine import base, ctranslate, manifest
from emomas.speech.engine.base import CACHED_PROMPTS, Request, Run
from emomas.speech.engine.ctranslate import CTranslateEngine, pick_threads
from emomas.speech.engine.numpy_engine import NumpyEngine, read_model
from emomas.speech.engine.sampling import Sampler
from emomas.speech.models import convert, tokens

pytest.importorskip("ctranslate2")

PROMPT = [1, 8, 30, 55]
ENGINES = ["ctranslate2", "numpy"]


def model_folder(folder: Path, stored="float32", **changes):
    hf = tiny.write_checkpoint(folder / "hf", "llama", **changes)
    plan = convert.read_plan(hf)
    out = folder / "model"
    out.mkdir()
    texts = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    convert.write_model(plan, tokens.read(hf, plan.vocabulary_size).vocabulary, texts, out, stored)
    manifest.write(out, {"context": plan.context, "end_ids": [2]})
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return model_folder(tmp_path_factory.mktemp("float32"), max_position_embeddings=2048)


def opened(kind, folder, **options):
    if kind == "numpy":
        return NumpyEngine(read_model(folder), **options)
    return CTranslateEngine(folder, threads=1, **options)


@pytest.fixture(params=ENGINES)
def engine(request, folder):
    loaded = opened(request.param, folder)
    yield loaded
    loaded.close()


def log_softmax(logits):
    scores = logits - logits.max(-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(-1, keepdims=True))


def greedy(prompt, tokens_wanted):
    ids, logprobs = list(prompt), []
    for _ in range(tokens_wanted):
        last = log_softmax(tiny.logits_of("llama", ids))[-1]
        ids.append(int(last.argmax()))
        logprobs.append(last.max())
    return ids[len(prompt) :], logprobs


def test_greedy_tokens_and_probabilities_are_the_models(engine):
    ids, logprobs = greedy(PROMPT, 12)
    assert 2 not in ids, "the oracle's text must not end early"
    [result] = engine.generate(PROMPT, max_tokens=12)
    assert (list(result.ids), result.finish) == (ids, "length")
    assert np.abs(np.array(result.logprobs) - logprobs).max() < 1e-5


def test_scores_are_log_probabilities(engine):
    continuations = [[5, 6, 7], [40], [9] * 80]
    for ids, got in zip(continuations, engine.score(PROMPT, continuations), strict=True):
        whole = log_softmax(tiny.logits_of("llama", PROMPT + ids))
        expected = [whole[len(PROMPT) - 1 + place, token] for place, token in enumerate(ids)]
        assert np.abs(got - expected).max() < 1e-5


def test_long_texts_are_scored_to_their_end(engine):
    ids = [(3 * place) % tiny.VOCABULARY for place in range(1300)]
    [got] = engine.score(PROMPT, [ids])
    assert len(got) == 1300
    assert got[-1] == pytest.approx(log_softmax(tiny.logits_of("llama", PROMPT + ids))[-2, ids[-1]], abs=1e-4)


def test_the_static_prompt_changes_nothing_but_speed(engine):
    [plain] = engine.generate([*PROMPT, 17, 18], max_tokens=8)
    for _ in range(2):
        [split] = engine.generate([17, 18], static_prompt=PROMPT, max_tokens=8)
        assert split.ids == plain.ids
        assert np.allclose(split.logprobs, plain.logprobs, atol=1e-5)


def test_only_so_many_static_prompts_are_kept(engine):
    for first in range(3, 3 + 3 * CACHED_PROMPTS):
        static = [1, first, first + 1]
        [split] = engine.generate([8], static_prompt=static, max_tokens=4)
        assert split.ids == engine.generate([*static, 8], max_tokens=4)[0].ids
    assert len(engine._static) == CACHED_PROMPTS


def test_sampling_repeats_with_its_seed_whatever_came_before(engine):
    def draw(seed, **more):
        return engine.generate(PROMPT, n=4, temperature=1.0, seed=seed, max_tokens=8, **more)

    first = draw(5)
    assert len({result.ids for result in first}) == 4
    engine.generate(PROMPT, max_tokens=3)
    other = draw(6)
    assert other != first
    engine.prepare()
    assert draw(5) == first
    assert draw(6) == other
    static = draw(5, static_prompt=[1, 7])
    engine.prepare()
    engine.prepare()
    assert draw(5, static_prompt=[1, 7]) == static


def test_sampling_repeats_beside_other_engines(engine, folder):
    alone = engine.generate(PROMPT, n=2, temperature=1.0, seed=11, max_tokens=30)
    others = [opened("ctranslate2", folder) for _ in range(2)]
    stop = threading.Event()

    def busy(other, start):
        for seed in count(start):
            if stop.is_set():
                return
            other.generate(PROMPT, n=2, temperature=1.0, seed=seed, max_tokens=5)

    threads = [threading.Thread(target=busy, args=(other, i)) for i, other in enumerate(others)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            assert engine.generate(PROMPT, n=2, temperature=1.0, seed=11, max_tokens=30) == alone
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_sampled_tokens_carry_the_plain_models_probability(engine):
    [result] = engine.generate(PROMPT, temperature=2.0, seed=3, max_tokens=10)
    [scores] = engine.score(PROMPT, [result.ids])
    assert np.abs(scores - result.logprobs).max() < 1e-5


def test_samples_follow_the_distribution(engine):
    expected = np.exp(log_softmax(tiny.logits_of("llama", PROMPT)[-1] / 0.7))
    drawn = np.zeros(tiny.VOCABULARY)
    for seed in range(40):
        for result in engine.generate(PROMPT, n=50, temperature=0.7, seed=seed, max_tokens=1):
            drawn[result.ids[0] if result.ids else 2] += 1
    # Tokens that should come at least five times, the others together.
    often = expected * 2000 >= 5
    observed = np.append(drawn[often], drawn[~often].sum())
    wanted = 2000 * np.append(expected[often], expected[~often].sum())
    chi2 = ((observed - wanted) ** 2 / wanted).sum()
    freedom = len(wanted) - 1
    assert chi2 < freedom + 5 * np.sqrt(2 * freedom)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt_ids": [1, 999_999]}, r"prompt_ids\[1\] is 999999: this model's ids are 0 to 96"),
        ({"prompt_ids": [-1]}, r"prompt_ids\[0\] is -1"),
        ({"prompt_ids": [1.5]}, r"prompt_ids\[0\] is 1\.5: give whole numbers"),
        ({"prompt_ids": [True]}, "is True"),
        ({"prompt_ids": []}, "prompt_ids is empty"),
        ({"prompt_ids": [1] * 2048}, "2048 tokens, the model's context 2048"),
        ({"static_prompt": [97]}, r"static_prompt\[0\] is 97"),
        ({"stop": [97]}, r"stop\[0\] is 97"),
        ({"n": 0}, "n is 0"),
        ({"n": 2}, "n is 2 at temperature 0"),
        ({"n": 65, "temperature": 1.0}, "n is 65"),
        ({"temperature": -1.0}, "temperature is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296"),
    ],
)
def test_wrong_arguments_are_named(engine, arguments, message):
    with pytest.raises(ConfigError, match=message):
        engine.generate(**{"prompt_ids": PROMPT, **arguments})


@pytest.mark.parametrize(
    ("prompt", "continuations", "message"),
    [
        ([], [[1]], "prompt is empty"),
        ([1], [[]], r"continuations\[0\] is empty"),
        ([1], [[5], [999_999]], r"continuations\[1\]\[0\] is 999999"),
        ([1], [[5] * 2048], "2049 tokens"),
    ],
)
def test_wrong_scoring_arguments_are_named(engine, prompt, continuations, message):
    with pytest.raises(ConfigError, match=message):
        engine.score(prompt, continuations)


def test_numpy_ids_are_ids(engine):
    [result] = engine.generate(np.array(PROMPT, dtype=np.int32), max_tokens=3)
    assert result == engine.generate(PROMPT, max_tokens=3)[0]


def test_ways_to_end(engine):
    ids, _ = greedy(PROMPT, 6)
    [stopped] = engine.generate(PROMPT, max_tokens=6, stop=[ids[2]])
    assert (list(stopped.ids), stopped.finish) == (ids[:2], "stop")
    calls = count(1)
    [heard] = engine.generate(PROMPT, max_tokens=6, on_token=lambda token: next(calls) == 4)
    assert (list(heard.ids), heard.finish) == (ids[:4], "stop")
    [short] = engine.generate(PROMPT, static_prompt=[5] * (2048 - len(PROMPT) - 2), max_tokens=9)
    assert (len(short.ids), short.finish) == (2, "length")


@pytest.mark.parametrize("kind", ENGINES)
def test_the_models_end_token_ends(kind, tmp_path):
    out = model_folder(tmp_path)
    ids, _ = greedy(PROMPT, 3)
    manifest.write(out, {"context": 256, "end_ids": [2, ids[2]]})
    [result] = opened(kind, out).generate(PROMPT, max_tokens=6)
    assert (list(result.ids), result.finish) == (ids[:2], "eos")


@pytest.mark.parametrize("kind", ENGINES)
def test_one_candidate_may_end_while_others_go_on(kind, folder):
    engine = opened(kind, folder)
    options = {"n": 3, "temperature": 1.0, "seed": 8, "max_tokens": 6}
    free = engine.generate(PROMPT, **options)
    seen = []

    def hear(token):
        seen.append(token.candidate)
        return token.candidate == 1

    cut = engine.generate(PROMPT, on_token=hear, **options)
    assert [result.finish for result in cut] == ["length", "stop", "length"]
    assert cut[1].ids == free[1].ids[:1]
    # CTranslate2 draws for all candidates from one stream, so the others go another way from here.
    same = 6 if kind == "numpy" else 2
    assert cut[0].ids[:same] == free[0].ids[:same]
    assert [seen.count(candidate) for candidate in range(3)] == [6, 1, 6]


@pytest.mark.parametrize("kind", ENGINES)
def test_the_deadline_is_on_the_engines_clock(kind, folder):
    now = [100.0]
    engine = opened(kind, folder, clock=lambda: now[0])

    def hear(token):
        now[0] += 1.0

    [result] = engine.generate(PROMPT, max_tokens=50, deadline=103.5, on_token=hear)
    assert (len(result.ids), result.finish) == (4, "deadline")
    [late] = engine.generate(PROMPT, max_tokens=50, deadline=1.0)
    assert late == base.Result((), (), "deadline")


def test_cancelling_ends_at_the_next_token(engine):
    cancel = threading.Event()

    def hear(token):
        if token.id is not None and cancel.is_set():
            raise AssertionError("a token after the cancel")
        cancel.set()

    [result] = engine.generate(PROMPT, max_tokens=500, on_token=hear, cancel=cancel)
    assert (len(result.ids), result.finish) == (1, "cancelled")
    assert engine.generate(PROMPT, cancel=cancel)[0].ids == ()
    assert engine.generate(PROMPT, max_tokens=2)[0].finish == "length"


def test_what_the_listener_raises_arrives(engine):
    def hear(token):
        raise KeyError("listener")

    with pytest.raises(KeyError, match="listener"):
        engine.generate(PROMPT, max_tokens=500, on_token=hear)
    assert engine.generate(PROMPT, max_tokens=2)[0].finish == "length"


@pytest.mark.parametrize("kind", ENGINES)
def test_closing_halts_what_runs(kind, folder):
    engine = opened(kind, folder)
    running = threading.Event()
    results = []

    def work():
        results.extend(engine.generate(PROMPT, max_tokens=1500, on_token=lambda _: running.set()))

    thread = threading.Thread(target=work)
    thread.start()
    assert running.wait(30)
    engine.close()
    thread.join(30)
    assert results[0].finish == "cancelled"
    for call in (lambda: engine.generate(PROMPT), lambda: engine.score(PROMPT, [[3]])):
        with pytest.raises(ModelError, match="closed"):
            call()


DAMAGES = {
    "truncated": lambda out: (out / "model.bin").write_bytes((out / "model.bin").read_bytes()[:-100]),
    "flipped": lambda out: flip(out / "model.bin", 5000),
    "no weights": lambda out: (out / "model.bin").unlink(),
    "no config": lambda out: (out / "config.json").unlink(),
    "no manifest": lambda out: (out / "manifest.json").unlink(),
    "manifest of spam": lambda out: (out / "manifest.json").write_text("spam"),
    "another format": lambda out: (out / "manifest.json").write_text('{"format": 9}'),
    "file elsewhere": lambda out: relist(out, {"../model.bin": "0"}),
    "unlisted": lambda out: relist(out, {"config.json": "0"}),
    "other config": lambda out: (out / "config.json").write_text("{}"),
}


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def relist(out, files):
    (out / "manifest.json").write_text(json.dumps({"format": 1, "files": files}))


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_models_are_not_loaded(kind, damage, tmp_path):
    out = model_folder(tmp_path)
    DAMAGES[damage](out)
    with pytest.raises(ModelError, match="add the model again"):
        opened(kind, out)


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("size", [0, 3, 30, 500, 20_000])
def test_broken_models_with_a_right_hash_are_errors_too(kind, size, tmp_path):
    out = model_folder(tmp_path)
    (out / "model.bin").write_bytes((out / "model.bin").read_bytes()[:size])
    manifest.write(out, {"context": 256, "end_ids": [2]})
    with pytest.raises(ModelError, match=r"model"):
        opened(kind, out)


def test_vocabularies_that_make_no_sense_are_errors(tmp_path):
    out = model_folder(tmp_path)
    words = json.loads((out / "vocabulary.json").read_text())
    for changed, message in (
        ([*words[:-1], words[0]], "listed twice"),
        ({"a": 1}, "list of tokens"),
        ([1, 2], "list of tokens"),
    ):
        (out / "vocabulary.json").write_text(json.dumps(changed))
        manifest.write(out, {"context": 256, "end_ids": [2]})
        with pytest.raises(ModelError, match=message):
            opened("ctranslate2", out)


@pytest.mark.parametrize("kind", ENGINES)
def test_a_text_must_be_able_to_end(kind, tmp_path):
    out = model_folder(tmp_path)
    manifest.write(out, {"context": 256})
    assert opened(kind, out).generate(PROMPT, max_tokens=2)
    manifest.write(out, {"context": 256, "end_ids": [500]})
    with pytest.raises(ModelError, match="end_ids"):
        opened(kind, out)


def test_swapped_files_do_not_reach_a_small_model(tmp_path):
    out = model_folder(tmp_path)
    engine = opened("ctranslate2", out)
    before = engine.generate(PROMPT, temperature=1.0, seed=4, max_tokens=6)
    (out / "model.bin").write_bytes(b"spam")
    assert engine.generate(PROMPT, temperature=1.0, seed=4, max_tokens=6) == before


def test_large_models_are_checked_at_every_load_and_held_once(tmp_path, monkeypatch):
    monkeypatch.setattr(ctranslate, "SMALL_BYTES", 0)
    out = model_folder(tmp_path)
    engine = opened("ctranslate2", out)
    before = engine.generate(PROMPT, temperature=1.0, seed=4, max_tokens=6)
    engine.prepare()
    assert engine._reserve is None
    assert engine.generate(PROMPT, temperature=1.0, seed=4, max_tokens=6) == before
    flip(out / "model.bin", 5000)
    with pytest.raises(ModelError, match="damaged"):
        engine.generate(PROMPT, temperature=1.0, seed=5, max_tokens=6)


@pytest.mark.parametrize(("one", "two", "picked"), [(100, 119, 1), (100, 121, 2), (100, 20, 1)])
def test_a_second_thread_must_be_worth_it(one, two, picked):
    measured = []

    def tokens_per_s(threads):
        measured.append(threads)
        return {1: one, 2: two}[threads]

    assert pick_threads(tokens_per_s) == picked
    assert measured[-1] == picked, "the engine is left with the threads that were picked"


def test_the_self_test_runs_for_larger_models_only(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(ctranslate, "pick_threads", lambda rate: asked.append(rate(2)) or 2)
    monkeypatch.setattr(ctranslate.os, "sched_getaffinity", lambda _: {0, 1})
    out = model_folder(tmp_path)
    assert CTranslateEngine(out).threads == 1
    assert asked == []
    monkeypatch.setattr(ctranslate, "TESTED_BYTES", 0)
    assert CTranslateEngine(out).threads == 2
    assert asked[0] > 0
    with pytest.raises(ConfigError, match="threads is 0"):
        CTranslateEngine(out, threads=0)


class Even:
    """Allows even tokens only."""

    def allowed(self, candidate, ids):
        return np.arange(tiny.VOCABULARY) % 2 == 0


class Nothing:
    def allowed(self, candidate, ids):
        return np.zeros(tiny.VOCABULARY, dtype=bool)


def test_masks_are_kept_per_token(folder):
    engine = opened("numpy", folder)
    for options in ({}, {"n": 3, "temperature": 1.5}):
        for result in engine.generate(PROMPT, max_tokens=12, constraint=Even(), **options):
            assert all(token % 2 == 0 for token in result.ids)
    [result] = engine.generate(PROMPT, max_tokens=3, constraint=Even())
    last = log_softmax(tiny.logits_of("llama", PROMPT))[-1]
    assert result.ids[0] == 2 * int(last[::2].argmax())
    assert result.logprobs[0] == pytest.approx(last[::2].max(), abs=1e-5)
    with pytest.raises(ConfigError, match="after 0 tokens the mask"):
        engine.generate(PROMPT, constraint=Nothing())
    with pytest.raises(ConfigError, match="can't mask"):
        opened("ctranslate2", folder).generate(PROMPT, constraint=Even())


def test_a_candidate_is_the_same_however_many_there_are(folder):
    engine = opened("numpy", folder)
    few = engine.generate(PROMPT, n=2, temperature=1.0, seed=9, max_tokens=8)
    many = engine.generate(PROMPT, n=5, temperature=1.0, seed=9, max_tokens=8)
    assert [result.ids for result in few] == [result.ids for result in many[:2]]


def test_extreme_logits_are_sampled_without_a_fault(folder):
    engine = opened("numpy", folder)
    request = Request.check(engine, PROMPT, [], 1, 4, 0.01, 1, [], None)
    sampler = Sampler(Run(request, frozenset({2}), lambda: 0.0))
    logits = np.full(tiny.VOCABULARY, -1e30, dtype=np.float32)
    logits[[5, 7]] = 1e30, -np.inf
    for _ in range(100):
        assert sampler.next(0, logits)[0] == 5


def run_script(text, folder):
    code = (
        "import os, signal, sys, threading, time\n"
        "from pathlib import Path\n"
        "from emomas.speech.engine.ctranslate import CTranslateEngine\n"
        f"folder = Path({str(folder)!r})\n{text}"
    )
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


def test_leaving_python_while_a_text_is_generated_is_a_clean_exit(folder):
    done = run_script(
        "engine = CTranslateEngine(folder, threads=1)\n"
        "running = threading.Event()\n"
        "def work():\n"
        "    while True:\n"
        "        engine.generate([1, 2, 3], max_tokens=2000, on_token=lambda token: running.set())\n"
        "threading.Thread(target=work, daemon=True).start()\n"
        "running.wait(30)\n"
        "print('leaving')\n",
        folder,
    )
    assert (done.returncode, done.stdout) == (0, "leaving\n"), done.stderr
    assert "terminate" not in done.stderr


def test_ctrl_c_ends_a_generation_at_the_next_token(folder):
    done = run_script(
        # A shell that starts the tests in the background hands down an ignored signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "engine = CTranslateEngine(folder, threads=1)\n"
        "heard = []\n"
        "def hear(token):\n"
        "    heard.append(token)\n"
        "    time.sleep(0.002)\n"
        "    if len(heard) == 5:\n"
        "        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)\n"
        "try:\n"
        "    engine.generate([1, 5, 3], max_tokens=1900, on_token=hear)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', len(heard) < 200)\n"
        "print(engine.generate([1, 5, 3], max_tokens=2)[0].finish)\n",
        folder,
    )
    assert (done.returncode, done.stdout) == (0, "interrupted True\nlength\n"), done.stderr


@pytest.mark.parametrize("threads", [1, 2])
def test_a_fork_loads_the_model_anew(threads, folder):
    done = run_script(
        f"engine = CTranslateEngine(folder, threads={threads})\n"
        "before = engine.generate([1, 5, 3], max_tokens=5)\n"
        "sampled = engine.generate([1, 5, 3], temperature=1.0, seed=3, max_tokens=5)\n"
        "engine.prepare()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    same = engine.generate([1, 5, 3], max_tokens=5) == before\n"
        "    again = engine.generate([1, 5, 3], temperature=1.0, seed=3, max_tokens=5) == sampled\n"
        "    print(same, again, engine.threads, flush=True)\n"
        "    sys.exit(7)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "print(code, engine.generate([1, 5, 3], max_tokens=5) == before)\n",
        folder,
    )
    assert (done.returncode, done.stdout) == (0, "True True 1\n7 True\n"), done.stderr


def test_without_ctranslate2_the_error_tells_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(ModelError, match=r"pip install 'emomas\[speech\]', or use the NumPy engine"):
        CTranslateEngine(folder)
    assert opened("numpy", folder).generate(PROMPT, max_tokens=2)


def test_the_hash_tells_models_apart(folder, tmp_path):
    assert CTranslateEngine(folder, threads=1).model_hash == read_model(folder).model_hash
    out = model_folder(tmp_path)
    before = read_model(out).model_hash
    assert len(before) == 64
    (out / "config.json").write_text((out / "config.json").read_text() + " ")
    manifest.write(out, {"context": 256, "end_ids": [2]})
    assert read_model(out).model_hash != before
