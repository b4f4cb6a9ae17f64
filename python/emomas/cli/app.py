"""All commands, gathered."""

from __future__ import annotations

import typer

from emomas.cli import catalogue, charts, chat, comparison, journals, link, models, play, sense, training

app = typer.Typer(
    name="emomas",
    help="High-stakes conversations on the device: what the other feels, what to show, what to offer.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(play.run)
app.command()(chat.chat)
app.command()(journals.replay)
app.command()(journals.explain)
app.command()(comparison.simulate)
app.command()(catalogue.world)
app.add_typer(catalogue.app, name="scenarios")
app.add_typer(charts.app, name="chart")
app.add_typer(link.app, name="link")
app.add_typer(models.app, name="model")
app.add_typer(sense.app, name="sense")
app.add_typer(training.app, name="train")


@app.callback(invoke_without_command=True)
def _version(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    if version:
        from emomas._native import __version__

        typer.echo(f"emomas {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
