"""The command line: `emomas run`, `chat`, `replay`, `explain`, `simulate`, `scenarios`, `world`, `chart`.

`main` is the entry point; `play` runs conversations, `journals` reads them back, `catalogue` shows scenarios
and the world, `charts` works on statecharts, `comparison` compares policies; `view` draws on the terminal,
`plot` draws pictures.

Exit codes: 0 done; 1 the answer is no (a replay differs, a scenario is bad, a finding fails); 2 wrong usage
or input; 130 interrupted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; errors become one line with a next step."""
    from emomas.cli.app import app
    from emomas.errors import EmomasError

    try:
        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has enough.
        sys.stderr.close()
        sys.exit(0)
    except (EmomasError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
