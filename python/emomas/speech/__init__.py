"""What the agent says: grounded words for what the core decided.

`words` turns an act, an emotion and a number into one to three sentences from the templates under
`templates/`; `speaker` picks among them, `book` loads and checks them, `quantity` speaks numbers. The small
language model lives here too, and these templates are what is spoken when it is absent, late or refused by
the guard.
"""

from emomas.speech.quantity import speak_value
from emomas.speech.words import Words

__all__ = ["Words", "speak_value"]
