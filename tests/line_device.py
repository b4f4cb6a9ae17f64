"""A kiosk that speaks plain lines, in a few lines of its own: no code of the host's in it."""

import json
import os
import threading
import time
import tty
import zlib


class LineDevice:
    """Behind a pseudo-terminal at `path`; `heard` are the messages it took."""

    def __init__(self, nonce=77, text_bytes=120):
        self._main, line = os.openpty()
        tty.setraw(line)
        self._line, self.path = line, os.ttyname(line)
        self.nonce, self.text_bytes = nonce, text_bytes
        self.heard, self.refused = [], 0
        self.state, self.reason = "boot", "boot"
        self.echo = 0
        self.quiet = False
        self.answers = {}
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, **message):
        body = json.dumps(message).encode()
        os.write(self._main, body + f"\t{zlib.crc32(body):08x}\n".encode())

    def raw(self, data):
        os.write(self._main, data)

    def hello(self):
        self.send(
            type="hello",
            boot_nonce=self.nonce,
            echo_nonce=self.echo,
            firmware="3.1",
            capabilities=["screen", "input"],
            deadman_ms=500,
            text_bytes=self.text_bytes,
            uid="kiosk-7",
        )

    def _run(self):
        os.set_blocking(self._main, False)
        data, beat = b"", 0.0
        while self._running:
            try:
                data += os.read(self._main, 4096)
            except BlockingIOError:
                time.sleep(0.002)
            *lines, data = data.split(b"\n")
            for line in lines:
                self._take(line)
            if time.monotonic() - beat > 0.1 and not self.quiet:
                beat = time.monotonic()
                self.send(type="safety", state=self.state, reason=self.reason)

    def _take(self, line):
        body, _, check = line.rpartition(b"\t")
        if int(check, 16) != zlib.crc32(body):
            self.refused += 1
            return
        message = json.loads(body)
        self.heard.append(message)
        kind = message["type"]
        if kind == "hello":
            self.echo = message["boot_nonce"]
            if message["echo_nonce"] != self.nonce or not self.quiet:
                self.hello()
        elif kind == "ping":
            self.send(type="pong", seq=message["seq"])
        elif kind == "estop":
            self.state, self.reason = "stopped", "estop_host"
        elif kind == "command":
            if message["id"] not in self.answers:
                self.answers[message["id"]] = self._obey(message)
            state, why = self.answers[message["id"]]
            self.send(type="ack", id=message["id"], state=state, progress=100, why=why)

    def _obey(self, message):
        if message["command"] == "arm":
            if message["nonce"] != self.nonce or (self.state == "stopped" and not message["release"]):
                return "failed", "denied"
            self.state, self.reason = "armed", "none"
        elif message["command"] == "disarm":
            self.state, self.reason = "safe", "host_order"
        elif message["command"] == "gesture":
            return "failed", "unsupported"
        return "done", ""

    def got(self, kind):
        return [message for message in list(self.heard) if message["type"] == kind]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running = False
        self._thread.join()
        os.close(self._main)
        os.close(self._line)
