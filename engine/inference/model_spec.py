"""What a net is, told by the net itself: the text under `reelmend.spec` in its ONNX metadata.

Export writes it and the engine reads it, so this module imports neither torch nor onnxruntime. The
sha256 of a model is not in here, because a file cannot hold its own: see `engine/models/models.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Literal, TypeAlias, cast

from engine.errors import ModelError

METADATA_KEY = "reelmend.spec"
SCHEMA = 1
"""Raised whenever a reader of the older text would misread the newer one."""

Purpose: TypeAlias = Literal["detect", "repair"]
_REMEDY = "export the model again with this version of Reelmend"


@dataclass(frozen=True)
class TensorSpec:
    """One input or output: (N, C, H, W) planes, N frames at once, H x W the same for all of a model.

    `meaning` names each channel ("centre.r", "damage", ...), C = len(meaning). `pictures` are those of
    them that hold picture in the model encoding: the ones the model's `encoding_range` is for. With a
    `scale` above 1 a plane is that much coarser than the frame, H and W being those of the frame.
    """

    name: str
    meaning: tuple[str, ...]
    pictures: tuple[str, ...] = ()
    layout: Literal["NCHW"] = "NCHW"
    dtype: Literal["float32"] = "float32"
    scale: int = 1

    @property
    def channels(self) -> int:
        return len(self.meaning)


@dataclass(frozen=True)
class OperatingPoint:
    """What a detector does at one probability threshold, as measured by `export.evaluate.operating`.

    `precision` and `recall` are 0..1, of visibly damaged pixels; `false_percent` is per cent of the pixels
    of undamaged clips that are hit, `alarms` the connected false detections in a 1080p frame of these.
    """

    threshold: float
    precision: float
    recall: float
    false_percent: float
    alarms: float


@dataclass(frozen=True)
class ModelSpec:
    """Everything the engine must know to run a net rightly. Raises ModelError where it contradicts itself."""

    id: str
    version: str
    purpose: Purpose
    radius: int
    """Neighbours on either side that the inputs hold."""
    encoding: Literal["ACEScct"]
    encoding_range: tuple[float, float] | None
    """Bounds the picture channels are clamped to once, in the session; None: not clamped."""
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    size_multiple: int
    """Height and width must be multiples of this (the session pads and crops)."""
    tile: int
    """Largest side in pixels that is run at once; a multiple of `size_multiple`."""
    overlap: int
    """Pixels that are cut away at the inner edges of a tile, a multiple of `size_multiple`: at least
    the radius of the receptive field, so that tiles give what the whole frame would give."""
    licence: str
    trained_on: str
    notes: str = ""
    curve: tuple[OperatingPoint, ...] = ()
    """Along which the sensitivity moves, by rising threshold; none for what is no detector."""

    def __post_init__(self) -> None:
        for key, complaint in _contradictions(self):
            raise ModelError(f"The spec of model {self.id!r} is wrong in {key!r}: {complaint}; {_REMEDY}.")

    def to_json(self) -> str:
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, sort_keys=True)

    @staticmethod
    def from_json(text: str, file: str) -> ModelSpec:
        """Read a spec strictly: every key, no other, each of its type. Raises ModelError naming `file`."""
        try:
            table = json.loads(text)
        except ValueError as error:
            raise ModelError(f"{file}: its {METADATA_KEY} is not JSON ({error}); {_REMEDY}.") from error
        reader = _Reader(file)
        spec = reader.table(table, "the spec")
        reader.schema(spec.pop("schema", None))
        return reader.model(spec)


@dataclass(frozen=True)
class _Reader:
    """Turns parsed JSON into specs; every complaint names the file and the key."""

    file: str

    def model(self, table: dict[str, Any]) -> ModelSpec:
        self.keys(table, ModelSpec, "the spec")
        values = {key: self.value(table, key, _READERS[key]) for key in table if key in _READERS}
        for key in ("inputs", "outputs"):
            entries = self.value(table, key, _rows)
            values[key] = tuple(self.tensor(row, f"{key}[{n}]") for n, row in enumerate(entries))
        points = self.value(table, "curve", _rows) if "curve" in table else ()
        values["curve"] = tuple(self.point(row, f"curve[{n}]") for n, row in enumerate(points))
        try:
            return ModelSpec(**values)
        except ModelError as error:
            raise ModelError(f"{self.file}: {error}") from error

    def tensor(self, row: object, place: str) -> TensorSpec:
        table = self.table(row, place)
        self.keys(table, TensorSpec, place)
        return TensorSpec(**{key: self.value(table, key, _TENSOR_READERS[key]) for key in table})

    def point(self, row: object, place: str) -> OperatingPoint:
        table = self.table(row, place)
        self.keys(table, OperatingPoint, place)
        return OperatingPoint(**{key: self.value(table, key, _number) for key in table})

    def schema(self, number: object) -> None:
        if number != SCHEMA:
            raise ModelError(
                f"{self.file}: its spec has schema {number!r}, this version of Reelmend reads {SCHEMA}; "
                f"{_REMEDY}, or update Reelmend."
            )

    def table(self, value: object, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ModelError(f"{self.file}: {place} must be a table of keys, not {value!r}; {_REMEDY}.")
        return dict(cast(Mapping[str, Any], value))

    def keys(self, table: Mapping[str, Any], kind: type, place: str) -> None:
        known = {field.name for field in fields(kind)}
        optional = {"notes", "curve", "pictures", "layout", "dtype", "scale"}
        missing, unknown = known - optional - table.keys(), table.keys() - known
        if missing or unknown:
            wrong = "lacks " + ", ".join(sorted(missing)) if missing else "has " + ", ".join(sorted(unknown))
            raise ModelError(f"{self.file}: {place} {wrong}, which does not fit schema {SCHEMA}; {_REMEDY}.")

    def value(self, table: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
        try:
            return read(table[key])
        except (TypeError, ValueError) as error:
            raise ModelError(f"{self.file}: {key!r} is {table[key]!r}, {error}; {_REMEDY}.") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("which is not a text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("which is not a whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("which is not a number")
    return float(value)


def _rows(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError("which is not a list")
    return tuple(cast(list[Any], value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _rows(value))


def _range(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    bounds = _rows(value)
    if len(bounds) != 2 or any(isinstance(b, bool) or not isinstance(b, int | float) for b in bounds):
        raise ValueError("which is neither null nor two numbers")
    return float(bounds[0]), float(bounds[1])


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("id", "version", "purpose", "encoding", "licence", "trained_on", "notes"), _text),
    **dict.fromkeys(("radius", "size_multiple", "tile", "overlap"), _whole),
    "encoding_range": _range,
}
_TENSOR_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("name", "layout", "dtype"), _text),
    **dict.fromkeys(("meaning", "pictures"), _texts),
    "scale": _whole,
}


def _contradictions(spec: ModelSpec) -> list[tuple[str, str]]:
    """What is wrong with the values, as (key, complaint)."""
    multiple = spec.size_multiple
    bounds = spec.encoding_range
    tensors = (*spec.inputs, *spec.outputs)
    names = [tensor.name for tensor in tensors]
    rules = [
        ("id", spec.id != "", "it is empty"),
        ("version", spec.version != "", "it is empty"),
        ("licence", spec.licence != "", "it is empty"),
        ("trained_on", spec.trained_on != "", "it is empty"),
        ("purpose", spec.purpose in ("detect", "repair"), f"it is detect or repair, not {spec.purpose!r}"),
        ("encoding", spec.encoding == "ACEScct", f"it is ACEScct, not {spec.encoding!r}"),
        ("radius", spec.radius >= 0, f"{spec.radius} is below 0"),
        ("encoding_range", bounds is None or bounds[0] < bounds[1], f"{bounds} does not rise"),
        ("size_multiple", multiple >= 1, f"{multiple} is below 1"),
        ("overlap", multiple >= 1 and spec.overlap >= 0 and spec.overlap % multiple == 0,
         f"{spec.overlap} is no multiple of {multiple}"),
        ("tile", multiple >= 1 and spec.tile % multiple == 0 and spec.tile > 2 * spec.overlap,
         f"{spec.tile} is no multiple of {multiple} above twice the overlap of {spec.overlap}"),
        ("inputs", len(spec.inputs) > 0, "there are none"),
        ("outputs", len(spec.outputs) > 0, "there are none"),
        ("inputs", len(set(names)) == len(names), "a name is used twice"),
        ("curve", all(a.threshold < b.threshold for a, b in pairwise(spec.curve)),
         "its thresholds do not rise"),
    ]  # fmt: skip
    rules += [rule for tensor in tensors for rule in _tensor_rules(tensor)]
    rules += [
        (f"{tensor.name} scale", tensor.scale >= 1 and spec.size_multiple % max(tensor.scale, 1) == 0,
         f"{tensor.scale} does not divide the size_multiple of {spec.size_multiple}")
        for tensor in spec.outputs
    ]  # fmt: skip
    rules += [
        (f"{tensor.name} scale", tensor.scale == 1, "inputs are as fine as the frame")
        for tensor in spec.inputs
    ]
    return [(key, complaint) for key, holds, complaint in rules if not holds]


def _tensor_rules(tensor: TensorSpec) -> list[tuple[str, bool, str]]:
    strangers = sorted(set(tensor.pictures) - set(tensor.meaning))
    place = f"{tensor.name} "
    return [
        (place + "layout", tensor.layout == "NCHW", f"it is NCHW, not {tensor.layout!r}"),
        (place + "dtype", tensor.dtype == "float32", f"it is float32, not {tensor.dtype!r}"),
        (place + "meaning", tensor.channels > 0, "it names no channel"),
        (place + "meaning", len(set(tensor.meaning)) == tensor.channels, "a channel is named twice"),
        (place + "pictures", not strangers, f"{', '.join(strangers)} is not in its meaning"),
    ]
