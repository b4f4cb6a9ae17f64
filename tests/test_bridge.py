"""The bridge in Python against the device's firmware, over a pseudo-terminal."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest
from firmware_board import KEY, Board

from emomas import Agent, Bridge, BridgeError
from emomas.bridge.keys import keys_file, store_key, stored_keys
from emomas.bridge.reasons import refusal
from emomas.errors import ConfigError, ObservationError

UID = b"posix-node\0\0".hex()


def eventually(true, seconds=2.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't happen"
        time.sleep(0.002)


@pytest.fixture(autouse=True)
def _own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("EMOMAS_KEYS", str(tmp_path / "keys.json"))


@pytest.fixture
def board():
    with Board() as board:
        yield board


@pytest.fixture
def bridge(board):
    with Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        yield bridge


def test_it_meets_arms_shows_and_speaks(board, bridge):
    assert bridge.device["uid"] == UID
    assert bridge.safety["state"] == "boot"
    bridge.arm()
    assert bridge.armed
    bridge.show("fear", vad=(-0.5, 0.5, -0.25), intensity=0.75)
    bridge.speak("Sixty days are possible.", "fear")
    bridge.offer("proposed", 60.0, "days", "60 days")
    eventually(lambda: board.shown("offer"))
    shown = board.shown("affect")[0]
    assert (shown["emotion"], shown["vad"], shown["intensity"]) == (3, [-0.5, 0.5, -0.25], 0.75)
    assert board.shown("speech")[0]["text"] == "Sixty days are possible."


def test_a_shown_emotion_holds_as_long_as_wanted_and_no_longer(board, bridge):
    bridge.arm()
    bridge.show("joy", hold_s=1.0)
    eventually(lambda: board.shown("neutral"), 3.0)
    lived_ms = board.shown("neutral")[0]["t_ms"] - board.shown("affect")[0]["t_ms"]
    assert 1000 <= lived_ms <= 1000 + 600 + 50
    assert bridge.armed


def test_events_reach_every_reader(board, bridge):
    at_once = []
    first, second = bridge.inbox(), bridge.inbox(at_once=at_once.append)
    board.tell("touch 1")
    assert next(iter(first.get, None) if False else iter(lambda: first.get(2.0), None)).kind in (
        "input",
        "safety",
    )
    eventually(lambda: any(event.kind == "input" for event in at_once))
    heard = next(event for event in second.drain() if event.kind == "input")
    assert (heard.data["input"], heard.data["value"]) == ("touch", 1)
    assert heard.time_s <= time.monotonic()
    bridge.forget(second)
    board.tell("touch 2")
    eventually(lambda: [event.data["value"] for event in first.drain() if event.kind == "input"][-1:] == [2])
    assert second.drain() == []


def test_gestures_end_and_can_be_cancelled(board, bridge):
    bridge.arm()
    assert bridge.wait_for(bridge.gesture(2, 0.2), 2.0)["state"] == "done"
    long = bridge.gesture(3, 20.0)
    eventually(lambda: len(board.shown("gesture")) == 2)
    assert bridge.wait_for(bridge.cancel(long), 2.0)["state"] == "done"
    assert bridge.wait_for(long, 2.0)["state"] == "cancelled"


def test_a_stop_holds_until_it_is_released(board, bridge):
    bridge.arm()
    bridge.stop()
    eventually(lambda: bridge.safety["state"] == "stopped")
    with pytest.raises(BridgeError, match=r"arm failed: denied; the device at .* is stopped \(estop_host\)"):
        bridge.arm()
    bridge.arm(release=True)
    assert bridge.armed


def test_closing_disarms(board):
    with Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        bridge.arm()
    eventually(lambda: len(board.shown("safe")) == 2)
    assert board.shown("safe")[1]["reason"] == 6  # host's order, not its silence


def test_without_permission_it_stays_safe(board, bridge):
    bridge.arm()
    with bridge._changed:
        time.sleep(0.4)
    eventually(lambda: bridge.safety["reason"] == "host_silent")
    time.sleep(0.3)
    assert not bridge.armed
    assert bridge.rearmed == 0
    bridge.arm()


def test_pairing_makes_a_key_that_only_the_owner_can_read():
    with Board(key=None) as board:
        with pytest.raises(BridgeError, match="no key is stored for any device: run `emomas link pair"):
            Bridge(board.path)
        with Bridge(board.path, unsigned=True) as bridge:
            assert bridge.pair() == UID
            bridge.arm()
            with pytest.raises(BridgeError, match="has a key already"):
                bridge.pair()
        assert stat.S_IMODE(keys_file().stat().st_mode) == 0o600
        assert set(stored_keys()) == {UID}
        with Bridge(board.path) as bridge:
            bridge.wait_up()
            assert "signing" in bridge.device["capabilities"]


@pytest.mark.parametrize(
    ("content", "match"),
    [("{", "can't be read"), ('{"a": "00"}', "has 1 bytes: it must have 32"), ("[]", "can't be read")],
)
def test_a_damaged_file_of_keys_is_named(content, match):
    keys_file().write_text(content)
    with pytest.raises(BridgeError, match=match):
        stored_keys()


def test_each_device_keeps_its_own_key():
    store_key("a", bytes(32))
    store_key("b", bytes([1]) * 32)
    assert stored_keys() == {"a": bytes(32), "b": bytes([1]) * 32}


def test_bad_ports_are_named(tmp_path):
    with pytest.raises(BridgeError, match="isn't there: plug the device in; `emomas link list`"):
        Bridge(str(tmp_path / "ttyX"), unsigned=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(BridgeError, match="can't be used as a serial port"):
        Bridge(str(tmp_path / "file"), unsigned=True)
    with pytest.raises(BridgeError, match="protocol 'nowhere' not known"):
        Bridge("nowhere://x", unsigned=True)


def test_a_busy_port_is_named(board, bridge):
    with pytest.raises(BridgeError, match="is busy: close the program that has it open"):
        Bridge(board.path, keys=[KEY])


def test_what_can_not_be_used_is_said_with_the_way_out(board):
    with Bridge(board.path, keys=[bytes(32)]) as bridge:
        with pytest.raises(BridgeError, match="signs with a key that isn't stored here"):
            bridge.wait_up(0.6)
        with pytest.raises(BridgeError, match="no device is heard at"):
            bridge.arm()
    with (
        Board(key=None) as unsigned,
        Bridge(unsigned.path, keys=[KEY]) as bridge,
        pytest.raises(BridgeError, match=r"doesn't sign: give it a key with `emomas link pair"),
    ):
        bridge.wait_up(0.6)


def test_a_silent_line_is_said_to_be_silent():
    main, line = os.openpty()
    with Bridge(os.ttyname(line), unsigned=True) as bridge:
        with pytest.raises(BridgeError, match=r"nothing was heard from .* in 0.3 s: check the cable"):
            bridge.wait_up(0.3)
        os.write(main, b"\xfd\x55 garbage " * 9)
        with pytest.raises(BridgeError, match="only noise was heard"):
            bridge.wait_up(0.3)
    os.close(main)
    os.close(line)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda b: b.show("bored"), "emotion is 'bored'"),
        (lambda b: b.show("joy", hold_s=0.0), "hold_s is 0.0"),
        (lambda b: b.show("joy", intensity=1.5), "intensity is 1.5"),
        (lambda b: b.show("joy", tempo=float("nan")), "tempo is NaN"),
        (lambda b: b.speak("x" * 500), "text is 500 bytes long"),
        (lambda b: b.speak("x", "bored"), "emotion is 'bored'"),
        (lambda b: b.offer("maybe"), "kind is 'maybe'"),
        (lambda b: b.offer("proposed", float("inf")), "value is inf"),
        (lambda b: b.gesture(1, 31.0), "duration_s is 31"),
    ],
)
def test_values_that_can_not_be_sent_are_named(bridge, call, match):
    with pytest.raises(ConfigError, match=match):
        call(bridge)
    assert bridge.up


def test_an_agent_moves_its_body_and_hears_it(board, bridge):
    bridge.arm()
    agent = Agent("debt-roofer-winter", seed=1)
    agent.attach(bridge)
    reply = agent.open()
    eventually(lambda: board.shown("offer"))
    assert board.shown("affect")[0]["emotion"] == [
        "joy",
        "sadness",
        "anger",
        "fear",
        "surprise",
        "disgust",
        "neutral",
    ].index(reply.emotion)
    assert board.shown("speech")[0]["text"] == reply.text
    assert board.shown("offer")[0]["value"] == reply.offer
    board.tell("evidence 2 0 1.0 0 -9 -1 -9 -9 -9 -9 -9")
    inbox = bridge.inbox()
    eventually(lambda: any(event.kind == "evidence" for event in inbox.drain()))
    before = reply.decision.emotion_belief[1]
    after = agent.decide().decision.emotion_belief[1]
    assert after > before + 0.1
    board.tell("text I can pay in 60 days")
    eventually(lambda: any(event.kind == "input" for event in inbox.drain()))
    agent.decide()
    assert agent._their_offer == 60
    assert "armed" in agent.state


def test_the_stop_button_stops_the_agent_in_the_middle_of_a_line(board, bridge):
    bridge.arm()
    words = []

    def slow(word):
        words.append(word)
        if len(words) == 2:
            board.tell("stop")
        time.sleep(0.1)

    agent = Agent("debt-roofer-winter", seed=1, on_words=slow)
    agent.attach(bridge)
    started = time.monotonic()
    reply = agent.open()
    assert len(words) < len(reply.text.split())
    assert time.monotonic() - started < 1.0
    with pytest.raises(ObservationError, match="was stopped"):
        agent.decide()
    assert agent.conversation.stopped
    assert bridge.safety["reason"] == "estop_person"


def test_after_detaching_nothing_moves(board, bridge):
    bridge.arm()
    agent = Agent("debt-roofer-winter", seed=1)
    agent.attach(bridge)
    agent.detach()
    agent.open()
    time.sleep(0.1)
    assert board.shown("affect") == []


def test_heartbeats_keep_time_beside_busy_threads(board, bridge):
    """Both cores and the interpreter's lock are busy; the device never believes that the host is gone."""
    bridge.arm()
    ends = time.monotonic() + 5.0
    work = "import time\nend = time.monotonic() + 5\nwhile time.monotonic() < end: sum(range(10000))"
    others = [subprocess.Popen([sys.executable, "-c", work]) for _ in range(2)]

    def hold_the_lock():
        while time.monotonic() < ends:
            sum(range(1000))

    thread = threading.Thread(target=hold_the_lock)
    thread.start()
    thread.join()
    for other in others:
        other.wait()
    assert bridge.armed
    assert bridge.safety["safe_count"] == 0
    assert bridge.safety["longest_silent_ms"] < 250


def test_another_dialect_is_named_with_the_way_out():
    told = refusal("/dev/ttyX", {"reason": "dialect", "ours": "00aa", "theirs": "00bb"})
    assert told == (
        "the device at /dev/ttyX speaks another version of the dialect (00bb; ours is 00aa): flash firmware "
        "built from this version's firmware_bridge"
    )
