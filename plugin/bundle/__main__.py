"""`python -m plugin.bundle`: build the OpenFX bundle; `... header`: write the parameters' header."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from plugin.bundle.build import BUNDLE, build
from plugin.bundle.compiler import CompileError
from plugin.bundle.header import HeaderError, header
from plugin.bundle.place import NOTE, PACKAGE
from plugin.bundle.targets import TARGETS, NoTarget, Target, own_target


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask; returns the exit code: 0, 1 failed, 2 usage."""
    if list(arguments) == ["header"]:
        return _header()
    request = _parser().parse_args(arguments)
    try:
        return _build(request.into, _targets(request))
    except (CompileError, NoTarget, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m plugin.bundle",
        description=f"Builds {BUNDLE} with ziglang: for this machine, or for others as well.",
        epilog="python -m plugin.bundle header: from `engine-cli params --json` to plugin/ofx/parameters.h.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--all", action="store_true", help="for every system and processor (minutes the first time)"
    )
    names = [target.name for target in TARGETS]
    which.add_argument("--target", action="append", choices=names, help="for this one; may be given again")
    parser.add_argument(
        "--into",
        type=Path,
        default=PACKAGE,
        metavar="FOLDER",
        help="where to put it (default: beside this package)",
    )
    return parser


def _targets(request: argparse.Namespace) -> tuple[Target, ...]:
    if request.all:
        return TARGETS
    if request.target:
        return tuple(target for target in TARGETS if target.name in request.target)
    return (own_target(),)


def _build(folder: Path, targets: Sequence[Target]) -> int:
    names = ", ".join(target.name for target in targets)
    print(f"Building {BUNDLE} for {names} ... ", end="", flush=True)
    begin = time.monotonic()
    bundle = build(folder, targets)
    (folder / NOTE).unlink(missing_ok=True)
    print(f"{time.monotonic() - begin:.1f} s\n{bundle}")
    return 0


def _header() -> int:
    try:
        sys.stdout.write(header(json.load(sys.stdin)))
    except (HeaderError, ValueError, KeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
