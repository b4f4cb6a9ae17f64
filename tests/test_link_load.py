"""The short share of what `make soak` does to the link."""

import random

from link_load import fuzz_host, heartbeat_jitter


def test_heartbeats_keep_time_while_the_model_speaks():
    """Thirty seconds of the bundled model, with another busy process on each core."""
    told = heartbeat_jitter(30.0)
    assert told["lines_spoken"] > 10
    assert told["heartbeats"] > 250
    assert told["false_deadman"] == 0, told
    assert told["jitter_ms"]["p99"] <= 20.0, told


def test_two_million_bytes_of_noise_are_not_believed():
    assert fuzz_host(2_000_000, random.Random(4))["frames_damaged"] > 1_000
