"""The core without a standard library: a turn runs, and nothing it can reach panics or allocates."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BARE = Path(__file__).parent.parent / "core-rs" / "bare"
FORBIDDEN = re.compile(r"panic|unwrap_failed|expect_failed|slice_\w*_fail|alloc|handle_error")


@pytest.fixture(scope="module")
def program() -> Path:
    if shutil.which("cargo") is None or shutil.which("objdump") is None:
        pytest.skip("cargo and objdump are needed: install Rust and binutils")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=BARE, check=True)
    return BARE / "target" / "release" / "bare"


def test_a_conversation_runs_without_std_and_without_a_heap(program: Path) -> None:
    assert subprocess.run([program], check=False).returncode == 0


def calls(program: Path) -> dict[str, set[str]]:
    """Every function of the program with the functions it calls or jumps to."""
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", "-C", program], check=True, capture_output=True, text=True
    ).stdout
    graph: dict[str, set[str]] = {}
    held: dict[str, str] = {}  # which library function a register points to
    for line in listing.splitlines():
        if start := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            current = graph.setdefault(start[1], set())
            held = {}
        elif loaded := re.search(r"\smov\s+0x[0-9a-f]+\(%rip\),%(\w+)\s+# [0-9a-f]+ <(\w+@GLIBC\S*)>", line):
            held[loaded[1]] = loaded[2]
        elif target := re.search(r"\s(?:call|j\w+)\s+[0-9a-f]+ <(.*?)(?:\+0x[0-9a-f]+)?>$", line):
            current.add(target[1])
        elif register := re.search(r"\scall\s+\*%(\w+)", line):
            current.add(held.get(register[1], "an unknown function"))
        elif re.search(r"\scall\s+\*", line):
            # Through a table: with a name if it is a library's.
            named = re.search(r"# [0-9a-f]+ <(.*?)(?:\+0x[0-9a-f]+)?>", line)
            current.add(named[1] if named else "an unknown function")
        elif written := re.search(r",%(\w+)$|\spop\s+%(\w+)$", line):
            held.pop(whole(written[1] or written[2]), None)
    return graph


def whole(register: str) -> str:
    """The 64-bit register that a name is a part of."""
    return re.sub(r"^e(\w\w)$", r"r\1", re.sub(r"^(r\d+)[dwb]$", r"\1", register))


def reachable(graph: dict[str, set[str]], start: str) -> Iterator[tuple[str, str]]:
    """Functions reachable from `start`, each with the function it was reached from."""
    seen, open_ = {start}, [start]
    while open_:
        here = open_.pop()
        for there in sorted(graph.get(here, set()) - seen):
            seen.add(there)
            open_.append(there)
            yield there, here


def test_nothing_a_turn_can_reach_panics_or_allocates(program: Path) -> None:
    graph = calls(program)
    found = list(reachable(graph, "turn"))
    assert any(name.startswith("emomas_core::") for name, _ in found), "the graph must be read rightly"
    bad = [f"{name} from {caller}" for name, caller in found if FORBIDDEN.search(name) or "unknown" in name]
    assert bad == []


def test_the_search_follows_calls(program: Path) -> None:
    """Guards the test above: a search that finds nothing would always pass."""
    assert "turn" in {name for name, _ in reachable(calls(program), "main")}
