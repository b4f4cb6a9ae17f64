"""The command line on terminals, pipes and full disks, and when it is interrupted."""

import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from fcntl import ioctl
from functools import partial
from pathlib import Path

import pytest

from emomas.library import scenario_ids

EMOMAS = str(Path(sys.executable).parent / "emomas")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
VIEWS = [
    ["run", "--seed", "2"],
    ["run", "debt", "--n", "5"],
    ["scenarios", "list"],
    ["world", "--people", "300", "--world", "placebo"],
]
COUNTING = [
    ["world", "--people", "2000000"],
    ["simulate", "--compare", "--runs", "5000"],
    ["run", "--n", "500000"],
]


def environment(**env):
    inherited = {
        k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    }
    return {**inherited, "TERM": "xterm", **env}


def on_a_terminal(*args, width=60, **env):
    """What `emomas` writes to a terminal of this width, and its exit code."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    child = subprocess.Popen(
        [EMOMAS, *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**env),
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux: the other side is closed.
            break
        if not part:
            break
        written += part
    os.close(ours)
    return written.decode(), child.wait(timeout=60)


def in_a_pipe(*args, text=True, **options):
    env = environment(**options.pop("env", {}))
    return subprocess.run([EMOMAS, *map(str, args)], capture_output=True, text=text, env=env, **options)


@pytest.mark.parametrize("args", VIEWS)
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_sixty_columns_are_kept_with_and_without_colour(args, env):
    written, code = on_a_terminal(*args, **env)
    assert code == 0, written
    lines = re.split(r"[\r\n]+", CONTROL.sub("", written))
    assert max(map(len, lines)) <= 60
    if args[0] != "scenarios":
        assert bool(COLOUR.search(written)) == (env == {})


def test_ids_are_whole_on_any_terminal():
    for width in (60, 80, 160):
        written, _ = on_a_terminal("scenarios", "list", width=width, NO_COLOR="1")
        found = set(re.findall(r"[a-z]+(?:-[a-z0-9]+)+", written))
        assert set(scenario_ids()) <= found, width


def test_a_pipe_gets_plain_text():
    for args in VIEWS:
        assert "\x1b" not in in_a_pipe(*args).stdout


def test_an_ascii_terminal_gets_replacements_and_scenarios_stay_whole():
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    for args in [*VIEWS, ["run", "--help"]]:
        done = in_a_pipe(*args, env=ascii_only)
        assert done.returncode == 0, done.stderr
    for name in scenario_ids():
        shown = in_a_pipe("scenarios", "show", name, env=ascii_only, text=False).stdout
        if not shown.isascii():
            break
    else:
        pytest.fail("no scenario with a character beyond ASCII: this test needs one")
    assert shown == in_a_pipe("scenarios", "show", name, text=False).stdout


def test_bytes_that_are_no_text_are_heard_as_replacements():
    utf8 = {"PYTHONIOENCODING": "utf-8:strict"}
    done = in_a_pipe("chat", text=False, input=b"hello \xff\n", env=utf8)
    assert done.returncode == 0, done.stderr
    assert "hello \ufffd" in done.stdout.decode()


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_standard_streams_are_no_crash(closed):
    done = in_a_pipe("chat", preexec_fn=lambda: os.close(closed), input="bye\n" if closed else None)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


# Full disks


def full_disk():
    """No file may grow beyond 1,000 bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_picture_on_a_full_disk_is_told_and_nothing_stays(tmp_path):
    for name in ("x.png", "x.svg", "x.pdf"):
        done = in_a_pipe("run", "--plot", name, cwd=tmp_path, preexec_fn=full_disk)
        assert done.returncode == 2
        assert f"error: {name}: can't be written" in done.stderr
        assert "picture" not in done.stdout
        assert not list(tmp_path.iterdir())


def test_a_picture_that_exists_survives_a_full_disk(tmp_path):
    old = tmp_path / "x.png"
    old.write_bytes(b"old")
    assert in_a_pipe("run", "--plot", old, preexec_fn=full_disk).returncode == 2
    assert old.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.png"]


def test_a_file_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    done = in_a_pipe("run", "--plot", "file/x.png", cwd=tmp_path)
    assert done.returncode == 2
    assert "error: file/x.png: can't be written" in done.stderr


def test_a_picture_may_have_the_longest_name(tmp_path):
    longest = "x" * 251 + ".png"
    assert in_a_pipe("run", "--plot", longest, cwd=tmp_path).returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == [longest]


def test_an_export_on_a_full_disk_is_told_and_nothing_stays(tmp_path):
    assert in_a_pipe("run", "--journal", "j", cwd=tmp_path).returncode == 0
    done = in_a_pipe("replay", "j", "--jsonl", "x.jsonl", cwd=tmp_path, preexec_fn=full_disk)
    assert done.returncode == 2
    assert "error: x.jsonl: can't be written" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["j"]
    special = in_a_pipe("replay", "j", "--jsonl", "/dev/full", cwd=tmp_path)
    assert special.returncode == 2
    assert "error: /dev/full: can't be written" in special.stderr
    assert Path("/dev/full").is_char_device()
    through = in_a_pipe("replay", "j", "-q", "--jsonl", "/dev/stdout", cwd=tmp_path)
    assert through.returncode == 0
    assert through.stdout.startswith("{")


def test_imported_scenarios_on_a_full_disk_are_told(tmp_path):
    source = Path(__file__).parent / "fixtures" / "csv" / "education_sleep.csv"
    done = in_a_pipe(
        "scenarios", "import", source, "--out", tmp_path / "out",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )  # fmt: skip
    assert done.returncode == 2
    assert "can't be written" in done.stderr
    assert not list((tmp_path / "out").iterdir())


def test_standard_output_on_a_full_disk_is_told():
    with open("/dev/full", "w") as full:
        for args in (["run"], ["run", "--json"], ["scenarios", "show", "debt-roofer-winter"]):
            done = subprocess.run([EMOMAS, *args], stdout=full, stderr=subprocess.PIPE, text=True)
            assert done.returncode == 2
            assert "No space left" in done.stderr
            assert "Traceback" not in done.stderr


# Closed pipes and Ctrl-C


@pytest.mark.parametrize(
    "args", [["run", "--seed", "1"], ["scenarios", "list"], ["scenarios", "show", "debt-roofer-winter"]]
)
def test_a_closed_pipe_is_no_answer(args):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([EMOMAS, *args], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == -signal.SIGPIPE, "a shell calls this 141"
    assert done.stderr == ""


@contextmanager
def started(*args, **options):
    """A child that hears Ctrl-C even if these tests run in the background, and doesn't outlive them."""
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    child = subprocess.Popen([EMOMAS, *args], text=True, env=environment(), preexec_fn=heard, **options)
    with child:
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize("args", COUNTING)
def test_ctrl_c_stops_what_takes_long(args):
    with started(*args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        busy(child)
        child.send_signal(signal.SIGINT)
        asked = time.monotonic()
        _, told = child.communicate(timeout=20)
        took = time.monotonic() - asked
        assert child.returncode == 130
        assert "Traceback" not in told
        assert took < 1.0, f"stopped after {took:.2f} s"


def busy(child):
    """Waits until the child has computed for a while, whatever else runs here."""
    ticks = os.sysconf("SC_CLK_TCK")
    for _ in range(600):
        used = sum(map(int, Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        if used > 1.5 * ticks:
            return
        time.sleep(0.1)
    pytest.fail("the child does not compute")


def test_ctrl_c_ends_a_chat():
    ours, theirs = pty.openpty()
    with started("chat", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as child:
        os.close(theirs)
        written = b""
        while b"you " not in written.rpartition(b"agent")[2]:
            assert select.select([ours], [], [], 30)[0], written
            written += os.read(ours, 4096)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=10) == 130
    os.close(ours)
