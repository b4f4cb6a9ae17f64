"""Shared by all tests: one scenario per domain, a conversation played turn by turn, the data folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emomas import Core, Decision, Scenario, load_scenario
from emomas._native import Dialogue

ROOT = Path(__file__).parent.parent
DOMAINS = {
    "debt": "debt-roofer-winter",
    "surgery": "surgery-bypass-wedding",
    "disaster": "disaster-quake-stairwell",
    "sleep": "sleep-cello-audition",
}

Answer = tuple[str, float | None, str, str]


@dataclass
class Played:
    """A conversation with a simulated person, turn by turn."""

    core: Core
    decisions: list[Decision] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    end: str | None = None
    deal: float | None = None


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in emomas uses the network unasked: connecting to another machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(params=sorted(DOMAINS))
def any_scenario(request: pytest.FixtureRequest) -> Scenario:
    """One scenario of each domain in turn."""
    return load_scenario(DOMAINS[request.param])


@pytest.fixture
def debt() -> Scenario:
    return load_scenario(DOMAINS["debt"])


@pytest.fixture
def play() -> Callable[..., Played]:
    """Plays one conversation; the core is new unless given, and is closed at the end."""

    def played(
        scenario: Scenario,
        *,
        core: Core | None = None,
        policy: str | list[str] = "emomas",
        seed: int = 0,
        counterpart: str = "vanilla",
        placebo: bool = False,
    ) -> Played:
        core = core or Core(scenario, policy=policy, seed=seed)
        person = Dialogue(scenario, counterpart=counterpart, seed=seed, placebo=placebo)
        record = Played(core)
        while True:
            over = person.end is not None
            decision = person.agent_turn(core)
            record.decisions.append(decision)
            if over or person.end is not None:
                break
            answer = person.counterpart_turn(decision)
            assert answer is not None
            record.answers.append(answer)
            if person.end is None and core.turn >= scenario.deadline_turns:
                break
        record.end, record.deal = person.end, person.deal
        core.close(record.deal, result=record.end)
        return record

    return played


@pytest.fixture
def data_folder() -> Path:
    """The EmoMAS scenario files; skips where they are missing."""
    folder = os.environ.get("EMOMAS_DATA")
    found = Path(folder) if folder else ROOT.parent / "shared" / "data" / "emomas_scenarios"
    if not (found / "credit_recovery_scenarios.csv").exists():
        pytest.skip(f"no EmoMAS scenario files in {found}: set EMOMAS_DATA to their folder")
    return found


@pytest.fixture(scope="session")
def scion_folder() -> Path:
    """The SCION SCXML charts; skips where they are missing."""
    folder = os.environ.get("EMOMAS_SCXML")
    found = Path(folder) if folder else ROOT.parent / "shared" / "data" / "scxml_scion"
    if not (found / "basic").is_dir():
        pytest.skip(f"no SCXML charts in {found}: set EMOMAS_SCXML to their folder")
    return found
