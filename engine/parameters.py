"""The one table of picture parameters.

Command-line flags, host parameters, requests to the server, scripts and pages are all made from
`PARAMETERS`; an `id` never changes once released. `Settings` is a validated set of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from engine.errors import ParameterError


@dataclass(frozen=True)
class Parameter:
    """One parameter: `minimum`..`maximum` is what is accepted, `display` what a slider shows."""

    id: str
    label: str
    hint: str
    kind: Literal["float", "integer"]
    default: float
    minimum: float
    maximum: float
    display: tuple[float, float]
    unit: str
    group: Literal["detect", "matte", "repair"]


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "sensitivity", "Sensitivity",
        "How readily something is taken for damage: higher finds more and risks more false alarms.",
        "float", 0.5, 0.0, 1.0, (0.0, 1.0), "", "detect",
    ),
    Parameter(
        "minimum_area", "Minimum area",
        "Detections smaller than this are left alone.",
        "integer", 2, 0, 1_000_000, (0, 200), "px²", "matte",
    ),
    Parameter(
        "dilation", "Dilation",
        "How far the matte reaches past the detected edge, which already holds the visible soft rims.",
        "float", 0.0, 0.0, 32.0, (0.0, 8.0), "px", "matte",
    ),
    Parameter(
        "feather", "Feather",
        "Width of the soft edge inside the dilated matte; needs a dilation.",
        "float", 0.0, 0.0, 32.0, (0.0, 8.0), "px", "matte",
    ),
    Parameter(
        "radius", "Temporal radius",
        "How many frames on either side the repair may take picture from; 0 repairs from the frame alone.",
        "integer", 2, 0, 3, (0, 3), "frames", "repair",
    ),
    Parameter(
        "grain", "Grain",
        "Grain given to the repaired area, as a multiple of the grain around it.",
        "float", 1.0, 0.0, 2.0, (0.0, 2.0), "x", "repair",
    ),
)  # fmt: skip

BY_ID: Mapping[str, Parameter] = {p.id: p for p in PARAMETERS}


@dataclass(frozen=True)
class Settings:
    """Values for every parameter; make one with `Settings.of` so that it is validated."""

    sensitivity: float = 0.5
    minimum_area: int = 2
    dilation: float = 0.0
    feather: float = 0.0
    radius: int = 2
    grain: float = 1.0

    @staticmethod
    def of(values: Mapping[str, float]) -> Settings:
        """Settings with `values` over the defaults. Raises ParameterError."""
        checked = {name: _checked(name, value) for name, value in values.items()}
        return Settings(**checked)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, float]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _checked(name: str, value: float) -> float:
    parameter = BY_ID.get(name)
    if parameter is None:
        raise ParameterError(f"There is no parameter {name!r}; the parameters are {', '.join(BY_ID)}.")
    if isinstance(value, bool) or not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterError(f"{name} is a number, not {value!r}.")
    if not parameter.minimum <= value <= parameter.maximum:
        limits = f"{parameter.minimum:g} to {parameter.maximum:g} {parameter.unit}".rstrip()
        raise ParameterError(f"{name} is {value:g}; it must be from {limits}.")
    if parameter.kind == "integer":
        if value != int(value):
            raise ParameterError(f"{name} is a whole number, not {value:g}.")
        return int(value)
    return float(value)
