"""`engine-cli models`: the models that ship with this version."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from engine.cli.model_facts import ModelFacts, shipped_models
from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.detect.cleanup import sensitivity_of
from engine.inference.model_spec import ModelSpec
from engine.report.lines import JsonObject


@dataclass(frozen=True)
class ModelsResult:
    models: tuple[ModelFacts, ...]

    @property
    def exit_code(self) -> int:
        return 1 if any(facts.problem for facts in self.models) else 0

    def text(self) -> str:
        return "\n\n".join(_told(facts) for facts in self.models) or "No models are installed."

    def as_json(self) -> JsonObject:
        return {"type": "models", "schema": 1, "models": [_as_json(facts) for facts in self.models]}


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("models", help="list the models, and verify them")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> ModelsResult:
    return ModelsResult(shipped_models())


def _told(facts: ModelFacts) -> str:
    entry, spec = facts.entry, facts.spec
    if spec is None:
        return f"{entry.id}\n" + table([("problem", facts.problem)])
    rows = [
        ("purpose", spec.purpose),
        ("version", spec.version),
        ("neighbours", f"{spec.radius} on either side"),
        ("file", str(entry.path)),
        ("sha256", entry.sha256 or ""),
        ("licence", spec.licence),
        ("trained on", spec.trained_on),
        *([("notes", spec.notes)] if spec.notes else []),
    ]
    return f"{entry.id}\n{table(rows)}{_curve(spec)}"


def _curve(spec: ModelSpec) -> str:
    """What the sensitivity trades against what, as measured when the model was made."""
    if not spec.curve:
        return ""
    heading = "\n  sensitivity  threshold  precision  recall  clean pixels hit %  false alarms a 1080p frame"
    rows = [
        f"  {sensitivity_of(p.threshold):11.2f}  {p.threshold:9.3f}  {p.precision:9.3f}  {p.recall:6.3f}"
        f"  {p.false_percent:18.4f}  {p.alarms:27.1f}"
        for p in spec.curve
    ]
    return "\n".join([heading, *rows])


def _as_json(facts: ModelFacts) -> JsonObject:
    entry, spec = facts.entry, facts.spec
    known = {} if spec is None else {
        "purpose": spec.purpose,
        "version": spec.version,
        "radius": spec.radius,
        "licence": spec.licence,
        "trained_on": spec.trained_on,
        "notes": spec.notes,
        "curve": [asdict(point) for point in spec.curve],
    }  # fmt: skip
    identified = {"id": entry.id, "file": str(entry.path), "sha256": entry.sha256, "bytes": entry.size}
    return {**identified, **known, "problem": facts.problem}
