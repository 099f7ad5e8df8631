"""`python -m plugin.host check [BUNDLE]`: whether it loads, describes itself and renders.

`python -m plugin.host describe [BUNDLE]`: its nodes, clips and parameters, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from plugin.host.check import INSTALL, Finding, check
from plugin.host.errors import HostError
from plugin.host.host import Host, Plugin
from plugin.host.parameters import Parameter
from plugin.host.search import installed_bundle


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask; returns the exit code: 0, 1 something is wrong, 2 usage."""
    request = _parser().parse_args(arguments)
    try:
        bundle = request.bundle or installed_bundle()
        return _check(check(bundle), request.json) if request.action == "check" else _describe(bundle)
    except HostError as error:
        return _refused(error, request.action == "check" and request.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plugin.host", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for name, help in (("check", "load, describe and render"), ("describe", "print what is in it, as JSON")):
        action = actions.add_parser(name, help=help)
        action.add_argument(
            "bundle",
            type=Path,
            nargs="?",
            help="NAME.ofx.bundle (default: the installed one, as hosts find it)",
        )
        if name == "check":
            action.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _refused(error: HostError, as_json: bool) -> int:
    if as_json:
        return _check((Finding("bundle", str(error), INSTALL),), as_json)
    sys.stderr.write(f"{error}\n")
    return 1


def _check(findings: Sequence[Finding], as_json: bool) -> int:
    well = all(finding.ok for finding in findings)
    if as_json:
        told = [{**asdict(finding), "ok": finding.ok} for finding in findings]
        print(json.dumps({"type": "plugin_check", "schema": 1, "ok": well, "findings": told}))
    else:
        print("\n".join(line for finding in findings for line in _lines(finding)))
    return 0 if well else 1


def _lines(finding: Finding) -> list[str]:
    line = f"{'ok   ' if finding.ok else 'WRONG'}  {finding.name}: {finding.detail}"
    return [line] if finding.ok else [line, f"       remedy: {finding.remedy}"]


def _describe(bundle: Path) -> int:
    with Host() as host:
        print(json.dumps([_plugin(plugin) for plugin in host.open(bundle)], indent=2))
    return 0


def _plugin(plugin: Plugin) -> dict[str, object]:
    effect = plugin.describe_in("General")
    return {
        "identifier": plugin.identifier,
        "version": ".".join(str(part) for part in plugin.version),
        "label": effect.properties.value("OfxPropLabel", ""),
        "clips": list(effect.clips),
        "parameters": [_parameter(parameter) for parameter in effect.parameters],
    }


def _parameter(parameter: Parameter) -> dict[str, object]:
    """A parameter as in `engine-cli params --json`, as far as OpenFX knows of it."""
    told: dict[str, object] = {
        "id": parameter.name,
        "kind": parameter.kind,
        "label": parameter.properties.value("OfxPropLabel", ""),
    }
    if parameter.count:
        told["default"] = list(parameter.default)
    if parameter.choices:
        told["choices"] = list(parameter.choices)
    return told


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
