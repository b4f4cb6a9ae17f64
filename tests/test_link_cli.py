"""`emomas link`, and what --bridge says when it can't go on."""

import io
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from firmware_board import Board, build
from line_device import LineDevice
from rich.console import Console

from emomas import Bridge
from emomas.cli.device import described
from emomas.cli.monitor import watch

EMOMAS = str(Path(sys.executable).parent / "emomas")


@pytest.fixture(autouse=True)
def _keys(tmp_path, monkeypatch):
    monkeypatch.setenv("EMOMAS_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("COLUMNS", "140")


def emomas(*args, **options):
    return subprocess.run([EMOMAS, *args], capture_output=True, text=True, timeout=60, **options)


@pytest.fixture
def unsigned():
    with Board("--auto-rearm", key=None) as board:
        yield board


def test_list_says_what_there_is_and_what_to_do_without(tmp_path):
    told = emomas("link", "list")
    assert told.returncode == 0
    assert f"paired devices: none ({tmp_path}/keys.json)" in told.stdout.replace("\n", "")


def test_pairing_then_measuring(unsigned):
    told = emomas("link", "pair", unsigned.path)
    assert (told.returncode, told.stdout) == (
        0,
        f"paired posix-node\nnext: emomas run --bridge {unsigned.path}\n",
    )
    told = emomas("link", "bench", unsigned.path, "-n", "50")
    assert told.returncode == 0, told.stderr
    median, p99, longest = map(
        float, re.search(r"median ([\d.]+) ms, p99 ([\d.]+) ms, longest ([\d.]+) ms", told.stdout).groups()
    )
    assert 0 < median <= p99 <= longest
    assert "commands sent again" in told.stdout
    assert "posix-node" in emomas("link", "list").stdout


def test_monitor_shows_messages_rates_and_state(unsigned):
    told = emomas("link", "monitor", unsigned.path, "--unsigned", "--seconds", "1.5", "--arm")
    assert told.returncode == 0, told.stderr
    assert re.search(r"posix-node, firmware 0\.1\.0, armed \(none\)", told.stdout)
    row = re.search(r"<- +emomas_safety_state +(\d+) +([\d.]+)", told.stdout)
    assert int(row[1]) >= 10
    assert 7.0 <= float(row[2]) <= 13.0
    assert re.search(r"-> +heartbeat", told.stdout)
    assert "lost 0, damaged 0, refused 0" in told.stdout


def test_monitor_of_lines():
    with LineDevice() as kiosk, Bridge(kiosk.path, lines=True) as bridge:
        bridge.wait_up()
        screen = Console(file=io.StringIO(), width=120)
        watch(bridge, screen, 1.0)
    assert re.search(r"<- +safety +\d+", screen.file.getvalue())
    assert "kiosk-7" in screen.file.getvalue()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ("link", "monitor", "/dev/nowhere", "--unsigned"),
            "port '/dev/nowhere' isn't there: plug the device in",
        ),
        (
            ("link", "bench", "/dev/nowhere"),
            "no key is stored for any device: run `emomas link pair /dev/nowhere`",
        ),
        (("run", "--bridge", "/dev/nowhere", "--unsigned"), "port '/dev/nowhere' isn't there"),
        (("run", "--n", "5", "--bridge", "/dev/nowhere"), "--bridge goes with one conversation"),
        (("link", "demo", "--firmware", "/dev/nowhere"), "there is no such file; `make firmware` builds it"),
    ],
)
def test_errors_are_one_line_with_a_next_step(args, said):
    told = emomas(*args)
    assert told.returncode == 2
    assert said in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_demo_without_firmware_says_how_to_get_it(tmp_path):
    told = emomas("link", "demo", cwd=tmp_path)
    assert (told.returncode, "run `make firmware` in a checkout" in told.stderr) == (2, True)


def test_a_demo_shows_what_the_device_does():
    demo = subprocess.Popen(
        [EMOMAS, "link", "demo", "--firmware", str(build("emomas-node"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    port = re.search(r"/dev/[\w/]+", demo.stdout.readline())[0]
    with Bridge(port, unsigned=True) as bridge:
        bridge.wait_up()
        bridge.arm()
        bridge.show("joy", vad=(0.5, 0.5, 0.5), intensity=1.0)
        bridge.speak("Good morning.")
        time.sleep(0.3)
        demo.stdin.write("stop\n")
        demo.stdin.flush()
        time.sleep(0.3)
    demo.stdin.close()
    told = demo.stdout.read()
    assert demo.wait(10) == 0
    assert "face joy 1.00, lamp #ffc800, servos: brow 1700 us" in told
    assert "says 'Good morning.'" in told
    assert "safe: emergency stop by a person" in told
    demo.stdout.close()


def test_every_output_can_be_told():
    assert described({"out": "boot"}) == ("", "boot")
    assert described({"t_ms": 1500, "out": "offer", "kind": 2, "label": "60 days"}) == (
        "1.500 s",
        "screen accepted 60 days",
    )
    assert described({"t_ms": 0, "out": "gesture_end", "number": 3})[1] == "gesture end 3"


def test_chat_with_a_body(unsigned):
    told = emomas(
        "chat", "debt-roofer-winter", "--speech", "templates", "--bridge", unsigned.path, "--unsigned",
        input="I can pay in 60 days\nbye\n",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert len(unsigned.shown("speech")) == 3
    assert unsigned.shown("safe")[-1]["reason"] == 6  # disarmed at the end
