"""Users' own models: import, storage, and opening them.

`store` keeps models under the data folder, `hub` fetches them, `convert` (with `config`, `safetensors`,
`architectures`, `rope`, `tokens`, `quantise`) turns Hugging Face checkpoints into int8 CTranslate2 models
without torch, `official` leaves a few to CTranslate2's own converter. `chat` has tokenizer and chat template,
`opening` loads an engine, `bench` measures one.
"""

from emomas.speech.models.opening import open_engine

__all__ = ["open_engine"]
