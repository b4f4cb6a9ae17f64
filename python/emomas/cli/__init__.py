"""The command line: `emomas run`, `chat`, `replay`, `explain`, `simulate`, `scenarios`, `world`, `chart`,
`link`, `model`, `sense`, `train`.

`main` is the entry point; `play` runs conversations with simulated people, `chat` with you; `journals` reads
them back; `catalogue` shows scenarios and the world; `charts` works on statecharts, `link` on
serial ports (`monitor`, `device` and `body` with it), `models` keeps language
models, `sense` shows what is read in
texts, `training` trains the bundled models, `comparison` compares policies. `options` checks what
several of them take, `view` draws on the terminal, `plot` draws pictures.

Exit codes: 0 done; 1 the answer is no (a replay differs, a scenario is bad, a finding fails); 2 wrong usage
or input; 130 interrupted. A reader that closes the pipe ends the program by SIGPIPE (141 in a shell).
"""

from __future__ import annotations

import atexit
import gc
import io
import signal
import sys

from emomas.errors import EmomasError


def main() -> None:
    """Run the command line; errors become one line with a next step."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # On the way out the system frees memory faster than a last collection does (0.04 s for 0.2 s).
    atexit.register(gc.freeze)
    for stream in (sys.stdin, sys.stdout):
        # What an encoding lacks becomes a replacement character, not an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from emomas.cli.app import app

        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except (EmomasError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
