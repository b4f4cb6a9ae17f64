"""What options of several commands share: ranges, names, and the kinds of picture.

Everything here is checked before a command starts, so that nothing is played in vain.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from emomas._native import COUNTERPARTS, POLICIES
from emomas.errors import ConfigError
from emomas.simulation import LARGEST_SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PICTURES = (".png", ".svg", ".pdf")
WORLDS = ("standard", "placebo", "flipped")

Names = TypeVar("Names", str, list[str] | None)


def one_of(known: Sequence[str]) -> Callable[[typer.CallbackParam, Names], Names]:
    """A check that an option holds one of the `known` names, or a list of them."""

    def check(param: typer.CallbackParam, value: Names) -> Names:
        for name in [value] if isinstance(value, str) else value or []:
            if name not in known:
                raise ConfigError(f"{param.opts[0]} is {name!r}: give one of {', '.join(known)}")
        return value

    return check


def speech_name(given: str | None) -> str:
    """The model of `--speech`, or the chosen one."""
    if given is not None:
        return given
    from emomas.speech.models import store

    return store.chosen()


def _picture(path: Path | None) -> Path | None:
    if path is not None:
        if path.suffix.lower() not in PICTURES:
            raise ConfigError(f"--plot is {str(path)!r}: give a name that ends in .png, .svg or .pdf")
        if find_spec("matplotlib") is None:
            raise ConfigError("--plot needs matplotlib: pip install 'emomas[plot]'")
    return path


SeedOption = Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Same seed, same conversation.")]
PolicyOption = Annotated[
    str, typer.Option(help=f"Who plays: {', '.join(POLICIES)}.", callback=one_of(POLICIES))
]
CounterpartOption = Annotated[
    str, typer.Option(help=f"Who answers: {', '.join(COUNTERPARTS)}.", callback=one_of(COUNTERPARTS))
]
SpeechOption = Annotated[
    str | None,
    typer.Option(
        help="Who words it: bundled (a small language model), templates, or an added model. "
        "Unless given, what `emomas model use` has chosen, at first bundled."
    ),
]
JournalOption = Annotated[Path | None, typer.Option(help="Write every decision to this journal.")]
PlotOption = Annotated[
    Path | None, typer.Option(help="Write a picture (.png, .svg, .pdf) here.", callback=_picture)
]
