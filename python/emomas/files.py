"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from emomas.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file to write beside `path`, which takes its place once all of it is on disk.

    If anything goes wrong, `path` stays as it was; StorageError names it. Devices and pipes are written
    directly.
    """
    direct = path.parent == Path("/dev") or (path.exists() and not path.is_file())
    target = path if direct else Path(os.path.realpath(path))
    part = target if direct else target.with_name(f".emomas-{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        if not direct:
            with part.open("rb") as file:
                os.fsync(file.fileno())  # else a power cut may leave the new name on an empty file
            part.replace(target)
            _sync_folder(target.parent)
    except OSError as error:
        # The last part of a message is the system's reason; what precedes it may name another file.
        reason = error.strerror or str(error).rpartition(": ")[2]
        raise StorageError(f"{path}: can't be written: {reason}") from error
    finally:
        if not direct:
            with suppress(OSError):
                part.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
