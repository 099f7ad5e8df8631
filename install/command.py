"""The command line of the set-up: `demo`, `test` and `host`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from install.checks import marker_expression, run_checks
from install.environment import Environment, prepare
from install.host import check_bundle, describe, install_nodes, remove_nodes, wanted
from install.host_bundle import built_plugin
from install.host_places import Machine
from install.steps import InstallError, complain, run_openly

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask; returns the exit code: 0, 1 failed, 2 usage, 130 interrupted."""
    own, passed_on = _split(arguments)
    request = parser().parse_args(own)
    try:
        code: int = request.run(request, passed_on)
    except InstallError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; run the same command again to go on.\n")
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of everything before `--`."""
    top = argparse.ArgumentParser(
        prog="python3 install",
        description="Set up Reelmend in .venv beside this folder, then run it. Needs Python 3.11 or later, "
        "its venv module and pip's access to packages; only `host` changes anything outside this folder.",
        epilog="What follows -- is passed on: to engine-cli demo, or to pytest.",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    demo = commands.add_parser("demo", help="set up, then restore a short damaged reel and show where it is")
    demo.add_argument(
        "file", nargs="?", help="a film of your own (its first seconds) in place of the made reel"
    )
    demo.set_defaults(run=_demo)

    test = commands.add_parser("test", help="set up, then run the whole test suite")
    test.add_argument("--slow", action="store_true", help="the tests longer than a minute as well")
    test.add_argument(
        "--train", action="store_true", help="install PyTorch and run the tests of export/ as well"
    )
    test.add_argument(
        "--hosts",
        action="store_true",
        help="try the nodes in a real host as well: MLT's melt, 250 MB from Debian's packages",
    )
    test.set_defaults(run=_test)

    host = commands.add_parser("host", help="put the nodes where Resolve, Natron and other hosts find them")
    describe(host)
    host.set_defaults(run=_host)

    for command in (demo, test, host):
        runtime = command.add_mutually_exclusive_group()
        runtime.add_argument(
            "--gpu", action="store_true", help="ONNX Runtime for NVIDIA GPUs in place of the CPU's"
        )
        runtime.add_argument("--cpu", action="store_true", help="back to the CPU's, after --gpu")
    return top


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    words = list(arguments)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _runtime(request: argparse.Namespace) -> frozenset[str]:
    return frozenset(name for name in ("cpu", "gpu") if getattr(request, name))


def _demo(request: argparse.Namespace, passed_on: Sequence[str]) -> int:
    target = prepare(ROOT, _runtime(request))
    # The demo writes where the user stands, and a relative file is meant from there.
    film = [request.file] if request.file else []
    return run_openly([target.program("engine-cli"), "demo", *film, *passed_on], Path.cwd())


def _test(request: argparse.Namespace, passed_on: Sequence[str]) -> int:
    extras = _runtime(request) | {"test"} | ({"train"} if request.train else set())
    target = prepare(ROOT, extras)
    markers = marker_expression(slow=request.slow, train=request.train)
    return 0 if run_checks(target, ["-m", markers, *passed_on], hosts=request.hosts) else 1


def _host(request: argparse.Namespace, passed_on: Sequence[str]) -> int:
    machine = Machine.this()
    if request.uninstall:
        remove_nodes(request.scope, machine, request.dry_run)
        return 0
    asked = wanted(request, machine)
    if asked.is_dry_run:
        install_nodes(asked, machine, ROOT / "plugin", Environment(ROOT).python)
        return 0
    target = prepare(ROOT, _runtime(request))
    bundle = install_nodes(asked, machine, built_plugin(target), target.python)
    check_bundle(bundle, target.python, ROOT)
    return 0
