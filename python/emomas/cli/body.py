"""A robot or kiosk that a command moves: its options, and opening it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from emomas.agent import Agent
    from emomas.bridge import Bridge

BridgeOption = Annotated[
    str | None,
    typer.Option(help="Move the robot or kiosk at this serial port; see emomas link list.", metavar="PORT"),
]
UnsignedOption = Annotated[
    bool, typer.Option("--unsigned", help="The device has no key; anybody at the line could move it.")
]
LinesOption = Annotated[
    bool, typer.Option("--lines", help="The device speaks plain lines (docs/bridge.md), not MAVLink.")
]
BaudOption = Annotated[int, typer.Option(min=300, help="Bits a second.")]


def readable(uid: str) -> str:
    """A device's uid as text where it is text, else in hexadecimal."""
    try:
        text = bytes.fromhex(uid).rstrip(b"\0").decode("ascii")
    except ValueError:
        return uid
    return text if text.isprintable() and text else uid


@contextmanager
def opened(port: str, *, baud: int = 115_200, unsigned: bool, lines: bool) -> Iterator[Bridge]:
    """A bridge whose device is met; raises BridgeError."""
    from emomas.bridge import Bridge

    with Bridge(port, baud=baud, unsigned=unsigned, lines=lines) as bridge:
        bridge.wait_up()
        yield bridge


class Body(NamedTuple):
    """What the options say of a body; without a port there is none."""

    port: str | None
    unsigned: bool
    lines: bool


@contextmanager
def embodied(agent: Agent, body: Body, screen: Console) -> Iterator[None]:
    """The agent with its body, armed, if it has one."""
    if body.port is None:
        yield
        return
    with opened(body.port, unsigned=body.unsigned, lines=body.lines) as bridge:
        bridge.arm()
        agent.attach(bridge)
        device = bridge.device or {}
        able = ", ".join(device.get("capabilities", []))
        screen.print(f"moves {readable(device.get('uid', ''))} at {body.port}: {able}\n", markup=False)
        try:
            yield
        finally:
            agent.detach()
            kept = bridge.statistics()
            screen.print(
                f"line: round trip {kept['round_trip_us'] / 1000:.1f} ms, {kept['frames_lost']} frames lost, "
                f"armed again {kept['rearmed']} times",
                style="dim",
            )
