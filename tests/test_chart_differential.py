"""Random charts and events: the engine does what the oracle does. `make soak` plays 100,000 pairs."""

import chart_oracle
import pytest
from chart_differential import difference, random_pair, shrunk

import emomas

PAIRS = 400


def test_engine_and_oracle_agree_on_random_charts_and_events():
    for seed in range(PAIRS):
        pair = random_pair(seed)
        if difference(pair):
            small = shrunk(pair)
            pytest.fail(f"seed {seed}, made small:\n{small}\n{difference(small)}")


def test_a_wrong_order_is_found_and_made_small(monkeypatch):
    monkeypatch.setattr(chart_oracle, "exit_order", chart_oracle.entry_order)
    pair = min(filter(difference, map(random_pair, range(20))), key=lambda pair: len(str(pair)))
    small = shrunk(pair)
    assert difference(small)
    assert len(small.steps) <= 2
    assert len(emomas.Chart.from_dict(small.chart).states) <= 5
    monkeypatch.undo()
    assert difference(small) is None
