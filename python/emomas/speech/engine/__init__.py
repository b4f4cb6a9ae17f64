"""Engines: language models that continue and score token ids, behind one interface.

`base` has the interface and its rules, `ctranslate` the default engine, `numpy_engine` (with `decoder`,
`ct2_file`, `sampling`) the one with masks and exact seeds, `llama_cpp` an adapter for GGUF files. `manifest`
checks a model's files, `worker` runs an engine in its own thread.
"""

from emomas.speech.engine.base import Constraint, Engine, Result, Token
from emomas.speech.engine.worker import Handle, Worker

__all__ = ["Constraint", "Engine", "Handle", "Result", "Token", "Worker"]
