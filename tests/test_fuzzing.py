"""The fuzzers of tests/fuzzing.py for a few seconds; tests/soak.py runs them long."""

from __future__ import annotations

import random

import fuzzing
import pytest

from emomas import Core


@pytest.mark.parametrize(
    ("fuzzer", "rounds"),
    [(fuzzing.step, 1000), (fuzzing.restore, 100), (fuzzing.scenarios, 10_000)],
    ids=["step", "restore", "scenarios"],
)
def test_whatever_comes_is_refused_or_handled(fuzzer, rounds):
    counts = fuzzer(random.Random(7), fuzzing.rounds(rounds))
    assert min(counts.values()) > 100, counts


def test_a_snapshot_sealed_anew_is_the_snapshot(debt):
    """Guards the fuzzer of snapshots: without a checksum that fits it would never get past it."""
    snapshot = Core(debt).snapshot()
    assert fuzzing.sealed(snapshot[:20] + bytes(4) + snapshot[24:]) == snapshot
