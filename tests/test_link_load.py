"""The short share of what `make soak` does to the link."""

import random

import pytest
from link_load import fuzz_host, heartbeat_jitter


@pytest.mark.needs_quiet
def test_heartbeats_keep_time_while_the_model_speaks():
    """Thirty seconds of the bundled model, with another busy process on each core."""
    for _ in range(3):
        told = heartbeat_jitter(30.0)
        if told["machine_late_ms"] < 100.0:
            break
    else:
        pytest.skip(
            f"this machine stands still for {told['machine_late_ms']} ms at a time: nothing to measure"
        )
    assert told["lines_spoken"] > 10
    assert told["heartbeats"] > 250
    assert told["false_deadman"] == 0, told
    assert told["jitter_ms"]["p99"] <= 20.0, told


def test_two_million_bytes_of_noise_are_not_believed():
    assert fuzz_host(2_000_000, random.Random(4))["frames_damaged"] > 1_000
