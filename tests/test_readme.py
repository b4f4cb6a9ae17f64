"""The README's examples, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("index", range(len(BLOCKS)))
def test_readme_block_runs(index, tmp_path):
    assert len(BLOCKS[index].strip().splitlines()) <= 12
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKS[index]], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_there_are_examples():
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize("name", ["own_expert", "compare_policies"])
def test_example_runs(name, tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / f"{name}.py")], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_kiosk_remembers_between_conversations(tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "kiosk.py")]
    for _ in range(2):
        done = subprocess.run(
            script, cwd=tmp_path, capture_output=True, text=True, input="Two weeks would be better.\nbye\n"
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "kiosk.learned").stat().st_size > 1000
