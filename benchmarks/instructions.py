"""Instruction counts of the parts of a turn and of chart events, under callgrind: the same on a busy machine.

python benchmarks/instructions.py            # prints them beside the stored ones; fails on a rise above 5 %
python benchmarks/instructions.py --write    # stores them; say in the CHANGELOG why they rose
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
STORED = Path(__file__).parent / "instructions.json"
# Few enough to be quick under callgrind, many enough to average over a conversation's turns (9 a round).
TIMES = {"batch_emomas": 1, "batch_fixed": 1, "plan_two_turns": 9, "snapshot": 9, "restore": 9}
DEFAULT_TIMES = 180
LIMIT = 1.05


def build():
    """Builds the counter; returns its path."""
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", "core-rs/Cargo.toml"]
    command += ["-p", "emomas-bench", "--message-format=json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    return next(a["executable"] for a in artifacts if a.get("executable", None))


def count(program, part, times):
    """Instructions of one run of `part`."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", "--toggle-collect=*measured*", "--collect-atstart=no"]
        command += [f"--callgrind-out-file={folder}/out", program, part, str(times)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    collected = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    return round(int(collected[1]) / times)


def versions():
    """What the counts depend on, beside the code."""

    def said(tool):
        done = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return {"rustc": said("rustc"), "valgrind": said("valgrind")}


def main():
    """Counts, compares, stores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="parts to count; all if none is named")
    parser.add_argument("--write", action="store_true", help="store the counts")
    args = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing: apt-get install valgrind")
    program = build()
    listed = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    stored = json.loads(STORED.read_text()) if STORED.exists() else {"counts": {}}
    counts, risen = {}, []
    for part in args.parts or listed:
        counts[part] = count(program, part, TIMES.get(part, DEFAULT_TIMES))
        before = stored["counts"].get(part)
        change = "" if before is None else f"{counts[part] / before - 1:+8.1%}"
        print(f"{part:18} {counts[part]:>12,} {change}", flush=True)
        if before is not None and counts[part] > LIMIT * before:
            risen.append(part)
    if args.write:
        text = json.dumps({**versions(), "counts": {**stored["counts"], **counts}}, indent=2)
        STORED.write_text(text + "\n", encoding="utf-8")
    elif versions() != {key: stored.get(key) for key in ("rustc", "valgrind")}:
        print(f"stored with other tools ({stored.get('rustc')}, {stored.get('valgrind')}): not compared")
    elif risen:
        sys.exit(f"more than 5 % up: {', '.join(risen)}. Mend it, or --write and say why in the CHANGELOG")


if __name__ == "__main__":
    main()
