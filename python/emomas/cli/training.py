"""`emomas train speech`: trains the model that words what the core decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emomas.errors import ConfigError

app = typer.Typer(help="Train a model on this machine.", no_args_is_help=True)


@app.callback()
def _train() -> None:
    """Train a model on this machine."""


@app.command()
def speech(
    config: Annotated[Path, typer.Option(help="TOML file; every field has a default.")],
    export: Annotated[
        Path | None, typer.Option(help="Folder for the finished int8 model (needs ctranslate2).")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.0, help="Stop at the first checkpoint after this time.")
    ] = None,
) -> None:
    """Train the speech model, or go on from its last checkpoint.

    Needs JAX (the extra `train`). The checkpoint, the tokenizer, loss.csv and loss.png are in the
    configuration's folder. A run that stops early goes on where it was, with the same result.

    [bold]Example[/bold]

      emomas train speech --config speech.toml --export out/voice
    """
    try:
        import jax  # noqa: F401
    except ImportError as error:
        raise ConfigError("training needs JAX: pip install 'emomas[train]'") from error
    from emomas.speech.train.config import load_config
    from emomas.speech.train.loop import train

    settings = load_config(config)
    tokens = settings.batch * settings.context

    def report(step: int, loss: float, held_out: float, speed: float) -> None:
        left = (settings.steps - step) * tokens / max(speed, 1.0)
        typer.echo(
            f"step {step} of {settings.steps}: loss {loss:.3f}, held out {held_out:.3f}, "
            f"{speed:,.0f} tokens/s, about {left / 60:.0f} min left"
        )

    folder = train(settings, report, stop_after_s=None if minutes is None else minutes * 60.0)
    picture = _picture(folder)
    typer.echo(f"kept in {folder}: checkpoint.npz, tokenizer.json, loss.csv{picture}")
    if export is not None:
        from emomas.speech.train.export import export as write

        write(folder / "checkpoint.npz", export)
        typer.echo(f"model written to {export}")


def _picture(folder: Path) -> str:
    try:
        from emomas.cli.plot import loss_curve
    except ImportError:
        return " (no picture: pip install 'emomas[plot]')"
    loss_curve(folder / "loss.csv", folder / "loss.png")
    return ", loss.png"


@app.command()
def perception(
    data: Annotated[Path, typer.Option(help="Folder with the data sets goemotions and emobank.")],
    out: Annotated[Path, typer.Option(help="Folder for text.bin, CARD.md and reliability.png.")],
) -> None:
    """Train the reader of text: 28 labels, seven emotions, valence, arousal and dominance. Some minutes.

    Needs scikit-learn (the extra `train`). The seed is fixed.

    [bold]Example[/bold]

      emomas train perception --data data --out out/reader
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise ConfigError("training needs scikit-learn: pip install 'emomas[train]'") from error
    from emomas.perception.train.run import train

    for line in train(data, out):
        typer.echo(line)
