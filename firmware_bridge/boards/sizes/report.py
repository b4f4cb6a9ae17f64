"""What the node costs on a microcontroller: linked images that call all of it, less one that calls nothing.

python boards/sizes/report.py arm-none-eabi- "-mcpu=cortex-m3 ..." node/*.c
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

MAIN = Path(__file__).with_name("main.c")
LINK = ["--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles", "-Wl,--gc-sections,-emain"]


def size(prefix: str, flags: list[str], sources: list[str]) -> tuple[int, int]:
    """Bytes of flash and of RAM of an image."""
    with tempfile.TemporaryDirectory() as folder:
        image = f"{folder}/image.elf"
        command = [f"{prefix}gcc", *flags, *sources, str(MAIN), *LINK, "-o", image]
        subprocess.run(command, check=True)
        told = subprocess.run([f"{prefix}size", image], check=True, capture_output=True, text=True).stdout
    text, data, bss = (int(number) for number in told.splitlines()[1].split()[:3])
    return text + data, data + bss


def main(prefix: str, flags: str, sources: list[str]) -> None:
    """A line for each way to build it."""
    options = flags.split()
    empty = size(prefix, [*options, "-DWITHOUT_NODE"], [])
    for name, signing in (("without signing", 0), ("with signing", 1)):
        flash, ram = size(prefix, [*options, f"-DEMOMAS_SIGNING={signing}"], sources)
        print(f"{name}: {flash - empty[0]} bytes of flash, {ram - empty[1]} bytes of RAM")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
