"""From the command line to the exit code."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Sequence

from engine.allocator import steady_memory
from engine.cli import (
    command_demo,
    command_detect,
    command_doctor,
    command_evaluate,
    command_info,
    command_models,
    command_params,
    command_render,
    command_report,
    command_revert,
    command_review,
    command_serve,
    command_verify,
)
from engine.cli.output import PROGRAM, show, show_error
from engine.errors import ReelmendError
from engine.version import __version__

INTERRUPTED = 130
COMMANDS = (
    command_render, command_detect, command_verify, command_revert, command_report, command_evaluate,
    command_info, command_demo, command_models, command_params, command_doctor, command_serve, command_review
)  # fmt: skip


def run(argv: Sequence[str] | None) -> int:
    """What `engine.cli.main` does, once every package is there."""
    steady_memory()
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    logging.basicConfig(
        level=logging.DEBUG if arguments.debug else logging.WARNING,
        format=f"{PROGRAM}: %(message)s",
        stream=sys.stderr,
    )
    return _run(arguments)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Restores damaged film scans: finds dirt, dust, hairs and scratches and repairs them; "
        "every pixel outside the damage keeps its code values.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        _common(command.add_to(commands))
    return parser


def _common(command: argparse.ArgumentParser) -> None:
    # A shortened option would change its meaning with the next option that begins alike.
    command.allow_abbrev = False
    group = command.add_argument_group("output on the terminal")
    group.add_argument("--json", action="store_true", help="one JSON object per line on standard output")
    group.add_argument(
        "--quiet", action="store_true", help="no progress and no summary; errors are still shown"
    )
    group.add_argument("--debug", action="store_true", help="say more on standard error, with tracebacks")


def _run(arguments: argparse.Namespace) -> int:
    """Run the command; every way it can end comes back as an exit code."""
    try:
        result = arguments.run(arguments)
        show(result, arguments.json, arguments.quiet)
        return int(result.exit_code)
    except ReelmendError as error:
        return _failed(error, str(error), error.exit_code, arguments)
    except KeyboardInterrupt as error:
        return _failed(error, "interrupted", INTERRUPTED, arguments)
    except BrokenPipeError:
        # The reader of our output has left (`| head`); give the interpreter's last flush somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _failed(error, _unexpected(error), 1, arguments)


def _failed(error: BaseException, message: str, exit_code: int, arguments: argparse.Namespace) -> int:
    if arguments.debug:
        traceback.print_exception(error)
    show_error(error, message, exit_code, arguments.json)
    return exit_code


def _unexpected(error: Exception) -> str:
    cause = (str(error).strip().splitlines() or ["no message"])[0]
    return f"unexpected {type(error).__name__}: {cause}; run again with --debug for the place in the code."
