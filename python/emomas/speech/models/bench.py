"""How fast a model runs here. Each row is measured in a process of its own, so that loading and memory count.

`python -m emomas.speech.models.bench MODEL ENGINE THREADS` prints one row as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from emomas.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emomas.speech.engine.base import Engine

DECODED = 64
PREFILLED = 128
_ROUNDS = 5
_LIMIT_S = 600


@dataclass(frozen=True, slots=True)
class Row:
    """One engine with so many threads; the best of several rounds."""

    engine: str
    threads: int
    decode_tokens_per_s: float
    prefill_tokens_per_s: float
    first_token_ms: float
    load_ms: float
    memory_mib: float
    chosen_threads: int


def measure(model: str | Path, engine: str, threads: int) -> Row:
    """Measure in a fresh process; ModelError with its last line if it fails. `threads` 0: the self-test's."""
    command = [sys.executable, "-m", "emomas.speech.models.bench", str(model), engine, str(threads)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"{model}: {engine} takes longer than {_LIMIT_S} s: too large for this machine"
        ) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ModelError(f"{model}: {engine} with {threads} threads failed: {last}")
    return Row(**json.loads(done.stdout))


def _measure_here(model: str, engine: str, threads: int) -> Row:
    from emomas.speech.models.opening import open_engine

    base_mib = _peak_mib()
    start = time.perf_counter()
    loaded = open_engine(model, engine=engine, threads=threads or None)  # type: ignore[arg-type]
    load_s = time.perf_counter() - start
    ids = [7 * i % loaded.vocabulary_size for i in range(1, PREFILLED + 1)]
    first_s = min(_first_token_s(loaded, [*ids, i]) for i in range(_ROUNDS))
    rate = max(_decode_rate(loaded, ids[:8], i) for i in range(_ROUNDS))
    return Row(
        engine=engine,
        threads=threads,
        decode_tokens_per_s=rate,
        prefill_tokens_per_s=PREFILLED / first_s,
        first_token_ms=1e3 * first_s,
        load_ms=1e3 * load_s,
        memory_mib=_peak_mib() - base_mib,
        chosen_threads=int(getattr(loaded, "threads", threads or 1)),
    )


def _first_token_s(engine: Engine, ids: Sequence[int]) -> float:
    # Another last token each time, put first: no engine can reuse what it has read.
    start = time.perf_counter()
    engine.generate([ids[-1], *ids[:-1]], max_tokens=1)
    return time.perf_counter() - start


def _decode_rate(engine: Engine, ids: Sequence[int], seed: int) -> float:
    """Tokens per second between the first and the last token; 0 if the text ends early."""
    times: list[float] = []
    engine.generate(
        ids,
        max_tokens=DECODED,
        temperature=1.0,
        seed=seed,
        on_token=lambda _: times.append(time.perf_counter()),
    )
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > DECODED // 4 else 0.0


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(_measure_here(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
