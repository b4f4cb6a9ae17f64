"""Devices that speak plain lines: the same bridge, another session."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_device import LineDevice

from emomas import Agent, Bridge, BridgeError
from emomas.bridge.lines import LineLink, decode_line, encode_line
from emomas.errors import ConfigError


def eventually(true, seconds=2.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't happen"
        time.sleep(0.002)


@pytest.fixture
def kiosk():
    with LineDevice() as kiosk:
        yield kiosk


@pytest.fixture
def bridge(kiosk):
    with Bridge(kiosk.path, lines=True) as bridge:
        bridge.wait_up()
        yield bridge


def test_a_line_as_the_page_shows_it():
    """CRC-32 over the object, as in gzip's trailer."""
    line = b'{"type":"ping","seq":1}\tc8328cf9\n'
    assert encode_line({"type": "ping", "seq": 1}) == line
    assert decode_line(line[:-1] + b"\r") == {"type": "ping", "seq": 1}


@given(st.binary(max_size=200))
def test_no_noise_is_a_message(noise):
    link = LineLink(1)
    link.receive(noise + b"\n", 0)
    assert link.events() == []
    assert not link.up


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_damaged_line_is_refused(at, flip):
    line = bytearray(encode_line({"type": "text", "severity": 6, "text": "hello"}))[:-1]
    line[at % len(line)] ^= flip
    assert decode_line(bytes(line)) is None or decode_line(bytes(line)) == decode_line(bytes(line).lower())


def test_it_meets_arms_shows_speaks_and_displays(kiosk, bridge):
    assert bridge.device["uid"] == "kiosk-7"
    assert bridge.safety == {"state": "boot", "reason": "boot"}
    bridge.arm()
    eventually(lambda: bridge.armed)
    bridge.show("fear", vad=(-0.5, 0.5, -0.25), intensity=0.75)
    bridge.speak("Sechzig Tage: möglich", "fear")
    bridge.offer("proposed", 60.0, "days", "60 days")
    eventually(lambda: kiosk.got("offer"))
    (shown,) = kiosk.got("setpoint")[:1]
    assert (shown["emotion"], shown["vad"], shown["intensity"], shown["ttl_ms"]) == (
        "fear",
        [-0.5, 0.5, -0.25],
        0.75,
        600,
    )
    assert kiosk.got("speech")[0]["text"] == "Sechzig Tage: möglich"
    assert kiosk.got("offer")[0] == {
        "type": "offer",
        "kind": "proposed",
        "value": 60.0,
        "unit": "days",
        "label": "60 days",
    }
    eventually(lambda: len(kiosk.got("heartbeat")) > 3)
    assert bridge.statistics()["frames_damaged"] == 0


def test_what_the_device_can_not_do_is_said(bridge):
    assert bridge.wait_for(bridge.gesture(1, 0.5), 2.0)["why"] == "unsupported"
    with pytest.raises(ConfigError, match="text is 500 bytes long: the device takes at most 120"):
        bridge.speak("x" * 500)
    with pytest.raises(ConfigError, match="intensity is 2"):
        bridge.show("joy", intensity=2.0)
    with pytest.raises(BridgeError, match="arm failed: denied"):
        bridge.stop() or bridge.arm()
    bridge.arm(release=True)


def test_evidence_and_input_reach_the_agent(kiosk, bridge):
    bridge.arm()
    agent = Agent("debt-roofer-winter", seed=1)
    agent.attach(bridge)
    first = agent.open()
    inbox = bridge.inbox()
    kiosk.send(type="evidence", channel=1, form="likelihood", values=[-9, -1] + [-9] * 5, quality=1, age_ms=5)
    for _ in range(3):  # sent three times, counted once
        kiosk.send(type="input", seq=4, input="text", source=0, value=0, text="I can pay in 60 days")
    seen = []
    eventually(lambda: seen.extend(e.kind for e in inbox.drain()) or ("input" in seen and "evidence" in seen))
    second = agent.decide()
    assert second.decision.emotion_belief[1] > first.decision.emotion_belief[1] + 0.1
    assert agent._their_offer == 60
    assert bridge.statistics()["refused"]["repeated"] == 2


@pytest.mark.parametrize(
    "message",
    [
        {"type": "evidence", "channel": 1, "form": "likelihood", "values": [0.0], "quality": 1, "age_ms": 5},
        {
            "type": "evidence",
            "channel": 1,
            "form": "gaussian",
            "values": ["x"] * 9,
            "quality": 1,
            "age_ms": 5,
        },
        {
            "type": "evidence",
            "channel": 1,
            "form": "likelihood",
            "values": [0] * 7,
            "quality": 7,
            "age_ms": 5,
        },
        {
            "type": "evidence",
            "channel": 1,
            "form": "likelihood",
            "values": [0] * 7,
            "quality": 1,
            "age_ms": 9000,
        },
        {
            "type": "evidence",
            "channel": True,
            "form": "likelihood",
            "values": [0] * 7,
            "quality": 1,
            "age_ms": 5,
        },
        {"type": "input", "seq": 1},
        {"type": "dance"},
        {"type": ["hello"]},
        {},
    ],
)
def test_wrong_values_are_counted_and_go_nowhere(kiosk, bridge, message):
    inbox = bridge.inbox()
    before = sum(bridge.statistics()["refused"].values())
    kiosk.send(**message)
    eventually(lambda: sum(bridge.statistics()["refused"].values()) == before + 1)
    assert not [event for event in inbox.drain() if event.kind in ("evidence", "input")]
    assert bridge.up


def test_noise_long_lines_and_silence(kiosk, bridge):
    inbox = bridge.inbox()
    kiosk.raw(b"\xff" * 10_000 + b"\n" + b"nonsense\n")
    kiosk.send(type="text", severity=6, text="still here")
    seen = []
    eventually(lambda: seen.extend(e.data.get("text") for e in inbox.drain()) or "still here" in seen)
    assert bridge.statistics()["noise_bytes"] >= 10_000
    kiosk.quiet = True
    eventually(lambda: not bridge.up)
    kiosk.quiet = False
    eventually(lambda: bridge.up)


def test_a_restarted_device_fails_what_was_pending_and_is_met_again(kiosk, bridge):
    bridge.arm()
    inbox = bridge.inbox()
    kiosk.nonce, kiosk.state, kiosk.reason = 78, "boot", "boot"
    kiosk.hello()
    eventually(lambda: bridge.device["boot_nonce"] == 78)
    seen = [(event.kind, event.data.get("reason")) for event in inbox.drain()]
    assert ("down", "restarted") in seen
    bridge.arm()
    assert kiosk.got("command")[-1]["nonce"] == 78


def test_a_command_is_sent_again_until_answered_and_carried_out_once(kiosk):
    link = LineLink(5)
    hello = {"type": "hello", "boot_nonce": 9, "echo_nonce": 5, "firmware": "1", "capabilities": []}
    link.receive(encode_line({**hello, "deadman_ms": 250, "text_bytes": 0, "uid": "k"}), 0)
    link.output()
    command = link.arm(False, 0)
    for ms in range(0, 5100, 20):
        link.receive(encode_line({"type": "safety", "state": "boot", "reason": "boot"}), ms * 1000)
        link.tick(ms * 1000)
    sent = [decode_line(line) for line in link.output().splitlines()]
    ids = [message["id"] for message in sent if message["type"] == "command"]
    assert ids == [command] * 25
    assert link.events()[-1] == (
        "command",
        {"id": command, "state": "failed", "progress": 0, "why": "no answer"},
    )
    assert link.arm(False, 0) == command + 1


def test_lines_can_not_be_paired(bridge):
    with pytest.raises(ConfigError, match="lines can't be signed"):
        bridge.pair()
