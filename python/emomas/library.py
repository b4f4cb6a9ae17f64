"""Where scenarios come from: the shipped ones by id, TOML files, and EmoMAS's CSV files."""

from __future__ import annotations

import os.path
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from emomas._native import Scenario, import_csv
from emomas.errors import FileMissingError, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAINS = ("debt", "surgery", "disaster", "sleep")


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, str]:
    """TOML text of every shipped scenario by id, in the order of domains and ids."""
    found: dict[str, str] = {}
    for domain in DOMAINS:
        folder = files("emomas") / "scenarios" / domain
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".toml"):
                found[entry.name.removesuffix(".toml")] = entry.read_text(encoding="utf-8")
    return found


def scenario_ids(domain: str | None = None) -> list[str]:
    """Ids of the shipped scenarios, of one domain or of all."""
    if domain is not None and domain not in DOMAINS:
        raise ScenarioError(f"domain is {domain!r}: give one of {', '.join(DOMAINS)}")
    return [name for name in _shipped() if domain is None or name.startswith(f"{domain}-")]


def load_scenario(name: str | Path) -> Scenario:
    """The shipped scenario with this id, or the one in this TOML file.

    Raises ScenarioError for an unknown id or a bad file, FileMissingError for a missing file.
    """
    text = str(name)
    shipped = _shipped()
    if text in shipped:
        return Scenario.from_toml(shipped[text])
    path = Path(name)
    if path.suffix == ".toml" or os.path.isfile(text):
        if not os.path.exists(text):
            raise FileMissingError(
                f"{path}: no such file; `emomas scenarios list` shows the shipped scenarios"
            )
        return Scenario.load(path)
    close = get_close_matches(text, shipped, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else "`emomas scenarios list` shows them"
    raise ScenarioError(f"scenario is {text!r}, which is neither a shipped id nor a TOML file: {hint}")


def load_scenarios(name: str | Path) -> list[Scenario]:
    """All scenarios of `name`: a shipped id, a domain, `all`, a TOML file, a folder of them, or a CSV."""
    text = str(name)
    if text == "all":
        return [load_scenario(each) for each in scenario_ids()]
    if text in DOMAINS:
        return [load_scenario(each) for each in scenario_ids(text)]
    path = Path(name)
    if path.suffix.lower() == ".csv":
        scenarios = import_csv(path)[0]
        return [s for s in scenarios if "no_conflict" not in s.tags] or scenarios
    if os.path.isdir(text):
        found = [Scenario.load(each) for each in sorted(path.glob("*.toml"))]
        if not found:
            raise ScenarioError(f"{path}: no TOML file in this folder")
        return found
    return [load_scenario(name)]
