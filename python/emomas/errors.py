"""Errors of emomas, on Python's own bases; each carries a stable `code`."""


class EmomasError(Exception):
    """Anything that emomas raises."""

    code: str = "emomas"


class ConfigError(EmomasError, ValueError):
    """A policy, personality, name or setting can't be used."""

    code = "config"


class ChartError(EmomasError, ValueError):
    """A statechart is wrong, or was given what it has no place for."""

    code = "chart"


class ScenarioError(EmomasError, ValueError):
    """A scenario or a CSV file is wrong."""

    code = "scenario"


class ObservationError(EmomasError, ValueError):
    """A turn's input is wrong, or there is no turn left."""

    code = "observation"


class SnapshotError(EmomasError, ValueError):
    """Bytes are no snapshot of this version, or damaged."""

    code = "snapshot"


class JournalError(EmomasError, ValueError):
    """A journal is damaged, of another version, or exists already."""

    code = "journal"


class StorageError(EmomasError, OSError):
    """The operating system refused to read or write."""

    code = "io"


class FileMissingError(StorageError, FileNotFoundError):
    """A file isn't there."""


class ModelError(EmomasError, ValueError):
    """A language model is missing, damaged or of an unsupported kind, or a package for it isn't installed."""

    code = "model"


class BusyError(EmomasError, RuntimeError):
    """The speech worker has as many requests waiting as it takes, or is closed."""

    code = "busy"


class BridgeError(EmomasError, OSError):
    """A port can't be opened, or a device can't be used or doesn't answer."""

    code = "bridge"
