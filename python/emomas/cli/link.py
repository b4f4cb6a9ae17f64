"""`emomas link`: robots and kiosks at serial ports."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emomas.cli.body import BaudOption, LinesOption, UnsignedOption, opened, readable
from emomas.errors import BridgeError

if TYPE_CHECKING:
    from emomas.bridge import Bridge

app = typer.Typer(
    help="Find, pair, watch and measure robots and kiosks at serial ports.", no_args_is_help=True
)

PortArg = Annotated[str, typer.Argument(help="Such as /dev/ttyACM0, or socket://host:port.")]


@app.command("list")
def list_ports() -> None:
    """The serial ports of this machine, and the devices that a key is stored for.

    [bold]Examples[/bold]

      emomas link list
    """
    from rich.table import Table

    from emomas.bridge import serial_ports
    from emomas.bridge.keys import keys_file, stored_keys
    from emomas.cli import view

    screen = view.console()
    ports = serial_ports()
    if ports:
        table = Table("port", "what")
        for name, description in ports:
            table.add_row(name, description)
        screen.print(table)
    else:
        screen.print("no serial port: plug a device in, or try one without hardware: emomas link demo")
    paired = stored_keys()
    screen.print(
        f"paired devices: {', '.join(map(readable, paired)) or 'none'} ({keys_file()})", markup=False
    )


@app.command()
def pair(port: PortArg, baud: BaudOption = 115_200) -> None:
    """Give a device a key, so that it obeys nobody else.

    The key goes over the line in the clear: pair at a cable that you can see. It is kept in
    $EMOMAS_KEYS, or emomas/keys.json among your settings.

    [bold]Examples[/bold]

      emomas link pair /dev/ttyACM0
    """
    with opened(port, baud=baud, unsigned=True, lines=False) as bridge:
        uid = bridge.pair()
    typer.echo(f"paired {readable(uid)}\nnext: emomas run --bridge {port}")


@app.command()
def monitor(
    port: PortArg,
    baud: BaudOption = 115_200,
    unsigned: UnsignedOption = False,
    lines: LinesOption = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="End by itself after so long.")] = None,
    arm: Annotated[bool, typer.Option("--arm", help="Arm the device too; else it stays safe.")] = False,
) -> None:
    """Watch a line: messages and their rates, loss, latency, the device's safety state.

    [bold]Examples[/bold]

      emomas link monitor /dev/ttyACM0
      emomas link monitor /dev/ttyACM0 --unsigned --seconds 10 > line.txt
    """
    from emomas.bridge import Bridge
    from emomas.cli import view
    from emomas.cli.monitor import watch

    with Bridge(port, baud=baud, unsigned=unsigned, lines=lines) as bridge:
        if arm:
            bridge.wait_up()
            bridge.arm()
        watch(bridge, view.console(), seconds)


@app.command()
def bench(
    port: PortArg,
    baud: BaudOption = 115_200,
    unsigned: UnsignedOption = False,
    lines: LinesOption = False,
    n: Annotated[int, typer.Option("--n", "-n", min=10, help="How many commands.")] = 200,
) -> None:
    """Measure a line: round trips of commands that move nothing, loss, and how punctual this host is.

    [bold]Examples[/bold]

      emomas link bench /dev/ttyACM0 -n 1000
    """
    from emomas.cli import view

    screen = view.console()
    with opened(port, baud=baud, unsigned=unsigned, lines=lines) as bridge:
        times_ms = _round_trips(bridge, n, screen.is_terminal)
        kept = bridge.statistics()
        safety = bridge.safety or {}
    times_ms.sort()
    at = {"median": 0.5, "p99": 0.99, "longest": 1.0}
    trips = ", ".join(f"{name} {times_ms[round(q * (n - 1))]:.2f} ms" for name, q in at.items())
    screen.print(f"round trip of {n} commands: {trips}")
    screen.print(
        f"line: {kept['frames_lost']} of {kept['frames_ok']} frames lost, {kept['frames_damaged']} damaged, "
        f"{kept['commands_repeated']} commands sent again"
    )
    silent = safety.get("longest_silent_ms")
    heard = "" if silent is None else f"; the device heard nothing for at most {silent} ms"
    screen.print(f"host: latest tick {kept['latest_tick_ms']} ms{heard}")


def _round_trips(bridge: Bridge, n: int, progress: bool) -> list[float]:
    """How long each of `n` commands took, in ms. To cancel command 0, which there is not, does nothing."""
    from rich.progress import track

    times_ms = []
    for _ in track(range(n), "commands", disable=not progress, transient=True):
        start_s = time.perf_counter()
        if bridge.wait_for(bridge.cancel(0), 4.0)["state"] != "done":
            raise BridgeError(
                f"the device at {bridge.port} doesn't answer: emomas link monitor {bridge.port}"
            )
        times_ms.append(1000 * (time.perf_counter() - start_s))
    return times_ms


@app.command()
def demo(
    firmware: Annotated[
        Path | None,
        typer.Option(help="The device's program: lm3s6965.elf or emomas-node, from `make firmware`."),
    ] = None,
) -> None:
    """A device without hardware: firmware on an emulated microcontroller, or as a program of this machine.

    Shows what it does; type `stop`, `unstop`, `sensor 0 900`, `touch 1` or `text ...` to be the person at it.

    [bold]Examples[/bold]

      make firmware && emomas link demo
    """
    from emomas.cli import view
    from emomas.cli.device import find, play

    play(find(firmware), view.console())
