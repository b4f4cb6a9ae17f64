"""Why there is no link, in sentences with a next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def refusal(port: str, data: Mapping[str, Any]) -> str:
    """Why a device that answers can't be used; `data` is that of the event `refused`."""
    why = data["reason"]
    if why == "dialect":
        return (
            f"the device at {port} speaks another version of the dialect ({data['theirs']}; ours is "
            f"{data['ours']}): flash firmware built from this version's firmware_bridge"
        )
    if why == "unsigned":
        return (
            f"the device at {port} doesn't sign: give it a key with `emomas link pair {port}`, or open it "
            "with unsigned=True (--unsigned)"
        )
    return (
        f"the device at {port} signs with a key that isn't stored here: copy keys.json from the host that "
        "paired it, or clear the device's key and pair it again"
    )


def silence(port: str, statistics: Mapping[str, Any], waited_s: float) -> str:
    """Why nothing was understood for so long."""
    if statistics["bytes_received"] == 0:
        return (
            f"nothing was heard from {port} in {waited_s:g} s: check the cable, the baud rate, and that the "
            "device runs the emomas firmware"
        )
    if statistics["frames_ok"] == 0 and sum(statistics["refused"].values()) == 0:
        return f"only noise was heard from {port}: check the baud rate and the wiring"
    return (
        f"the device at {port} answers, but was not met in {waited_s:g} s: look with "
        f"`emomas link monitor {port}`"
    )
