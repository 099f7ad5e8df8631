"""The one table of picture parameters.

Command-line flags, host parameters, requests to the server, scripts and pages are all made from
`PARAMETERS`; an `id` never changes once released, nor does the word for a choice. `Settings` is a
validated set of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

from engine.errors import ParameterError

Value: TypeAlias = float | str
"""What a parameter is set to: a number, or the word of a choice."""

Group: TypeAlias = Literal["detect", "matte", "infrared", "repair"]


@dataclass(frozen=True)
class Parameter:
    """One parameter: `minimum`..`maximum` is what is accepted, `display` what a slider shows.

    A choice is set to one of the words in `choices`; its limits count the places in them, from 0.
    """

    id: str
    label: str
    hint: str
    kind: Literal["float", "integer", "choice"]
    default: Value
    minimum: float
    maximum: float
    display: tuple[float, float]
    unit: str
    group: Group
    choices: tuple[str, ...] = ()

    @property
    def accepts(self) -> str:
        """What may be given, in words: "from 0 to 200 px", "one of px, um"."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        return f"from {self.minimum:.9g} to {self.maximum:.9g} {self.unit}".rstrip()

    @property
    def default_text(self) -> str:
        if isinstance(self.default, str):
            return self.default
        return f"{self.default:g} {self.unit}".rstrip()


def _choice(id: str, label: str, hint: str, group: Group, *choices: str) -> Parameter:
    """A choice among words; the first is the default."""
    last = len(choices) - 1
    return Parameter(id, label, hint, "choice", choices[0], 0, last, (0, last), "", group, choices)


def _trim(name: str, label: str) -> Parameter:
    return Parameter(
        f"sensitivity_{name}", f"Sensitivity, {label}",
        f"Added to the sensitivity where the damage is taken for {label}.",
        "float", 0.0, -0.5, 0.5, (-0.5, 0.5), "", "detect",
    )  # fmt: skip


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "sensitivity", "Sensitivity",
        "How readily something is taken for damage: higher finds more and risks more false alarms.",
        "float", 0.2, 0.0, 1.0, (0.0, 1.0), "", "detect",
    ),
    _trim("blotch", "blotches"),
    _trim("hair", "hairs"),
    _trim("scratch", "line scratches"),
    _trim("other", "splices, tears and other damage"),
    Parameter(
        "protect_motion", "Protect motion",
        "How much surer the detector must be where the picture moves fast or the neighbours do not match it.",
        "float", 0.0, 0.0, 1.0, (0.0, 1.0), "", "detect",
    ),
    _choice(
        "single_frame", "Only on one frame",
        "Leave alone what an aligned neighbour shows as well; line scratches are exempt.",
        "detect", "off", "on",
    ),
    _choice(
        "polarity", "Polarity",
        "Repair marks of both kinds, or only those darker or brighter than the neighbours or what is around.",
        "detect", "both", "dark", "bright",
    ),
    Parameter(
        "minimum_area", "Minimum area",
        "Detections smaller than this are left alone.",
        "integer", 2, 0, 1_000_000, (0, 200), "px²", "matte",
    ),
    Parameter(
        "maximum_area", "Maximum area",
        "Detections larger than this are left alone; 0 sets no limit.",
        "integer", 0, 0, 100_000_000, (0, 20_000), "px²", "matte",
    ),
    Parameter(
        "dilation", "Dilation",
        "How far the matte reaches past the detected edge, which already holds the visible soft rims.",
        "float", 0.0, 0.0, 400.0, (0.0, 8.0), "px or µm", "matte",
    ),
    Parameter(
        "feather", "Feather",
        "Width of the soft edge inside the dilated matte; needs a dilation.",
        "float", 0.0, 0.0, 400.0, (0.0, 8.0), "px or µm", "matte",
    ),
    _choice(
        "size_unit", "Unit of sizes",
        "What dilation and feather are given in: pixels, or µm on the film, which need the pixel pitch.",
        "matte", "px", "um",
    ),
    Parameter(
        "pixel_pitch", "Pixel pitch",
        "Width of film that one pixel covers: a 35 mm frame 24.9 mm wide scanned at 4096 px has 6.1; "
        "0 means it is not known.",
        "float", 0.0, 0.0, 1000.0, (0.0, 30.0), "µm", "matte",
    ),
    _choice(
        "matte_mode", "Imported matte",
        "What becomes of an imported or infrared matte: added to the detected one, cut with it, or put in "
        "its place.",
        "matte", "union", "intersect", "replace",
    ),
    _choice(
        "infrared_polarity", "Infrared polarity",
        "Whether dirt is dark or bright in the infrared channel; bright in an inverted scan.",
        "infrared", "dark", "bright",
    ),
    Parameter(
        "infrared_threshold", "Infrared threshold",
        "How far the infrared must leave its background to show dirt, in deviations of its own noise.",
        "float", 6.0, 2.0, 50.0, (3.0, 20.0), "σ", "infrared",
    ),
    _choice(
        "infrared_refused", "Unusable infrared",
        "What to do where the infrared shows the picture, as on silver film: go on without it and say so, "
        "or stop.",
        "infrared", "warn", "error",
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
    Parameter(
        "caution", "Caution",
        "How readily a faint mark is left alone, and reported, because no fill can be trusted; 0 fills all.",
        "float", 0.5, 0.0, 1.0, (0.0, 1.0), "", "repair",
    ),
    _choice(
        "quality", "Quality",
        "fast fills from neighbours and surroundings; best has a net paint what these cannot tell, which "
        "takes longer.",
        "repair", "fast", "best",
    ),
)  # fmt: skip

BY_ID: Mapping[str, Parameter] = {p.id: p for p in PARAMETERS}


@dataclass(frozen=True)
class Settings:
    """Values for every parameter; make one with `Settings.of` so that it is validated."""

    sensitivity: float = 0.2
    sensitivity_blotch: float = 0.0
    sensitivity_hair: float = 0.0
    sensitivity_scratch: float = 0.0
    sensitivity_other: float = 0.0
    protect_motion: float = 0.0
    single_frame: str = "off"
    polarity: str = "both"
    minimum_area: int = 2
    maximum_area: int = 0
    dilation: float = 0.0
    feather: float = 0.0
    size_unit: str = "px"
    pixel_pitch: float = 0.0
    matte_mode: str = "union"
    infrared_polarity: str = "dark"
    infrared_threshold: float = 6.0
    infrared_refused: str = "warn"
    radius: int = 2
    grain: float = 1.0
    caution: float = 0.5
    quality: str = "fast"

    @staticmethod
    def of(values: Mapping[str, Value]) -> Settings:
        """Settings with `values` over the defaults. Raises ParameterError."""
        checked: dict[str, Any] = {name: _checked(name, value) for name, value in values.items()}
        settings = Settings(**checked)
        if settings.size_unit == "um" and settings.pixel_pitch == 0:
            raise ParameterError(
                "size_unit is um, which needs the pixel_pitch in µm, and that is 0; give how much film one "
                "pixel covers, or sizes in px."
            )
        if 0 < settings.maximum_area < settings.minimum_area:
            raise ParameterError(
                f"maximum_area is {settings.maximum_area} and minimum_area {settings.minimum_area}, so that "
                "nothing could be repaired; raise the maximum, or give 0 for none."
            )
        return settings

    def in_pixels(self, size: float) -> float:
        """A dilation or feather of these settings in pixels."""
        return size / self.pixel_pitch if self.size_unit == "um" else size

    def as_dict(self) -> dict[str, Value]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _checked(name: str, value: Value) -> Value:
    parameter = BY_ID.get(name)
    if parameter is None:
        raise ParameterError(f"There is no parameter {name!r}; the parameters are {', '.join(BY_ID)}.")
    if parameter.kind == "choice":
        if value not in parameter.choices:
            raise ParameterError(f"{name} is {value!r}; it must be {parameter.accepts}.")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(f"{name} is a number, not {value!r}.")
    if not parameter.minimum <= value <= parameter.maximum:
        raise ParameterError(f"{name} is {value:g}; it must be {parameter.accepts}.")
    if parameter.kind == "integer":
        if value != int(value):
            raise ParameterError(f"{name} is a whole number, not {value:g}.")
        return int(value)
    return float(value)
