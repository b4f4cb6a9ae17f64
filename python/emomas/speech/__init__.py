"""What the agent says: grounded words for what the core decided.

`words` turns an act, an emotion and a number into one to three sentences from the templates under
`templates/`; `speaker` picks among them, `book` loads and checks them, `quantity` speaks numbers.

The parts of a language model for the same words are here too, not used by `words` yet: `request` is what
it is asked for, `tokenizer` turns that into ids, `bundled/` is the model, `corpus/` and `train/` made it,
`engine/` runs any model and `models/` imports other people's.
"""

from emomas.speech.quantity import speak_value
from emomas.speech.words import Words

__all__ = ["Words", "speak_value"]
