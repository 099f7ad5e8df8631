"""What `engine-cli evaluate` found, for people and for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.evaluate.clips import Role
from engine.evaluate.compare import ClipScore, FrameScore, Rule
from engine.evaluate.plates import PlateErrors
from engine.report.lines import JsonObject

_DIGITS = {
    "emd": 2, "emd_diagonal": 5, "false_alarms": 1, "marks": 1, "missed": 1, "altered": 4,
    "masked_psnr": 2, "full_psnr": 2, "source_masked_psnr": 2, "source_full_psnr": 2,
}  # fmt: skip
"""Decimals on the terminal; three for all others."""
_UNITS = {
    "emd": "px", "emd_diagonal": "of the diagonal", "altered": "% of the undamaged pixels",
    "masked_psnr": "dB", "full_psnr": "dB", "source_masked_psnr": "dB", "source_full_psnr": "dB",
}  # fmt: skip
_PER_FRAME = ("false_alarms", "marks", "missed")
_COLUMNS = ("precision", "recall", "accuracy", "dice", "iou", "f1_near", "emd", "false_alarms", "missed")


@dataclass(frozen=True)
class EvaluateResult:
    """`size` is (width, height) of every clip in `targets`; `overlay` the folder the overlays went to."""

    targets: Mapping[Role, str]
    size: tuple[int, int]
    rule: Rule
    frames: tuple[FrameScore, ...]
    overall: ClipScore
    overlay: Path | None
    exit_code: int = 0

    def text(self) -> str:
        lines = [
            f"{self.targets['RESULT']} against {self.targets['TRUTH']}",
            "",
            *self._table(),
            "",
            "overall",
        ]
        for name, value in self._figures(self.overall).items():
            unit = "a frame" if name in _PER_FRAME else _UNITS.get(name, "")
            lines.append(f"  {self._title(name):<19} {_shown(name, value):>9}  {unit}".rstrip())
        if self.overlay is not None:
            lines += ["", f"overlays in {self.overlay}"]
        return "\n".join(lines)

    def as_json(self) -> JsonObject:
        """Figures without a meaning are null; PSNR of plates that are the same is null as well."""
        return {
            "type": "evaluate",
            "schema": 1,
            "clips": {role.removeprefix("--").lower(): target for role, target in self.targets.items()},
            "size": list(self.size),
            "threshold": self.rule.threshold,
            "tolerance": self.rule.tolerance,
            "overlay": None if self.overlay is None else str(self.overlay),
            "overall": {"frames": self.overall.frames, **self._figures(self.overall)},
            "frames": [{"number": score.number, **self._figures(score)} for score in self.frames],
        }

    def _figures(self, score: FrameScore | ClipScore) -> dict[str, float | None]:
        strict, near = score.strict, score.near
        diagonal = math.hypot(*self.size)
        return {
            "precision": strict.precision if strict.found else None,
            "recall": strict.recall if strict.visible else None,
            "accuracy": strict.accuracy,
            "dice": strict.dice,
            "iou": strict.iou,
            "precision_near": near.precision if near.found else None,
            "recall_near": near.recall if near.visible else None,
            "f1_near": near.f1,
            "emd": score.emd,
            "emd_diagonal": None if score.emd is None else score.emd / diagonal,
            "false_alarms": score.false_alarms,
            "marks": score.marks,
            "missed": score.missed,
            **self._plate_figures(score.plates),
        }

    def _plate_figures(self, errors: PlateErrors) -> dict[str, float | None]:
        given = self.targets.keys()
        figures: dict[str, float | None] = {}
        if given >= {"--restored", "--clean"}:
            figures |= {"masked_psnr": errors.masked.psnr, "full_psnr": errors.full.psnr}
        if given >= {"--source", "--clean"}:
            before = {
                "source_masked_psnr": errors.before_masked.psnr,
                "source_full_psnr": errors.before_full.psnr,
            }
            figures |= before
        if given >= {"--source", "--restored"}:
            figures["altered"] = 100 * errors.altered / errors.sound if errors.sound else None
        return figures

    def _table(self) -> list[str]:
        titles = [self._title(name) for name in _COLUMNS]
        rows = [["frame", *titles]]
        for score in self.frames:
            figures = self._figures(score)
            rows.append([str(score.number), *(_shown(name, figures[name]) for name in _COLUMNS)])
        widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        return ["  ".join(f"{cell:>{w}}" for cell, w in zip(row, widths, strict=True)) for row in rows]

    def _title(self, name: str) -> str:
        within = f"{self.rule.tolerance} px"
        words = {"iou": "IoU", "dice": "Dice (F1)", "emd": "EMD", "emd_diagonal": "EMD"}
        return words.get(
            name,
            name.replace("_near", f" {within}").replace("_", " ").replace("f1", "F1").replace("psnr", "PSNR"),
        )


def _shown(name: str, value: float | None) -> str:
    return "-" if value is None else f"{value:.{_DIGITS.get(name, 3)}f}"
