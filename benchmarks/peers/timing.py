"""Times statements in short batches that take turns, so that a busy machine hits every row alike.

Time is the process's CPU time: waiting while others run does not enter, which would hit long operations more
than short ones. Each row has a batch in every round, so all rows see the machine's fast and slow spells.

A row's time is the median of its batches' means. A ratio is the median over pairs of adjacent batches: each
peer's batch runs right after one of the reference, so a slow spell is in both.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time
from typing import Any

Seconds = Callable[[int], float]
"""Runs an operation n times; returns the seconds that it took."""


@dataclass
class Case:
    """One row of a group; `seconds` is None when the library is missing."""

    name: str
    seconds: Seconds | None
    note: str = ""


@dataclass
class Group:
    """Rows about one question; peers are compared with the first row, if there are any."""

    title: str
    ours: list[Case]
    peers: list[Case] = field(default_factory=list)


def statement(text: str, **names: Any) -> Seconds:
    """`text` timed in a loop of its own, without a call around it and without garbage collection."""
    return timeit.Timer(text, timer=process_time, globals=names).timeit


def calibrate(seconds: Seconds, batch_s: float) -> int:
    """How many operations last about `batch_s`."""
    seconds(1)
    n = 1
    while (took := seconds(n)) < batch_s / 4:
        n *= 4
    return max(1, round(n * batch_s / took))


class Timed:
    """A group under measurement."""

    def __init__(self, group: Group, batch_s: float) -> None:
        self.group = group
        self.cases = [*group.ours, *group.peers]
        self.counts = {case.name: calibrate(case.seconds, batch_s) for case in self.cases if case.seconds}
        self.times: dict[str, list[float]] = {case.name: [] for case in self.cases}
        self.ratios: dict[str, list[float]] = {case.name: [] for case in self.cases}

    def batch(self, case: Case) -> float:
        n = self.counts[case.name]
        mean = case.seconds(n) / n
        self.times[case.name].append(mean)
        return mean

    def round(self) -> None:
        """One batch of each row, the reference before each peer."""
        reference, *others = self.group.ours
        for case in others:
            self.batch(case)
        for case in self.group.peers:
            if case.seconds:
                ours = self.batch(reference)
                self.ratios[case.name].append(self.batch(case) / ours)
        if not self.times[reference.name] or not self.group.peers:
            self.batch(reference)

    def rows(self) -> list[dict[str, Any]]:
        rows = []
        for case in self.cases:
            row: dict[str, Any] = {"group": self.group.title, "name": case.name}
            row.update(ours=case in self.group.ours, unit="µs")
            if case.seconds is None:
                row["missing"] = case.note
            else:
                row["value"] = 1e6 * statistics.median(self.times[case.name])
                row["lowest"] = 1e6 * min(self.times[case.name])
                row["note"] = case.note
                if self.ratios[case.name]:
                    row["ratio"] = statistics.median(self.ratios[case.name])
            rows.append(row)
        return rows


def measure(groups: list[Group], rounds: int, batch_s: float) -> list[dict[str, Any]]:
    """Times all rows of all groups, round after round."""
    timed = [Timed(group, batch_s) for group in groups]
    for _ in range(rounds):
        for group in timed:
            group.round()
    return [row for group in timed for row in group.rows()]
