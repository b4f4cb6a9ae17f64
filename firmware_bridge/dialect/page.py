"""Writes docs/dialect.md, the dialect for readers: python firmware_bridge/dialect/page.py"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from generate import HERE, dialect_hash

PAGE = HERE.parents[1] / "docs" / "dialect.md"
INTRODUCTION = """\
MAVLink 2 with messages of our own, generated from [the XML](../firmware_bridge/dialect/emomas.xml), which
any MAVLink generator, logger or dissector reads. Of `common` it uses HEARTBEAT, COMMAND_LONG, COMMAND_ACK,
STATUSTEXT, TIMESYNC, PING and SETUP_SIGNING. Multi-byte values are little endian. Both sides compare a hash
of all names and types: `{hash:016x}`. How a session begins, and what each side does when something breaks,
is told in [the bridge](bridge.md). The host is system 255, component 191; the device system 1, component
1."""


def page() -> str:
    """The page as Markdown."""
    root = ET.parse(HERE / "emomas.xml").getroot()
    parts = [
        "# The dialect on the wire",
        INTRODUCTION.format(hash=dialect_hash()).replace("\n", " "),
        "## Messages",
    ]
    for message in root.iter("message"):
        parts.append(f"### {message.attrib['name']} ({message.attrib['id']})")
        parts.append(text(message))
        rows = [
            (f"`{field.attrib['name']}`", field.attrib["type"], field.attrib.get("units", ""), told(field))
            for field in message.iter("field")
        ]
        parts.append(table(("field", "type", "unit", "what"), rows))
    parts.append("## Commands")
    parts.append(
        "COMMAND_LONG; param7 is the command's id, 1 to 16,777,215, and comes back as result_param2."
    )
    rows = []
    for entry in root.findall("./enums/enum[@name='MAV_CMD']/entry"):
        params = "; ".join(
            f"param{p.attrib['index']}: {p.text.strip().rstrip('.')}" for p in entry.iter("param")
        )
        rows.append((f"`{entry.attrib['name']}`", entry.attrib["value"], f"{text(entry)} {params}".strip()))
    parts.append(table(("command", "number", "what"), rows))
    parts.append("## Values")
    for enum in root.findall("./enums/enum"):
        if enum.attrib["name"] != "MAV_CMD":
            parts.append(f"### {enum.attrib['name']}")
            parts.append(text(enum))
            rows = [(e.attrib["value"], f"`{e.attrib['name']}`", text(e)) for e in enum.iter("entry")]
            parts.append(table(("", "name", "what"), rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def text(element: ET.Element) -> str:
    """Its description."""
    return " ".join((element.findtext("description") or "").split())


def told(field: ET.Element) -> str:
    """What a field holds, with the name of its values."""
    described = " ".join((field.text or "").split())
    return f"{described} See {field.attrib['enum']}." if "enum" in field.attrib else described


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE)
