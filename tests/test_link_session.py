"""The host's session against pymavlink as an independent peer: codec, meeting, refusals, commands."""

import importlib.util
import itertools
import json
import random
import re
import struct
import subprocess

import pytest
from firmware_board import build
from mavlink_peer import DIALECT, EPOCH_US, HOST, KEY, Peer, dialect

from emomas._native import DIALECT_HASH, FrameReader, Link, encode_frame
from emomas.errors import ConfigError

NOW_UNIX_US = EPOCH_US + 10**15


def link(*keys, nonce=77):
    return Link(list(keys), nonce, NOW_UNIX_US)


def meet(session, device, now_us=1_000):
    """Both sides greet each other until the link is up; returns the time."""
    for _ in range(4):
        session.tick(now_us)
        for message in device.read(session.output()):
            if message.get_type() == "EMOMAS_HELLO":
                device.host = message.boot_nonce
        session.receive(device.hello(DIALECT_HASH), now_us + 1_000)
        now_us += 100_000
    assert session.up
    device.read(session.output())
    session.events()
    return now_us


def kinds(session):
    return [kind for kind, _ in session.events()]


def random_fields(rng, message):
    """Every field of a message class at random, NaN and infinity left out: JSON can't hold them."""
    fields = {}
    for name, kind, length in zip(message.fieldnames, message.fieldtypes, lengths(message), strict=True):
        enum = message.fieldenums_by_name.get(name)
        if kind == "char":
            fields[name] = bytes(rng.randrange(97, 123) for _ in range(rng.randrange(length + 1)))
        elif length:
            fields[name] = [random_number(rng, kind, None) for _ in range(length)]
        else:
            fields[name] = random_number(rng, kind, enum)
    return fields


def lengths(message):
    by_order = dict(zip(message.ordered_fieldnames, message.array_lengths, strict=True))
    return [by_order[name] for name in message.fieldnames]


def random_number(rng, kind, enum):
    if enum is not None:
        entries = [
            value for value in dialect().enums[enum] if "ENUM_END" not in dialect().enums[enum][value].name
        ]
        return rng.choice(entries)
    if kind == "float":
        return single(rng.uniform(-1e3, 1e3))
    if kind == "double":
        return rng.uniform(-1e9, 1e9)
    bits = int(kind.strip("uint_"))
    return rng.randrange(2**bits) if kind[0] == "u" else rng.randrange(-(2 ** (bits - 1)), 2 ** (bits - 1))


def plain(message, name, value):
    """A field of our JSON as pymavlink has it."""
    if isinstance(value, dict):
        return getattr(dialect(), value["type"])
    if message.fieldenums_by_name.get(name) in ("EMOMAS_CAPABILITY", "MAV_MODE_FLAG"):
        return sum(getattr(dialect(), flag) for flag in value.split(" | ") if flag)
    kind = message.fieldtypes[message.fieldnames.index(name)]
    if kind == "float":
        return [single(one) for one in value] if isinstance(value, list) else single(value)
    return value


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def same(message, text):
    """Whether our JSON has the values of pymavlink's message."""
    ours = json.loads(text)
    assert ours.pop("type") == message.get_type()
    ours = {("type" if name == "mavtype" else name): value for name, value in ours.items()}
    for name in message.fieldnames:
        theirs = getattr(message, name)
        theirs = theirs.decode() if isinstance(theirs, bytes) else theirs
        assert plain(message, name, ours[name]) == theirs, (name, ours[name], theirs)


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_every_message_comes_through_both_ways(key):
    rng = random.Random(4)
    device, reader = Peer(key, sender=HOST), FrameReader()
    ours = Peer(key)
    ours.mav.signing.timestamp = 0
    classes = list(dialect().mavlink_map.values())
    for count in range(50_000):
        cls = classes[count % len(classes)]
        seq = device.mav.seq
        packed = device.pack(cls.msgname, **random_fields(rng, cls))
        ((read_seq, sender, signed, text),) = reader.read(packed, count)
        assert (read_seq, sender, signed) == (seq, HOST, key is not None)
        unix_us = EPOCH_US + 10 * (count + 1)
        again = encode_frame(text, seq=seq, sender=HOST, key=key, unix_us=unix_us)
        unsigned = len(packed) - 13 * signed
        assert again[:unsigned] == packed[:unsigned]
        (message,) = ours.read(again)
        same(message, text)


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_every_message_comes_through_the_codec_of_the_firmware(key):
    """From pymavlink and from Rust into C's structures and out again; what is wrongly signed doesn't."""
    rng = random.Random(5)
    device, reader = Peer(key, sender=HOST), FrameReader()
    classes = list(dialect().mavlink_map.values())
    sent, texts = [], []
    for count in range(25_000):
        cls = classes[count % len(classes)]
        seq = device.mav.seq
        packed = device.pack(cls.msgname, **random_fields(rng, cls))
        ((_, _, _, text),) = reader.read(packed, count)
        again = encode_frame(text, seq=seq, sender=HOST, key=key, unix_us=EPOCH_US + 10 * count)
        sent += [packed, again]
        # C sends its own version, whatever it has read.
        texts += [re.sub(r'"mavlink_version":\d+', '"mavlink_version":3', text)] * 2
    if key is not None:
        sent.append(encode_frame(texts[0], key=bytes(32)))
    program = [build("emomas-echo"), *([] if key is None else [key.hex()])]
    back = subprocess.run(program, input=b"".join(sent), stdout=subprocess.PIPE, check=True).stdout
    frames = FrameReader().read(back, 0)
    assert [text for _, _, _, text in frames] == texts
    assert not any(signed for _, _, signed, _ in frames)


def test_a_signature_is_what_mavlink_says():
    """The golden vector of the specification's formula, by Python's own SHA-256."""
    from hashlib import sha256

    frame = encode_frame(
        '{"type":"EMOMAS_ESTOP","reason":{"type":"EMOMAS_REASON_ESTOP_HOST"}}', key=KEY, unix_us=EPOCH_US + 90
    )
    assert frame[:10].hex() == "fd01010000ffbfabce00"
    assert frame[-13:-6] == bytes([0, 9, 0, 0, 0, 0, 0])
    assert frame[-6:] == sha256(KEY + frame[:-6]).digest()[:6]


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_they_meet_and_the_host_keeps_beating(key):
    session, device = link(*([key] if key else [])), Peer(key)
    now = meet(session, device)
    assert session.device == {
        "boot_nonce": device.nonce,
        "capabilities": ["signing", "face", "body", "speaker", "screen", "sensors", "input"],
        "firmware": "1.2.3",
        "deadman_ms": 250,
        "text_bytes": 400,
        "uid": bytes(range(12)).hex(),
    }
    beats = []
    for at in range(now, now + 1_000_000, 10_000):
        session.receive(device.safety(), at)
        session.tick(at)
        beats += [at for m in device.read(session.output()) if m.get_type() == "HEARTBEAT"]
    assert len(beats) == 10
    assert {b - a for a, b in itertools.pairwise(beats)} == {100_000}


def test_hello_is_repeated_until_answered():
    session, device = link(KEY), Peer(KEY)
    sent = []
    for now in range(0, 2_000_000, 20_000):
        session.tick(now)
        sent += [m.get_type() for m in device.read(session.output())]
    assert sent == ["EMOMAS_HELLO"] * 20


def test_a_new_start_of_the_device_is_answered_at_once_and_its_past_is_refused():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    recorded = device.hello(DIALECT_HASH), device.safety(1, 0)
    again = Peer(KEY, nonce=99, unix_us=EPOCH_US)
    session.receive(again.hello(DIALECT_HASH), now)
    (hello,) = [m for m in again.read(session.output()) if m.get_type() == "EMOMAS_HELLO"]
    assert hello.echo_nonce == 99
    again.host = hello.boot_nonce
    again.mav.signing.timestamp = device.mav.signing.timestamp + 5
    session.receive(again.hello(DIALECT_HASH), now + 1)
    assert [(kind, data.get("reason")) for kind, data in session.events()] == [
        ("down", "restarted"),
        ("up", None),
    ]
    for bytes_ in recorded:
        session.receive(bytes_, now + 2)
    assert session.device["boot_nonce"] == 99
    assert session.statistics()["refused"]["replayed"] == 2
    assert session.events() == []


def test_recordings_of_an_earlier_start_of_the_host_are_refused():
    before, device = link(KEY, nonce=5), Peer(KEY)
    meet(before, device)
    recorded = device.hello(DIALECT_HASH) + device.safety(1, 0)
    now = link(KEY, nonce=6)
    now.receive(recorded, 1)
    assert not now.up
    assert now.events() == []
    assert now.statistics()["refused"]["not_fresh"] == 1


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_repeated_and_reordered_frames_are_refused(key):
    session, device = link(*([key] if key else [])), Peer(key)
    now = meet(session, device)
    first, second = device.safety(1, 0, arm_count=1), device.safety(2, 2, safe_count=1)
    session.receive(second, now)
    session.receive(second + first, now)
    assert [data["state"] for _, data in session.events()] == ["safe"]
    assert session.statistics()["refused"]["replayed"] == 2


def test_a_wrong_key_no_signature_and_a_changed_byte_are_refused_by_name():
    session = link(KEY)
    session.receive(Peer(bytes(32)).hello(DIALECT_HASH), 1)
    session.receive(Peer().hello(DIALECT_HASH), 2)
    assert [data["reason"] for _, data in session.events()] == ["unknown_key", "unsigned"]
    device = Peer(KEY)
    meet(session, device)
    frame = bytearray(device.safety(1, 0))
    frame[-1] ^= 1
    session.receive(bytes(frame), 10**6)
    frame = bytearray(device.safety(1, 0))
    frame[20] ^= 1
    session.receive(bytes(frame), 10**6)
    session.receive(device.safety(1, 0)[:-4], 10**6)
    assert session.events() == []
    counted = session.statistics()
    assert counted["refused"]["signature"] == 2
    assert counted["refused"]["unsigned"] == 1
    assert counted["frames_damaged"] >= 1


def test_the_key_that_the_device_holds_is_found_among_several():
    session, device = link(bytes(32), KEY, bytes(reversed(range(32)))), Peer(KEY)
    meet(session, device)
    assert session.key == 1


def test_a_device_that_signs_is_named_when_the_host_has_no_key():
    session = link()
    session.receive(Peer(KEY).hello(DIALECT_HASH), 1)
    assert session.events() == [("refused", {"reason": "unknown_key"})]


def test_another_dialect_is_a_named_refusal():
    session, device = link(KEY), Peer(KEY)
    for now in range(3):
        session.receive(device.hello(1), now)
    assert session.events() == [
        ("refused", {"reason": "dialect", "ours": f"{DIALECT_HASH:016x}", "theirs": f"{1:016x}"})
    ]
    assert not session.up


@pytest.mark.parametrize(
    ("sent", "reason"), [("nothing", "silent"), ("noise", "noise"), ("forged", "refused")]
)
def test_the_reason_of_a_lost_link_is_the_true_one(sent, reason):
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.receive(device.safety(), now)
    session.tick(now)
    session.events()
    forger = Peer(bytes(32))
    for at in range(now + 20_000, now + 600_000, 20_000):
        if sent == "noise":
            session.receive(b"\xfd\x99garbage", at)
        elif sent == "forged":
            session.receive(forger.safety(), at)
        session.tick(at)
    assert session.events() == [("down", {"reason": reason})]
    assert session.safety is None  # what it was says nothing about now
    session.receive(device.safety(), now + 700_000)
    assert [kind for kind, _ in session.events()] == ["up", "safety"]


def ack(device, command, result, progress=0):
    return device.pack(
        "COMMAND_ACK",
        command=command.command,
        result=result,
        progress=progress,
        result_param2=int(command.param7),
        target_system=HOST[0],
        target_component=HOST[1],
    )


def commands(device, session):
    return [m for m in device.read(session.output()) if m.get_type() == "COMMAND_LONG"]


def test_a_command_is_repeated_with_one_id_until_it_is_done():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    command = session.gesture(3, 1.5, now)
    seen = []
    for at in range(now, now + 350_000, 10_000):
        session.tick(at)
        session.receive(device.safety(), at)
        seen += commands(device, session)
    assert [(m.confirmation, m.param7, m.param1) for m in seen] == [(n, command, 3) for n in range(4)]
    session.events()
    states = []
    for result, progress in [(0, 0), (5, 40), (5, 20), (0, 100), (0, 100)]:
        session.receive(ack(device, seen[0], result, progress), at)
        states += [(data["state"], data["progress"]) for kind, data in session.events() if kind == "command"]
    assert states == [("accepted", 0), ("in_progress", 40), ("done", 100)]
    assert session.statistics()["commands_pending"] == 0


@pytest.mark.parametrize(
    ("result", "state", "why"),
    [(2, "failed", "denied"), (3, "failed", "unsupported"), (1, "failed", "not now"), (6, "cancelled", "")],
)
def test_how_a_command_ends(result, state, why):
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.disarm(now)
    (message,) = commands(device, session)
    session.receive(ack(device, message, result), now + 1)
    assert session.events() == [
        ("command", {"id": int(message.param7), "state": state, "progress": 0, "why": why})
    ]


def test_an_unanswered_command_fails_and_a_restart_fails_all():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.disarm(now)
    for at in range(now, now + 5_100_000, 20_000):
        session.receive(device.safety(), at)
        session.tick(at)
    assert [d["why"] for k, d in session.events() if k == "command"] == ["no answer"]
    session.disarm(at)
    again = Peer(KEY, nonce=4, unix_us=EPOCH_US + 10**12)
    again.host = 77
    session.receive(again.hello(DIALECT_HASH), at)
    assert [d["why"] for k, d in session.events() if k == "command"] == ["device restarted"]


def test_arming_echoes_the_devices_nonce():
    session, device = link(KEY), Peer(KEY, nonce=0xFEDC_BA98)
    assert session.arm(False, 0) is None
    now = meet(session, device)
    session.arm(True, now)
    (message,) = commands(device, session)
    assert (message.command, message.param1, message.param2, message.param3) == (52900, 0xBA98, 0xFEDC, 1)


def test_the_round_trip_is_measured():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    for at in range(now, now + 5_000_000, 10_000):
        session.tick(at)
        session.receive(device.safety(), at)
        for message in device.read(session.output()):
            if message.get_type() == "PING":
                answer = {"time_usec": message.time_usec, "seq": message.seq}
                packed = device.pack("PING", target_system=255, target_component=191, **answer)
                session.receive(packed, at + 7_000)
    assert session.statistics()["round_trip_us"] == 7_000


def test_stop_is_sent_three_times_in_any_state_and_heard_from_anybody():
    session, device = link(KEY), Peer(KEY)
    session.stop(0)
    seen = []
    for now in range(0, 200_000, 10_000):
        session.tick(now)
        seen += [m.get_type() for m in device.read(session.output())]
    assert seen.count("EMOMAS_ESTOP") == 3
    session.receive(Peer().pack("EMOMAS_ESTOP", reason=8), now)
    assert session.events() == [("stopped", {"reason": "estop_person"})]


def test_what_a_person_does_counts_once():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    for seq in [7, 7, 7, 8, 8, 6]:
        frame = device.pack("EMOMAS_PERSON_INPUT", seq=seq, kind=2, source=1, value=-3, text=b"sixty days")
        session.receive(frame, now)
    told = {"input": "text", "source": 1, "value": -3, "text": "sixty days"}
    assert session.events() == [("input", told)] * 2
    assert session.statistics()["refused"]["repeated"] == 4


GOOD = {"values": [-0.5] * 9, "quality": 0.5, "age_ms": 20, "channel": 2, "form": 0}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"quality": float("nan")}, "range"),
        ({"quality": 1.5}, "range"),
        ({"values": [float("inf")] * 9}, "range"),
        ({"values": [2.0] * 9, "form": 1}, "range"),
        ({"age_ms": 2_001}, "stale"),
    ],
)
def test_evidence_out_of_range_or_stale_is_counted(changed, reason):
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.receive(device.pack("EMOMAS_EVIDENCE", **{**GOOD, **changed}), now)
    assert len(session.events()) == (reason is None)
    assert sum(session.statistics()["refused"].values()) == (reason is not None)
    assert reason is None or session.statistics()["refused"][reason] == 1


def test_an_unknown_number_is_refused():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.receive(device.safety(state=9), now)
    assert session.statistics()["refused"]["unknown"] == 1


SHOWN = {
    "emotion": 1,
    "vad": (0.1, 0.2, -0.3),
    "intensity": 0.5,
    "gaze_rad": (0.0, 0.1),
    "posture": 0.2,
    "tempo": 1.0,
    "ttl_ms": 600,
}


def test_setpoints_and_offers_carry_their_values():
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    session.show(**SHOWN, now_us=now)
    session.show(**SHOWN, now_us=now)
    session.offer(1, 45.0, "days", "45 days for the payment", now)
    first, second, offer = device.read(session.output())
    assert (first.emotion, first.seq, second.seq, first.ttl_ms) == (1, 1, 2, 600)
    assert (first.valence, first.gaze_pitch) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (offer.kind, offer.value, offer.unit, offer.label) == (1, 45.0, "days", "45 days for the payment")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"ttl_ms": 0}, "ttl_ms is 0: give 1 to 10000"),
        ({"intensity": 1.5}, "intensity is 1.5: give 0 to 1"),
        ({"vad": (float("nan"), 0, 0)}, "valence is NaN: give -1 to 1"),
        ({"emotion": 7}, "emotion is 7: give 0 to 6"),
        ({"tempo": 0.0}, "tempo is 0: give 0.5 to 2"),
    ],
)
def test_what_cannot_be_shown_is_named(changed, named):
    session = link(KEY)
    with pytest.raises(ConfigError, match=named):
        session.show(**{**SHOWN, **changed}, now_us=0)
    assert session.output() == b""


def test_speech_is_cut_into_parts_and_no_longer_than_the_devices_buffer():
    session, device = link(KEY), Peer(KEY)
    with pytest.raises(ConfigError, match="no text"):
        session.speak("hello", 6, 0)
    now = meet(session, device)
    text = "é" * 199
    session.speak(text, 6, now)
    parts = device.read(session.output())
    assert [(part.chunk, part.end, part.text_len) for part in parts] == [(0, 0, 200), (1, 1, 198)]
    assert b"".join(bytes(part.text[: part.text_len]) for part in parts).decode() == text
    with pytest.raises(
        ConfigError, match="text is 402 bytes long: give at most 400 bytes, the device's buffer"
    ):
        session.speak("é" * 201, 6, now)


def test_noise_neither_crashes_nor_gets_in():
    """A million random and mutated bytes, cut anywhere; no damaged signed frame is believed."""
    rng = random.Random(9)
    session, device = link(KEY), Peer(KEY)
    now = meet(session, device)
    fed = believed = 0
    good = session.statistics()["frames_ok"]
    while fed < 1_000_000:
        frame = bytearray(device.safety(1, 0))
        if rng.random() < 0.5:
            frame = bytearray(rng.randbytes(rng.randrange(1, 300)))
        else:
            for _ in range(rng.randrange(1, 4)):
                frame[rng.randrange(len(frame))] ^= rng.randrange(1, 256)
        fed += len(frame)
        session.receive(bytes(frame), now)
        now += rng.choice([10, 60_000])
        if rng.random() < 0.01:
            session.receive(b"", now + 60_000)
            now += 60_000
            session.receive(device.safety(), now)
            believed += 1
    assert session.statistics()["frames_ok"] == good + believed


def test_the_common_messages_are_mavlinks_own():
    from pymavlink.dialects.v20 import common

    ours = {number: cls for number, cls in dialect().mavlink_map.items() if number < 52_900}
    assert len(ours) == 7
    for number, cls in ours.items():
        theirs = common.mavlink_map[number]
        assert (cls.fieldnames, cls.fieldtypes, cls.crc_extra) == (
            theirs.fieldnames,
            theirs.fieldtypes,
            theirs.crc_extra,
        )


def test_firmware_and_host_hash_the_dialect_alike():
    path = DIALECT.parent / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.dialect_hash() == DIALECT_HASH


def test_the_page_about_the_dialect_is_up_to_date(monkeypatch):
    folder = DIALECT.parent
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("page", folder / "page.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    written = page.PAGE.read_text(encoding="utf-8")
    assert written == page.page(), "run python firmware_bridge/dialect/page.py"
