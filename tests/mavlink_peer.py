"""The dialect in pymavlink, as an independent peer: its codec, and a device that answers as firmware does."""

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pymavlink.generator import mavgen, mavparse

DIALECT = Path(__file__).parent.parent / "firmware_bridge" / "dialect" / "emomas.xml"
HOST, DEVICE = (255, 191), (1, 1)
KEY = bytes(range(32))
EPOCH_US = 1_420_070_400_000_000
"""2015-01-01, where the time in signatures starts, since 1970."""


@lru_cache(maxsize=1)
def dialect():
    """pymavlink's module for the dialect, generated now."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "emomas_dialect.py"
        options = mavgen.Opts(
            str(path.with_suffix("")),
            wire_protocol=mavparse.PROTOCOL_2_0,
            language="Python3",
            validate=False,
            strict_units=False,
        )
        mavgen.mavgen(options, [str(DIALECT)])
        spec = importlib.util.spec_from_file_location("emomas_dialect", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["emomas_dialect"] = module
        spec.loader.exec_module(module)
    return module


class Peer:
    """A device: bytes in, messages out, and the other way round. `unix_us` is its clock."""

    def __init__(self, key=None, nonce=0x1234_5678, unix_us=EPOCH_US, sender=DEVICE):
        self.mav = dialect().MAVLink(None, *sender)
        self.mav.robust_parsing = True
        self.nonce, self.host, self.key = nonce, 0, key
        if key is not None:
            signing = self.mav.signing
            signing.secret_key, signing.sign_outgoing, signing.link_id = key, True, 0
            signing.timestamp = (unix_us - EPOCH_US) // 10

    def pack(self, name, **fields):
        """The bytes of one message."""
        module = dialect()
        message = module.mavlink_map[getattr(module, f"MAVLINK_MSG_ID_{name}")](**fields)
        packed = bytes(message.pack(self.mav))
        self.mav.seq = (self.mav.seq + 1) % 256
        return packed

    def read(self, data):
        """The messages in `data`."""
        return [m for m in self.mav.parse_buffer(bytes(data)) or [] if m.get_type() != "BAD_DATA"]

    def hello(self, dialect_hash, **changed):
        """Who it is; echoes the host's nonce once heard."""
        fields = {
            "dialect_hash": dialect_hash,
            "boot_nonce": self.nonce,
            "echo_nonce": self.host,
            "capabilities": 127,
            "firmware_version": 0x010203,
            "deadman_ms": 250,
            "text_bytes": 400,
            "uid": list(range(12)),
        }
        return self.pack("EMOMAS_HELLO", **{**fields, **changed})

    def safety(self, state=0, reason=1, **changed):
        """Its safety state."""
        names = dialect().MAVLink_emomas_safety_state_message.fieldnames
        fields = dict.fromkeys(names, 0) | {"boot_nonce": self.nonce, "state": state, "reason": reason}
        return self.pack("EMOMAS_SAFETY_STATE", **{**fields, **changed})
