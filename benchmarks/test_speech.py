"""What a spoken line costs, with and without the model's own time. Run with `make bench`; one core."""

import os

import pytest

from emomas.speech.engine.base import Result
from emomas.speech.guard import refusal
from emomas.speech.model import BUNDLED, SpeechModel
from emomas.speech.models.opening import open_engine
from emomas.speech.request import Request, encode, split_slots
from emomas.speech.tokenizer import Tokenizer
from emomas.speech.wording import fill

TOKENIZER = Tokenizer.load(BUNDLED / "tokenizer.json")
REQUEST = Request("debt", "agent", "hold", "sadness", heard="no", slots=("offer",), facts=("reason",))
OPENING = Request("debt", "agent", "open", "sadness", slots=("agent", "name", "offer"))
LINES = (
    "It's sad to have to repeat it, but it's still {offer}.",
    "We know it's late because of {reason}. It's painful to say, and it stays {offer}.",
    "There's a real sorrow in what you say. We keep to {offer}, with a heavy heart.",
    "Sadly nothing has changed on our side: {offer}.",
)
VALUES = {"offer": "32 days", "reason": "two clients who paid late after the storms"}
LENGTH = 30


@pytest.fixture(autouse=True)
def _one_core():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


class Instant:
    """An engine that takes no time."""

    masks, context, vocabulary_size, model_hash = False, 192, len(TOKENIZER), "instant"

    def __init__(self):
        ids = [tuple(TOKENIZER.encode_prompt(split_slots(line))) for line in LINES]
        self.results = [Result(line, (-1.0,) * len(line), "eos") for line in ids]

    def generate(self, prompt_ids, *, n=1, **_):
        return self.results[:n]

    def prepare(self): ...

    def close(self): ...


@pytest.fixture(scope="module")
def engine():
    pytest.importorskip("ctranslate2")
    found = open_engine(BUNDLED)
    yield found
    found.close()


def prompt(request=REQUEST):
    return TOKENIZER.encode_prompt(encode(request))


@pytest.mark.benchmark(group="line without the model's time")
def test_line_of_an_instant_model(benchmark):
    """Request to spoken text: prompt, hand-over to the model's thread and back, guard, choice, filling."""
    model = SpeechModel(load=Instant, deadline_s=60.0)
    assert "32 days" in benchmark(lambda: fill(model.say(REQUEST, seed=1, said=LINES[:1]).line, VALUES))


@pytest.mark.benchmark(group="line without the model's time")
def test_prompt(benchmark):
    assert benchmark(prompt)


@pytest.mark.benchmark(group="line without the model's time")
def test_guard(benchmark):
    assert benchmark(refusal, REQUEST, LINES[1]) is None


@pytest.mark.benchmark(group="line with the model")
def test_line(benchmark):
    """Best of four, as an agent speaks; the first word can be heard when the whole line has passed."""
    pytest.importorskip("ctranslate2")
    model = SpeechModel(deadline_s=60.0)
    seeds = iter(range(10**6))
    spoken = benchmark.pedantic(
        lambda seed: model.say(REQUEST, seed=seed), setup=lambda: ((next(seeds),), {}), rounds=100
    )
    assert spoken.model_hash
    model.close()


@pytest.mark.benchmark(group="line with the model")
@pytest.mark.parametrize("candidates", [1, 4])
def test_thirty_tokens(benchmark, engine, candidates):
    """An opening cut off there, which nearly all reach; a generator is made ready before, as while idle."""
    seeds = iter(range(10**6))
    tokens = []

    def setup():
        engine.prepare()
        return (next(seeds),), {}

    def draw(seed):
        options = {"max_tokens": LENGTH, "temperature": 0.8, "seed": seed}
        tokens.extend(len(one.ids) for one in engine.generate(prompt(OPENING), n=candidates, **options))

    benchmark.pedantic(draw, setup=setup, rounds=100)
    assert sum(tokens) > 0.95 * LENGTH * len(tokens)


@pytest.mark.benchmark(group="line with the model")
def test_first_token(benchmark, engine):
    """The prompt read, and one token of each of four candidates."""
    seeds = iter(range(10**6))

    def setup():
        engine.prepare()
        return (next(seeds),), {}

    def draw(seed):
        return engine.generate(prompt(), n=4, max_tokens=1, temperature=0.8, seed=seed)

    assert len(benchmark.pedantic(draw, setup=setup, rounds=100)) == 4
