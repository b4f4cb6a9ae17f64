"""emomas: high-stakes conversations on the device.

`Agent` holds a conversation in words; `Core` is the raw decision step; `simulate` plays many conversations
against simulated people; `Chart` and `Machine` run statecharts; `Bridge` moves a robot.
Everything is imported when first used, so `import emomas` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emomas._native import Belief, Chart, Core, Decision, Evidence, Machine, Replay, Scenario, replay
    from emomas.agent import Agent
    from emomas.bridge import Bridge
    from emomas.charts import statechart
    from emomas.errors import (
        BridgeError,
        ChartError,
        ConfigError,
        EmomasError,
        JournalError,
        ObservationError,
        ScenarioError,
        SnapshotError,
    )
    from emomas.library import load_scenario, scenario_ids
    from emomas.reply import Reply
    from emomas.simulation import compare, simulate

_HOMES = {
    "Agent": "emomas.agent",
    "Belief": "emomas._native",
    "Bridge": "emomas.bridge",
    "BridgeError": "emomas.errors",
    "Chart": "emomas._native",
    "ChartError": "emomas.errors",
    "ConfigError": "emomas.errors",
    "Core": "emomas._native",
    "Decision": "emomas._native",
    "EmomasError": "emomas.errors",
    "Evidence": "emomas._native",
    "JournalError": "emomas.errors",
    "Machine": "emomas._native",
    "ObservationError": "emomas.errors",
    "Replay": "emomas._native",
    "Reply": "emomas.reply",
    "Scenario": "emomas._native",
    "ScenarioError": "emomas.errors",
    "SnapshotError": "emomas.errors",
    "compare": "emomas.simulation",
    "load_scenario": "emomas.library",
    "replay": "emomas._native",
    "scenario_ids": "emomas.library",
    "simulate": "emomas.simulation",
    "statechart": "emomas.charts",
}

__all__ = [
    "Agent",
    "Belief",
    "Bridge",
    "BridgeError",
    "Chart",
    "ChartError",
    "ConfigError",
    "Core",
    "Decision",
    "EmomasError",
    "Evidence",
    "JournalError",
    "Machine",
    "ObservationError",
    "Replay",
    "Reply",
    "Scenario",
    "ScenarioError",
    "SnapshotError",
    "compare",
    "load_scenario",
    "replay",
    "scenario_ids",
    "simulate",
    "statechart",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from emomas._native import __version__

        return __version__
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'emomas' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
