"""Writes the C headers of the dialect into a folder: pymavlink's, and the hash that both sides compare.

python firmware_bridge/dialect/generate.py build/include
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).parent


def canonical() -> str:
    """Every message in the order of ids as `id NAME`, then its fields as `type name`, in the XML's order."""
    messages = [m for name in ("common", "emomas") for m in ET.parse(HERE / f"{name}.xml").iter("message")]
    messages.sort(key=lambda message: int(message.attrib["id"]))
    lines = []
    for message in messages:
        lines.append(f"{message.attrib['id']} {message.attrib['name']}")
        lines += [f"{field.attrib['type']} {field.attrib['name']}" for field in message.iter("field")]
    return "".join(f"{line}\n" for line in lines)


def dialect_hash() -> int:
    """First eight bytes, little endian, of the SHA-256 of the canonical text."""
    return int.from_bytes(hashlib.sha256(canonical().encode()).digest()[:8], "little")


def main(folder: Path) -> None:
    """Everything that the firmware includes."""
    from pymavlink.generator import mavgen, mavparse

    folder.mkdir(parents=True, exist_ok=True)
    options = mavgen.Opts(
        str(folder), wire_protocol=mavparse.PROTOCOL_2_0, language="C", validate=False, strict_units=False
    )
    with contextlib.redirect_stdout(io.StringIO()):
        mavgen.mavgen(options, [str(HERE / "emomas.xml")])
    text = f"#define EMOMAS_DIALECT_HASH 0x{dialect_hash():016x}ULL\n"
    (folder / "emomas_dialect_hash.h").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
