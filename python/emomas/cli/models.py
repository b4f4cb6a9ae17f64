"""`emomas model`: language models of your own, for speech."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emomas.errors import ConfigError, EmomasError, ModelError

if TYPE_CHECKING:
    from emomas.speech.engine.manifest import Manifest
    from emomas.speech.models.store import Licence

app = typer.Typer(help="Add, list, choose, measure and remove language models.", no_args_is_help=True)

NameArg = Annotated[str, typer.Argument(help="A model's name; emomas model list shows them.")]


@app.command()
def add(
    source: Annotated[
        str, typer.Argument(metavar="ID_OR_FOLDER", help="owner/name on the hub, or a folder.")
    ],
    name: Annotated[
        str | None, typer.Option(help="What to call it; the last part of its id if left out.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the hub.")] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="You have read the licence and accept it.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="A model of that name may be replaced.")] = False,
) -> None:
    """Import a model as int8: Llama, SmolLM2/3, Qwen2.5, Qwen3, Mistral, Phi-3/4-mini.

    A folder needs config.json, *.safetensors and tokenizer.json. An id is downloaded; nothing else in emomas
    uses the network. Gemma and GPT-2 need torch and transformers installed.

    [bold]Examples[/bold]

      emomas model add HuggingFaceTB/SmolLM2-135M-Instruct
      emomas model add ./my-model --name clerk --accept-licence
    """
    from emomas.speech.models import hub, store

    called = store.check_name(name) if name else store.default_name(source)
    if (store.models_folder() / called).exists() and not replace:
        raise ConfigError(f"there is a model {called!r} already: give --name or --replace")
    if Path(source).is_dir():
        folder = Path(source)
        store.check(folder)
        _ask(store.licence(folder), folder, accept=accept_licence)
        added = store.add(folder, called, source=str(folder.resolve()), replace=replace)
    else:
        with hub.opened(source, revision) as download:
            store.check(download.folder)
            _ask(store.licence(download.folder), download.folder, accept=accept_licence)
            download.weights()
            added = store.add(download.folder, called, source=download.source, replace=replace)
    facts = added.facts
    typer.echo(f"added {called}: {facts['architecture']}, {facts['parameters'] / 1e6:.1f} M parameters, int8")
    typer.echo(f"next: emomas model use {called}")


def _ask(terms: Licence, folder: Path, *, accept: bool) -> None:
    typer.echo(f"licence: {terms.identifier} {terms.link}".rstrip())
    if accept:
        return
    for name in terms.text_files:
        typer.echo(f"--- {name}\n{(folder / name).read_text(encoding='utf-8', errors='replace').rstrip()}")
    if not sys.stdin.isatty():
        raise ConfigError("nobody is there to accept the licence: read it, then give --accept-licence")
    if not typer.confirm("Do you accept it?"):
        raise ConfigError("the licence wasn't accepted: nothing was added")


@app.command("list")
def show() -> None:
    """Show the models; the chosen one is marked.

    [bold]Example[/bold]

      emomas model list
    """
    from rich.table import Table

    from emomas.cli import view
    from emomas.speech.engine import manifest
    from emomas.speech.models import store

    chosen = store.chosen()
    table = Table()
    for column, side in (
        ("", "left"),
        ("name", "left"),
        ("architecture", "left"),
        ("parameters", "right"),
        ("size", "right"),
        ("context", "right"),
        ("licence", "left"),
    ):
        table.add_column(column, justify=side)  # type: ignore[arg-type]
    table.add_row("*" if chosen == store.BUNDLED else "", store.BUNDLED)
    for name in store.names():
        try:
            known = manifest.read(store.find(name))
        except EmomasError as error:
            table.add_row("", name, f"[red]damaged[/red]: {type(error).__name__}")
            continue
        table.add_row("*" if name == chosen else "", name, *_cells(known))
    view.console().print(table)


def _cells(known: Manifest) -> list[str]:
    from rich.markup import escape

    facts = known.facts
    size = sum(path.stat().st_size for path in known.folder.iterdir())
    return [
        escape(str(facts.get("architecture", ""))),
        f"{facts.get('parameters', 0) / 1e6:.1f} M",
        f"{size / 2**20:.1f} MiB",
        str(known.context),
        escape(str(facts.get("licence", ""))),
    ]


@app.command()
def use(name: Annotated[str, typer.Argument(help='A model\'s name, or "bundled".')]) -> None:
    """Choose the model that `emomas run` and `emomas chat` speak with unless told otherwise.

    [bold]Examples[/bold]

      emomas model use smollm2-135m-instruct
      emomas model use bundled
    """
    from emomas.speech.engine import manifest
    from emomas.speech.models import store

    if name != store.BUNDLED:
        known = manifest.read(store.find(name))
        for file in known.files:
            known.verify(file)
    store.choose(name)
    typer.echo(f"{name} is the default from now on")


@app.command()
def bench(
    name: NameArg,
    gguf: Annotated[
        Path | None, typer.Option(help="The same model as a GGUF file, to measure llama.cpp beside.")
    ] = None,
) -> None:
    """Measure decoding, reading, loading and memory with 1 and 2 threads, and what the self-test picks.

    [bold]Examples[/bold]

      emomas model bench smollm2-135m-instruct
      emomas model bench smollm2-135m-instruct --gguf smollm2-135m.q8_0.gguf
    """
    from rich.table import Table

    from emomas.cli import view
    from emomas.speech.models import store
    from emomas.speech.models.bench import DECODED, PREFILLED, measure

    folder = store.find(name)
    asked: list[tuple[str | Path, str, int]] = [(folder, "ctranslate2", threads) for threads in (1, 2, 0)]
    asked.append((folder, "numpy", 1))
    if gguf is not None:
        if find_spec("llama_cpp") is None:
            raise ModelError("--gguf needs llama-cpp-python: pip install 'emomas[llama]'")
        asked += [(gguf, "llama.cpp", threads) for threads in (1, 2)]
    table = Table(title=f"{name}: {DECODED} tokens after {PREFILLED}")
    for column in (
        "engine",
        "threads",
        "decode tok/s",
        "read tok/s",
        "first token ms",
        "load ms",
        "memory MiB",
    ):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for model, engine, threads in asked:
        row = measure(model, engine, threads)
        table.add_row(
            row.engine,
            str(row.threads) if row.threads else f"{row.chosen_threads} (self-test)",
            f"{row.decode_tokens_per_s:.0f}",
            f"{row.prefill_tokens_per_s:.0f}",
            f"{row.first_token_ms:.1f}",
            f"{row.load_ms:.0f}",
            f"{row.memory_mib:.0f}",
        )
    view.console().print(table)


@app.command()
def remove(name: NameArg) -> None:
    """Delete a model.

    [bold]Example[/bold]

      emomas model remove smollm2-135m-instruct
    """
    from emomas.speech.models import store

    store.remove(name)
    typer.echo(f"removed {name}")
