"""`engine-cli doctor`: whether everything that a render needs is there and works."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from engine.cli import doctor_checks as checks
from engine.cli.doctor_checks import Finding
from engine.cli.doctor_plugin import add_plugin_option, check_plugin
from engine.cli.parsers import Commands
from engine.cli.render_options import add_engine_options
from engine.report.lines import JsonObject


@dataclass(frozen=True)
class DoctorResult:
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        return 0 if all(finding.ok for finding in self.findings) else 1

    def text(self) -> str:
        lines = [line for finding in self.findings for line in _told(finding)]
        verdict = "Everything is there." if self.exit_code == 0 else "Something is wrong; see above."
        return "\n".join([*lines, verdict])

    def as_json(self) -> JsonObject:
        findings = [{**asdict(finding), "ok": finding.ok} for finding in self.findings]
        return {"type": "doctor", "schema": 1, "ok": self.exit_code == 0, "findings": findings}


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("doctor", help="check the installation, with a remedy for what is wrong")
    add_engine_options(parser)
    add_plugin_option(parser)
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> DoctorResult:
    return DoctorResult(
        (
            checks.check_python(),
            checks.check_packages(),
            checks.check_runtime(),
            checks.check_codecs(),
            checks.check_temporary_folder(),
            checks.check_colour(),
            *checks.check_models(),
            checks.check_inference(arguments.model, arguments.device),
            *check_plugin(arguments),
        )
    )


def _told(finding: Finding) -> list[str]:
    line = f"{'ok   ' if finding.ok else 'WRONG'}  {finding.name}: {finding.detail}"
    return [line] if finding.ok else [line, f"       remedy: {finding.remedy}"]
