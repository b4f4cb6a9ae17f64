"""Charts and machines as a Python host uses them."""

import gc

import pytest

import emomas

KIOSK = {
    "name": "kiosk",
    "variables": {"offers": 0, "warm": 0.5, "open": True},
    "inputs": ["belief.stance.distressed", "gap_ratio"],
    "states": {
        "idle": {"entry": ["greet"], "on": {"hello": "talking"}},
        "talking": {
            "on": {"bye": {"target": "idle", "do": [{"effect": "farewell", "data": {"offers": "offers"}}]}},
            "states": {
                "early": {
                    "transitions": [
                        {
                            "event": "offer",
                            "guard": "gap_ratio < 0.2 and _event.amount > 10",
                            "target": "late",
                        },
                        {"event": "offer", "do": [{"assign": "offers", "value": "offers + 1"}]},
                    ]
                },
                "late": {"after": {"2 s": "early"}},
            },
        },
    },
}


@pytest.fixture
def machine():
    return emomas.Chart.from_dict(KIOSK).start()


def test_a_host_sends_and_gets_effects(machine):
    assert machine.effects == [("greet", {})]
    assert machine.send("hello") == []
    machine.set("gap_ratio", 0.5)
    assert machine.send("offer", amount=12) == []
    assert machine.variables == {"offers": 1, "warm": 0.5, "open": True}
    assert machine.send("bye") == [("farewell", {"offers": 1}), ("greet", {})]
    assert machine.effects[0][0] == "farewell"
    assert machine.configuration == ("idle",)
    assert machine.counters == {
        "events": 3,
        "dropped": 0,
        "rejected": 0,
        "transitions": 3,
        "errors": 0,
        "cut": 0,
    }
    assert repr(machine) == "Machine(idle)"


def test_effects_belong_to_whoever_got_them():
    machine = emomas.Chart.from_dict({"states": {"a": {"on": {"e": {"do": ["x"]}}}}}).start()
    for hold in (lambda effects: effects, lambda effects: effects[0], lambda effects: effects[0][1]):
        held = hold(machine.send("e"))
        effects = machine.send_many(["e", "e"])
        effects[0][1]["mine"] = 1
        assert effects == [("x", {"mine": 1}), ("x", {})]
        assert held in ([("x", {})], ("x", {}), {})
    machine.send("e")[0][1]["mine"] = 1
    assert machine.send("e") == [("x", {})]


def test_explain_tells_guards_and_values(machine):
    machine.send("hello")
    machine.set("gap_ratio", 0.5)
    first, second = machine.explain("offer", amount=12)
    assert first["verdict"] == "guard is false"
    assert first["values"] == {"gap_ratio": 0.5, "_event.amount": 12}
    assert second["verdict"] == "taken"
    assert second["source"] == "early"
    assert machine.enabled_events() == ["bye", "offer"]
    assert machine.explain("hello") == []
    unset = emomas.Chart.from_dict(KIOSK).start()
    unset.send("hello")
    assert unset.explain("offer")[0]["verdict"] == "an input was never set"


def test_the_clock_is_virtual(machine):
    machine.send("hello")
    machine.set("gap_ratio", 0.1)
    machine.send("offer", amount=11)
    assert machine.leaves == ("late",)
    assert machine.next_due_ns == 2_000_000_000
    machine.advance(1_999_999_999)
    assert machine.is_in("late")
    machine.advance(1)
    assert machine.is_in("early")
    assert machine.time_ns == 2_000_000_000
    with pytest.raises(emomas.ChartError, match="dt_ns"):
        machine.advance(2**64 - 1)


def test_bound_functions_are_called_after_the_macrostep(machine):
    called = []

    def farewell(offers):
        called.append((offers, machine.configuration))

    machine.bind("farewell", farewell)
    machine.send_many(["hello", "offer", "bye"])
    assert called == [(1, ("idle",))]
    machine.bind("farewell", None)
    machine.send_many(["hello", ("offer", {"amount": 3}), "bye"])
    assert len(called) == 1
    with pytest.raises(emomas.ConfigError, match='effect is "wave": give one of greet, farewell'):
        machine.bind("wave", farewell)


def test_hooks_see_every_transition(machine):
    seen = []
    machine.hook(
        before=lambda *step: seen.append(("before", *step)), after=lambda *step: seen.append(("after", *step))
    )
    machine.send("hello")
    assert seen == [
        ("before", "hello", "idle", ("talking",), ("idle",)),
        ("after", "hello", "idle", ("talking",), ("talking", "early")),
    ]
    machine.hook()
    machine.send("bye")
    assert len(seen) == 2


def test_a_failing_hook_raises_once_the_macrostep_is_over(machine):
    def fail(*_):
        raise RuntimeError("hook")

    machine.hook(before=fail)
    with pytest.raises(RuntimeError, match="hook"):
        machine.send("hello")
    assert machine.leaves == ("early",)


def test_posted_events_wait_and_priorities_overtake():
    chart = emomas.Chart.from_dict(
        {"states": {"a": {"on": {name: {"do": [name]} for name in ("stop", "go", "chat")}}}}
    )
    machine = chart.start(external=2)
    assert machine.post("chat", priority="advisory")
    assert machine.post("go")
    assert machine.post("stop", priority="safety")
    assert [name for name, _ in machine.run()] == ["stop", "go", "chat"]
    with pytest.raises(emomas.ConfigError, match="safety, control, advisory"):
        machine.post("go", priority="urgent")


def test_a_flood_is_refused_counted_and_does_not_keep_safety_out():
    chart = emomas.Chart.from_dict({"states": {"a": {"on": {"stop": "b", "chat": {"do": ["say"]}}}, "b": {}}})
    machine = chart.start()
    accepted = sum(machine.post("chat", priority="advisory") for _ in range(100_000))
    assert accepted == 16
    assert machine.counters["rejected"] == 100_000 - 16
    assert machine.post("stop", priority="safety")
    assert machine.run() == []
    assert machine.leaves == ("b",)


def test_a_million_timers_fire_in_order_of_due_time_then_of_sending():
    chart = emomas.Chart.from_dict(
        {
            "states": {
                "a": {
                    "on": {
                        "set": {
                            "do": [{"send": "ring", "delay_ms": "_event.ms", "data": {"k": "_event.k"}}],
                        },
                        "ring": {"do": [{"effect": "ring", "data": {"k": "_event.k"}}]},
                    }
                }
            }
        }
    )
    count = 1_000_000
    machine = chart.start(timers=count)
    # A full-period congruential walk: due times collide a thousand times each, in no order.
    delays_ms = [(k * 7919) % 1000 + 1 for k in range(count)]
    machine.send_many(("set", {"ms": ms, "k": k}) for k, ms in enumerate(delays_ms))
    assert machine.pending_timers == count
    machine.send("set", ms=1, k=-1)
    assert machine.counters["rejected"] == 1, "no room for one more"
    fired = [data["k"] for _, data in machine.advance(1_000_000_000)]
    assert fired == sorted(range(count), key=lambda k: (delays_ms[k], k))


def test_a_snapshot_goes_on_like_the_machine(machine):
    machine.send("hello")
    machine.set("gap_ratio", 0.1)
    machine.send("offer", amount=11)
    machine.advance(500)
    saved = machine.snapshot()
    chart = emomas.Chart.from_dict(KIOSK)
    again = chart.restore(saved)
    assert again.snapshot() == saved
    assert (again.configuration, again.variables, again.time_ns) == (
        machine.configuration,
        machine.variables,
        500,
    )
    assert again.advance(2_000_000_000) == machine.advance(2_000_000_000)
    assert again.snapshot() == machine.snapshot()
    for damage in (saved[:-1], b"EMCH", bytes([saved[0] ^ 1]) + saved[1:], saved[:60] + b"\0\1" + saved[62:]):
        with pytest.raises(emomas.SnapshotError):
            chart.restore(damage)
    other = emomas.Chart.from_dict({**KIOSK, "name": "another"})
    with pytest.raises(emomas.SnapshotError, match="another chart"):
        other.restore(saved)


def test_a_hundred_thousand_machines_share_one_chart():
    states = {f"s{i}": {"entry": ["in"], "on": {"next": f"s{(i + 1) % 20}"}} for i in range(20)}
    chart = emomas.Chart.from_dict({"variables": {"a": 0, "b": 0.5}, "states": states})
    gc.collect()
    machines = [chart.start() for _ in range(100_000)]
    for machine in machines[::1000]:
        machine.send("next")
    assert {machine.leaves for machine in machines} == {("s0",), ("s1",)}
    assert machines[0].size_bytes <= 512


def test_a_finished_machine_left_its_states():
    chart = emomas.Chart.from_dict(
        {"states": {"a": {"exit": ["left_a"], "on": {"end": "f"}}, "f": {"final": True, "exit": ["left_f"]}}}
    )
    machine = chart.start()
    assert machine.send("end") == [("left_a", {}), ("left_f", {})]
    assert machine.finished
    assert machine.configuration == ()
    assert machine.send("end") == []
    assert not machine.post("end")
