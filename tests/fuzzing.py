"""Seeded mutation fuzzers of what takes bytes, text or numbers from outside; a panic is never caught.

Each fuzzer does rounds until `going()` says no and returns what it counted. A failure comes again with the
same seed and never shows the bytes: they may hold what somebody has said.
"""

from __future__ import annotations

import ctypes
import json
import math
import random
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import emomas
from emomas import Core, Evidence, Scenario
from emomas.errors import EmomasError
from emomas.library import load_scenarios

Going = Callable[[], bool]
POLICIES: list[Any] = ["emomas", "random", "rl", "joy", ["game", "external", "uniform"]]
ODD = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308, -1e308, 1e-300, 2.0**53, -1.0, 1.5]
# A snapshot's header is checked before its payload; the checksum is the word before the payload.
HEADER, CHECKSUM = 24, 20


def seconds(limit: float) -> Going:
    """Go on for so long."""
    end = time.monotonic() + limit
    return lambda: time.monotonic() < end


def rounds(count: int) -> Going:
    """Go on so often."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


def number(rng: random.Random, low: float, high: float) -> float:
    """Mostly in the range, sometimes at its ends, sometimes nothing a number should be."""
    kind = rng.random()
    if kind < 0.96:
        return rng.uniform(low, high)
    return rng.choice([low, high, 0.0]) if kind < 0.99 else rng.choice(ODD)


# Turns through Python


def evidence(rng: random.Random) -> Evidence:
    options: dict[str, Any] = {
        "channel": rng.randrange(256),
        "age_s": number(rng, 0, 60),
        "quality": number(rng, 0, 1),
    }
    if rng.random() < 0.5:
        return Evidence.likelihood([number(rng, 0, 1) for _ in range(7)], **options)
    mean, variance = ([number(rng, low, 1) for _ in range(3)] for low in (-1, 1e-6))
    return Evidence.vad(mean, variance, **options)


def observed(rng: random.Random, core: Core, scenario: Scenario) -> dict[str, Any]:
    """Arguments of a step; about one in five is of a wrong type, length or range."""
    low, high = sorted([scenario.agent_target, scenario.counterpart_target])
    given: dict[str, Any] = {
        "evidence": [evidence(rng) for _ in range(rng.choice([0, 1, 1, 2, 3, 8, 9]))],
        "act": rng.choice(["silence", "talk", "talk", "talk", "reject", "accept", "leave"]),
        "offer": rng.choice([None, number(rng, low, high), number(rng, -1e6, 1e6)]),
        "phase": rng.choice([None, *emomas._native.PHASES]),
        "time_s": 8.0 * core.turn + number(rng, 0, 7),
        "external": [[number(rng, 0, 1) for _ in range(7)] for _ in range(core.experts.count("external"))],
    }
    if rng.random() < 0.2:
        wrong = [None, "", "joy", [], [None], [[]], [1.0] * 7, {}, 1, True, b"\0", "\ud800", object()]
        given[rng.choice(list(given))] = rng.choice(wrong)
    return given


def step(rng: random.Random, going: Going) -> dict[str, int]:
    """Turns of random observations: refused ones leave no trace, the others give sound decisions."""
    counts: Counter[str] = Counter(conversations=0, turns=0, refused=0)
    whole = load_scenarios("all")
    while going():
        scenario = rng.choice(whole)
        core = Core(scenario, policy=rng.choice(POLICIES), seed=rng.getrandbits(64))
        counts["conversations"] += 1
        for _ in range(rng.randrange(1, 20)):
            before = core.snapshot() if rng.random() < 0.1 else None
            try:
                decision = core.step(**observed(rng, core, scenario))
            except (EmomasError, TypeError, ValueError, OverflowError):
                counts["refused"] += 1
                unchanged = before is None or core.snapshot() == before
                assert unchanged, "a refused turn changed the core"
                continue
            counts["turns"] += 1
            check(decision)
    return dict(counts)


def check(decision: emomas.Decision) -> None:
    assert decision.emotion not in decision.refused
    assert abs(sum(decision.mixture) - 1) < 1e-9
    assert abs(sum(decision.emotion_belief) - 1) < 1e-9
    assert abs(sum(decision.weights) - 1) < 1e-9
    lists = [decision.mixture, decision.shown_vad, decision.stance_belief, decision.proposals[0]]
    scalars = [decision.valence, decision.uncertainty, decision.conflict, decision.offer or 0.0]
    assert all(map(math.isfinite, [*scalars, *(x for values in lists for x in values)]))


# Snapshots


def sealed(snapshot: bytes) -> bytes:
    """The snapshot with a checksum that fits."""
    crc = zlib.crc32(snapshot[HEADER:], zlib.crc32(snapshot[:CHECKSUM]))
    return snapshot[:CHECKSUM] + struct.pack("<I", crc) + snapshot[HEADER:]


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Bits turned, words replaced, pieces cut, doubled or moved."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 40])):
        at = rng.randrange(len(changed))
        match rng.randrange(6 if len(changed) > 64 else 3):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
            case 2 | 3:
                word = struct.pack("<d", rng.choice([*ODD, 0.0, 1.0, rng.gauss(0, 10)]))
                at -= at % 8
                changed[at : at + 8] = word[: len(changed) - at]
            case 4:
                other = rng.randrange(len(changed))
                changed[at : at + 16] = changed[other : other + len(changed[at : at + 16])]
            case 5:
                if rng.random() < 0.1:
                    del changed[at : at + rng.randrange(16)]
    return bytes(changed)


def restore(rng: random.Random, going: Going) -> dict[str, int]:
    """Damaged snapshots, most with a fitting checksum: refused without a trace, or a state that goes on."""
    counts: Counter[str] = Counter(snapshots=0, refused=0, restored=0, turns=0)
    whole = load_scenarios("all")
    while going():
        scenario = rng.choice(whole)
        core = Core(scenario, policy=rng.choice(POLICIES[:4]), seed=rng.getrandbits(64))
        for turn in range(rng.randrange(6)):
            core.step([Evidence.likelihood([rng.random() for _ in range(7)])], act="talk", time_s=8.0 * turn)
        sound = core.snapshot()
        for _ in range(20):
            bad = damaged(rng, sound)
            if rng.random() < 0.9 and len(bad) > HEADER:
                bad = sealed(bad)
            counts["snapshots"] += 1
            try:
                core.restore(bad)
            except EmomasError:
                counts["refused"] += 1
                unchanged = core.snapshot() == sound
                assert unchanged, "a refused snapshot changed the core"
                continue
            counts["restored"] += 1
            for _ in range(3):
                try:
                    decision = core.step([evidence(rng)], act="talk")
                except EmomasError:
                    continue
                counts["turns"] += 1
                assert decision.emotion not in decision.refused
            core.plan_display(1)
            core.restore(sound)
    return dict(counts)


# Scenarios

PIECES = ["[", "]", "{", "}", '"', "'''", "=", ",", "\n", "[[a]]", "nan", "-inf", "1e999", "0x", "é", "\x00"]
PIECES += [
    "9" * 40,
    "true",
    "1979-05-27",
    "[agent]",
    "a.b=1",
    "null",
    "\\u0000",
    "-0.0",
    "[" * 300,
    "{" * 300,
]


def rewritten(rng: random.Random, text: str) -> str:
    """The text with pieces of it, or of something else, put over others."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        at, other = rng.randrange(len(text)), rng.randrange(len(text))
        piece = rng.choice([rng.choice(PIECES), text[other : other + rng.randrange(40)]])
        text = text[:at] + piece + text[at + rng.randrange(12) :]
    return text


def scenarios(rng: random.Random, going: Going) -> dict[str, int]:
    """Damaged scenarios in TOML and JSON: refused, or the same after a detour through both, and playable."""
    counts: Counter[str] = Counter(texts=0, refused=0, played=0)
    whole = load_scenarios("all")
    while going():
        read: Callable[[str], Scenario]
        good = rng.choice(whole)
        if rng.random() < 0.5:
            read, text = Scenario.from_toml, rewritten(rng, good.to_toml())
        else:
            read, text = Scenario.from_json, odd_values(rng, good.to_json())
        counts["texts"] += 1
        try:
            scenario = read(text)
        except EmomasError:
            counts["refused"] += 1
            continue
        assert Scenario.from_toml(scenario.to_toml()) == scenario
        assert Scenario.from_json(scenario.to_json()) == scenario
        core = Core(scenario)
        check(core.step())
        if scenario.deadline_turns > 1:
            check(core.step(act="talk", offer=scenario.counterpart_target))
        counts["played"] += 1
    return dict(counts)


def odd_values(rng: random.Random, text: str) -> str:
    """JSON with a value replaced, a field left out or added; or with its text damaged."""
    if rng.random() < 0.3:
        return rewritten(rng, text)
    data = json.loads(text)
    inner = [data, *(value for value in data.values() if isinstance(value, dict))]
    fields = rng.choice(inner)
    key = rng.choice([*fields, "odd"])
    if rng.random() < 0.1:
        fields.pop(key, None)
    else:
        fields[key] = rng.choice([None, "", 0, -1, 2**63, True, [], {}, "joy", *ODD, rng.uniform(-1e3, 1e3)])
    return json.dumps(data)


# The C interface

# Bytes of the structs in emomas.h: an observation; a decision's codes, then its doubles.
OBSERVATION = struct.Struct("<dd6B2x" + 8 * "15d2B6x" + "56d")
DOUBLES, DECISION_HEAD = 102, 24
OK, HANDLE = 0, 1


class CLibrary:
    """libemomas through ctypes."""

    def __init__(self, path: Path) -> None:
        self.functions = ctypes.CDLL(str(path))
        self.functions.emomas_size_bytes.restype = ctypes.c_size_t
        self.functions.emomas_snapshot_bytes.restype = ctypes.c_size_t
        size = self.functions.emomas_size_bytes()
        self.memory = ctypes.create_string_buffer(size + 64)
        self.size = size
        self.place = (ctypes.addressof(self.memory) + 63) // 64 * 64

    def create(self, text: bytes, seed: int, policy: bytes | None) -> tuple[int, ctypes.c_void_p]:
        agent = ctypes.c_void_p()
        status = self.functions.emomas_create(
            ctypes.c_void_p(self.place),
            ctypes.c_size_t(self.size),
            text,
            ctypes.c_size_t(len(text)),
            ctypes.c_uint64(seed),
            policy,
            ctypes.byref(agent),
            None,
            ctypes.c_size_t(0),
        )
        return status, agent

    def snapshot(self, agent: ctypes.c_void_p) -> bytes:
        length = self.functions.emomas_snapshot_bytes(agent)
        room = ctypes.create_string_buffer(length)
        assert self.functions.emomas_snapshot(agent, room, ctypes.c_size_t(length)) == OK
        return room.raw


def c_observation(rng: random.Random, turn: int, offers: tuple[float, float]) -> bytes:
    """An observation's bytes: sound, with odd numbers, or damaged anyhow."""
    pieces: list[float] = []
    for _ in range(8):
        pieces += [number(rng, 0, 1) for _ in range(7)] + [number(rng, -1, 1) for _ in range(3)]
        pieces += [number(rng, 1e-6, 2) for _ in range(3)] + [number(rng, 0, 60), number(rng, 0, 1)]
        pieces += [rng.randrange(2), rng.randrange(256)]
    codes = [rng.choice([0, 1, 1, 1, 2, 3]), rng.randrange(2), rng.randrange(2), rng.randrange(3)]
    head = [8.0 * turn + number(rng, 0, 7), number(rng, *offers), *codes, rng.choice([0, 1, 2, 3, 8]), 0]
    data = OBSERVATION.pack(*head, *pieces, *[0.0] * 56)
    return damaged(rng, data)[: len(data)].ljust(len(data), b"\xff") if rng.random() < 0.3 else data


def c_interface(rng: random.Random, going: Going, library: Path) -> dict[str, int]:
    """Turns, snapshots and scenarios through the C interface; a panic there ends the process."""
    counts: Counter[str] = Counter(agents=0, scenarios_refused=0, turns=0, refused=0, snapshots=0, restored=0)
    c = CLibrary(library)
    out = ctypes.create_string_buffer(DECISION_HEAD + 8 * DOUBLES)
    whole = load_scenarios("all")
    while going():
        scenario = rng.choice(whole)
        text = scenario.to_toml()
        if rng.random() < 0.3:
            text = rewritten(rng, text)
        policy = rng.choice([None, b"emomas", b"random", b"rl", b"joy", b"game,uniform", b"zen", b"\xff"])
        status, agent = c.create(text.encode("utf-8", "replace"), rng.getrandbits(64), policy)
        if status != OK:
            assert not agent
            counts["scenarios_refused"] += 1
            continue
        counts["agents"] += 1
        low, high = sorted([scenario.agent_target, scenario.counterpart_target])
        for turn in range(rng.randrange(1, 12)):
            observation = c_observation(rng, turn, (low, high))
            if c.functions.emomas_step(agent, observation, out) != OK:
                counts["refused"] += 1
                continue
            counts["turns"] += 1
            # Belief, mixture and all else that is a number.
            numbers = struct.unpack_from(f"<{DOUBLES}d", out.raw, DECISION_HEAD)
            assert all(map(math.isfinite, numbers))
            assert abs(sum(numbers[13:20]) - 1) < 1e-9
            assert abs(sum(numbers[24:31]) - 1) < 1e-9
        before = c.snapshot(agent)
        for _ in range(4):
            bad = sealed(damaged(rng, before))
            counts["snapshots"] += 1
            if c.functions.emomas_restore(agent, bad, ctypes.c_size_t(len(bad))) == OK:
                counts["restored"] += 1
                c.functions.emomas_step(agent, c_observation(rng, 20, (low, high)), out)
                assert c.functions.emomas_restore(agent, before, ctypes.c_size_t(len(before))) == OK
            unchanged = c.snapshot(agent) == before
            assert unchanged, "a refused snapshot changed the agent"
        assert c.functions.emomas_destroy(agent) == OK
        assert c.functions.emomas_step(agent, observation, out) == HANDLE
    return dict(counts)
