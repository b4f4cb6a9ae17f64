"""What an event costs beside other libraries, on the same charts. Needs `pip install --group bench`."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from statecharts import KINDS, MODULES, PAIR, PEERS, machine

kinds = pytest.mark.parametrize("kind", KINDS)


def measure(benchmark, kind, send):
    """Two events, since they lead there and back."""

    def pair():
        send(PAIR[0])
        send(PAIR[1])

    benchmark.group = kind
    benchmark.pedantic(pair, rounds=50, iterations=200, warmup_rounds=2)


@kinds
def test_emomas(benchmark, kind):
    ours = machine(kind)
    measure(benchmark, kind, ours.send)
    assert ours.counters["transitions"] == ours.counters["events"]


def test_emomas_many(benchmark):
    ours = machine("hierarchical")
    benchmark.group = "hierarchical, 1000 pairs in one call"
    benchmark(ours.send_many, PAIR * 1000)


@kinds
@pytest.mark.parametrize("library", PEERS)
@pytest.mark.filterwarnings("ignore")
def test_peer(benchmark, kind, library):
    pytest.importorskip(MODULES.get(library, library))
    measure(benchmark, kind, PEERS[library](kind))
