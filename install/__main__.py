"""Start of `python3 install ...` and `python3 -m install ...`.

Kept to what Python 3.6 can read, so that an older version is told what is missing.
"""

import sys
from pathlib import Path

MINIMUM = (3, 11)


def start() -> int:
    """Run the command line; returns its exit code."""
    if sys.version_info < MINIMUM:
        sys.stderr.write(too_old())
        return 1
    if not __package__:
        # `python3 install` puts this folder on the path, where its modules would stand in for others'.
        sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from install.command import main

    return main(sys.argv[1:])


def too_old() -> str:
    needed = ".".join(str(part) for part in MINIMUM)
    return (
        f"Reelmend needs Python {needed} or later, and this is Python {sys.version.split()[0]} "
        f"({sys.executable}). Start it with a later one, for example: python{needed} install demo\n"
    )


if __name__ == "__main__":
    raise SystemExit(start())
