"""emomas beside its peers, in one run: prints and stores times, ratios, versions, machine and load.

python benchmarks/peers/report.py         # two minutes; writes docs/benchmarks.{json,md} and the picture
python benchmarks/peers/report.py --dry   # prints only

Peers are optional (`pip install --group bench`): a row whose library is missing says so. Rows where a peer is
quicker stay and are marked.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from cases import part_groups, save_group, turn_group
from libraries import filter_group, learning_groups, turn_peers
from processes import batches, imports
from publish import draw, heading, table, write_page
from statecharts import chart_groups
from timing import measure

import emomas

DOCS = Path(__file__).parent.parent.parent / "docs"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
PACKAGES = {
    "numpy": "NumPy",
    "hmmlearn": "hmmlearn",
    "inferactively-pymdp": "pymdp",
    "pgmpy": "pgmpy",
    "pomegranate": "pomegranate",
    "mabwiser": "mabwiser",
    "river": "river",
    "transitions": "transitions",
    "python-statemachine": "python-statemachine",
    "sismic": "sismic",
}


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def gather() -> dict[str, Any]:
    return {
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "load_before": os.getloadavg(),
        "versions": {
            "Python": platform.python_version(),
            "emomas": emomas.__version__,
            **{name: version(package) for package, name in PACKAGES.items()},
        },
    }


def publish(facts: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """The page and the picture."""
    write_page(DOCS / "benchmarks.md", facts, rows)
    if importlib.util.find_spec("matplotlib"):
        draw(DOCS / "img" / "benchmarks.png", rows, facts)
    else:
        print("matplotlib is not installed: the picture stays as it was")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dry", action="store_true", help="print only, write nothing")
    parser.add_argument("--redraw", action="store_true", help="page and picture from the stored JSON")
    parser.add_argument("--rounds", type=int, default=300, help="batches of each row (default 300)")
    parser.add_argument("--batch-ms", type=float, default=0.5, help="length of a batch (default 0.5 ms)")
    args = parser.parse_args()
    if not os.environ.keys() >= ONE_THREAD.keys():
        # Read when libraries are loaded, so from the start: nothing of this size gains from threads.
        os.environ.update({**ONE_THREAD, **os.environ})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    if args.redraw:
        stored = json.loads((DOCS / "benchmarks.json").read_text(encoding="utf-8"))
        publish(stored, stored["rows"])
        return
    facts = gather()
    groups = [turn_group(turn_peers()), filter_group(), *learning_groups(), save_group(), *chart_groups()]
    groups += part_groups()
    print("Times …", flush=True)
    rows = measure(groups, args.rounds, args.batch_ms / 1e3)
    print("Batches …", flush=True)
    rows += batches(max(3, args.rounds // 30))
    print("Starts and memory …", flush=True)
    rows += imports(args.rounds / 15)
    facts["load_after"] = os.getloadavg()
    print(f"\n{heading(facts)}\n\n{table(rows)}")
    if not args.dry:
        stored = json.dumps({**facts, "rounds": args.rounds, "rows": rows}, indent=1, ensure_ascii=False)
        (DOCS / "benchmarks.json").write_text(stored + "\n", encoding="utf-8")
        publish(facts, rows)


if __name__ == "__main__":
    main()
