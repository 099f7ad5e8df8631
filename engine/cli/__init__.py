"""`engine-cli`: the engine on the command line.

Each command lives in a file of its own, takes the parsed arguments and returns a frozen result;
`engine.cli.output` is the one place that prints a result, as text or as JSON.

Exit codes: 0 done; 1 failure; 2 the request is wrong; 3 some frames failed (they are listed, the
others are written); 130 interrupted, with what was finished until then left valid. A movie cannot
leave a frame out: the first failed frame ends it with 1, and the frames before it are kept in
`NAME.partial.EXT`.

With `--json`, standard output carries one JSON object per line: `engine.report.lines` documents those of a
render; a command that fails writes {"type": "error", "kind", "message", "exit_code"}. Everything
else (progress, logs, the error in words) goes to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; `argv` are the arguments after the program's name."""
    try:
        from engine.cli import program
    except ImportError as error:
        # No command can run, doctor included: the packages it would look for are those it is made of.
        print(
            f"engine-cli: error: {error}; run `python3 install demo` again, or `pip install .[cpu]`.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        # Loading takes a moment, and nobody should be shown where in it the Ctrl-C came.
        print("engine-cli: interrupted", file=sys.stderr)
        return 130
    return program.run(argv)
