"""Lines of the bundled model, straight from CTranslate2: what the tests and the evaluation measure.

Without the engines' deadlines and seeds, so that the model stands alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emomas.speech.corpus.samples import draw
from emomas.speech.request import Request, encode
from emomas.speech.tokenizer import Tokenizer

BUNDLED = Path(__file__).parents[1] / "python" / "emomas" / "speech" / "bundled"
SLOT = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(
    r"(?i)\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|ninety|hundred|thousand|half|twice|dozen|noon|midnight"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)


class Model:
    """The model in a folder; `lines` samples a line for each request."""

    def __init__(self, folder: Path = BUNDLED, seed: int = 0) -> None:
        import ctranslate2

        # The seed only reaches generators that are made after it was set.
        ctranslate2.set_random_seed(seed)
        self.tokenizer = Tokenizer.load(folder / "tokenizer.json")
        self.names = self.tokenizer.tokens()
        self._ids = {name: at for at, name in enumerate(self.names)}
        self._generator: Any = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=1)

    def lines(self, requests: Sequence[Request], *, temperature: float = 0.8, batch: int = 64) -> list[str]:
        """One line per request; temperature 0 takes the likeliest token, else the best 0.95 are sampled."""
        sampling = (
            {"sampling_topk": 0, "sampling_topp": 0.95, "sampling_temperature": temperature}
            if temperature
            else {}
        )
        found = self._generator.generate_batch(
            [[self.names[at] for at in self.tokenizer.encode_prompt(encode(r))] for r in requests],
            max_batch_size=batch,
            max_length=72,
            include_prompt_in_result=False,
            end_token="<end>",
            suppress_sequences=[[self.names[at]] for at in self.tokenizer.unspeakable()],
            **sampling,
        )
        return [self.tokenizer.decode(self._ids[name] for name in one.sequences[0]) for one in found]

    def logprobs(self, request: Request, ids: Sequence[int]) -> list[float]:
        """Log-probability of each of `ids` after the request's prompt."""
        prompt = self.tokenizer.encode_prompt(encode(request))
        names = [self.names[at] for at in (*prompt, *ids)]
        (scored,) = self._generator.score_batch([names], max_input_length=0)
        return list(scored.log_probs)[len(prompt) - 1 :]


def requests(seed: str, count: int) -> list[Request]:
    """Requests as they come in training, from a seed that training never uses."""
    rng = random.Random(f"evaluation {seed}")
    return [draw(rng) for _ in range(count)]


def slots_right(request: Request, line: str) -> bool:
    """Each required placeholder once, and at most one of the facts beside them, once."""
    said = SLOT.findall(line)
    beside = [slot for slot in said if slot not in request.slots]
    return (
        all(said.count(slot) == 1 for slot in request.slots)
        and len(beside) <= 1
        and set(beside) <= set(request.facts)
        and not re.search(r"[{}]", SLOT.sub("", line))
    )
