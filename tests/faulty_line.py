"""A cable between a bridge and a device that can be pulled, and that damages what goes over it."""

import contextlib
import os
import random
import select
import threading
import tty
from pathlib import Path


class Cable:
    """`path` is the host's end: it hangs up when the cable is pulled, and is back when it is plugged."""

    def __init__(self, device, path, fault=None, share=0.0, seed=0):
        """`fault(share)` makes, for each direction, what turns a piece sent into those that arrive."""
        self._device = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.path, self._rng = Path(path), random.Random(seed)
        self._spoil = [fault(share) if fault else lambda data, rng: [data] for _ in range(2)]
        self._ends = None
        self._stopping = False
        self._lock = threading.Lock()
        self.plug()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def plug(self):
        with self._lock:
            if self._ends is None:
                main, line = os.openpty()
                tty.setraw(line)
                os.set_blocking(main, False)
                self._ends = main, line
                self.path.symlink_to(os.ttyname(line))

    def pull(self):
        with self._lock:
            if self._ends is not None:
                self.path.unlink()
                for end in self._ends:
                    os.close(end)
                self._ends = None

    def _run(self):
        while not self._stopping:
            with self._lock:
                here = [self._device, *(self._ends or ())[:1]]
                ready, _, _ = select.select(here, [], [], 0)
                for end in ready:
                    with contextlib.suppress(OSError):
                        data = os.read(end, 4096)
                        if end == self._device:
                            self._carry(data, here[1:])
                        else:
                            self._carry(data, [self._device])
            select.select([self._device], [], [], 0.001)

    def _carry(self, data, to):
        for piece in self._spoil[to[0] == self._device](data, self._rng) if to else ():
            while piece:
                if select.select([], to, [], 0.1)[1]:
                    piece = piece[os.write(to[0], piece) :]

    def close(self):
        self._stopping = True
        self._thread.join()
        self.pull()
        os.close(self._device)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def frames_of(data):
    """The MAVLink frames in a piece, and what is between them."""
    pieces = []
    while data:
        if data[0] != 0xFD or len(data) < 12:
            end = data.find(b"\xfd", 1)
            end = len(data) if end < 0 else end
        else:
            end = 12 + data[1] + (13 if data[2] & 1 else 0)
        pieces.append(data[:end])
        data = data[end:]
    return pieces


def damaged(share):
    """Damages a byte of `share` of the frames."""

    def spoil(data, rng):
        for frame in frames_of(data):
            piece = bytearray(frame)
            if rng.random() < share:
                piece[rng.randrange(len(piece))] ^= 1 << rng.randrange(8)
            yield bytes(piece)

    return spoil


def shuffled(share):
    """Loses, doubles and swaps `share` of the frames each."""
    held = []

    def spoil(data, rng):
        for frame in frames_of(data):
            luck = rng.random()
            if luck < share:
                continue
            if luck < 2 * share:
                yield frame
            elif luck < 3 * share and not held:
                held.append(frame)  # arrives after the next one
                continue
            yield frame
            if held:
                yield held.pop()

    return spoil
