"""Keys of paired devices, in a file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from emomas.errors import BridgeError
from emomas.files import whole

KEY_BYTES = 32


def keys_file() -> Path:
    """$EMOMAS_KEYS, else emomas/keys.json in the user's folder for settings."""
    named = os.environ.get("EMOMAS_KEYS")
    if named:
        return Path(named)
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "emomas" / "keys.json"


def stored_keys() -> dict[str, bytes]:
    """The key of each paired device, by its uid; raises BridgeError."""
    path = keys_file()
    try:
        stored = json.loads(path.read_bytes())
        keys = {str(uid): bytes.fromhex(key) for uid, key in stored.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BridgeError(
            f"{path}: can't be read ({error}): mend it, or delete it and pair the devices anew"
        ) from error
    for uid, key in keys.items():
        if len(key) != KEY_BYTES:
            raise BridgeError(f"{path}: the key of {uid} has {len(key)} bytes: it must have {KEY_BYTES}")
    return keys


def store_key(uid: str, key: bytes) -> None:
    """Keep a device's key; raises BridgeError or StorageError."""
    keys = {**stored_keys(), uid: key}
    with whole(keys_file()) as part:
        part.touch(mode=0o600)
        part.write_text(json.dumps({uid: key.hex() for uid, key in keys.items()}, indent=2) + "\n")


def new_key() -> bytes:
    """32 bytes that nobody can guess."""
    return secrets.token_bytes(KEY_BYTES)
