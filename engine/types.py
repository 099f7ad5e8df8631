"""The central types: what a frame, a matte and a repair are, in every part of the engine.

Arrays are C-contiguous, top row first, (H, W) or (H, W, C). Nothing here clamps: scene-referred
pixels below 0 and above 1 are picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

FrameNumber: TypeAlias = int
"""The number in the file name or on the timeline, never a 0-based index."""

Float32: TypeAlias = npt.NDArray[np.float32]
Bool: TypeAlias = npt.NDArray[np.bool_]
AnyArray: TypeAlias = npt.NDArray[Any]

DamageClass: TypeAlias = Literal["blotch", "hair", "scratch", "other"]
DAMAGE_CLASSES: tuple[DamageClass, ...] = ("blotch", "hair", "scratch", "other")
"""blotch: dirt and dust; hair: long or short; scratch: a line along the transport direction, whole or
in dashes; other: splices, tears, lost emulsion, burns, cue marks."""

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class CodeLayout:
    """How the integers (or floats) of `Codes` are to be read.

    `model` "rgb": one plane (H, W, C), channels named in file order, C >= 3, the first three R, G, B.
    `model` "grey": one plane (H, W, C), the first channel luminance, the rest named in `channels`.
    `model` "ycbcr": three or four 2-D planes Y, Cb, Cr[, A]; Cb and Cr are smaller by `subsampling`.
    """

    model: Literal["rgb", "grey", "ycbcr"]
    channels: tuple[str, ...]
    kind: Literal["integer", "half", "float"]
    bits: int
    """Bits that carry the code: 8 .. 16 for integers (codes 0 .. 2**bits - 1), 16 half, 32 float."""
    subsampling: tuple[int, int] = (1, 1)
    """Luma pixels per chroma sample, (horizontal, vertical): 4:2:2 is (2, 1), 4:2:0 is (2, 2)."""
    matrix: Literal["bt601", "bt709", "bt2020"] = "bt709"
    full_range: bool = True
    """False for video ("limited") range: Y 16..235, Cb and Cr 16..240, times 2**(bits - 8)."""


@dataclass(frozen=True, eq=False)
class Codes:
    """The untouched code values of one frame, exactly as the file holds them.

    Integer codes are stored in uint8 (8 bits) or uint16 (more) at their own depth: a 10-bit code is
    0 .. 1023 in the low bits. Half is float16, float is float32.
    """

    planes: tuple[AnyArray, ...]
    layout: CodeLayout

    @property
    def height(self) -> int:
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        return int(self.planes[0].shape[1])


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame of a clip: its code values as the file holds them.

    `metadata` is what the source's format needs to write the frame back (header attributes,
    timestamps); only `engine.media` looks inside.
    """

    number: FrameNumber
    codes: Codes
    metadata: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, eq=False)
class WorkingFrame:
    """A frame with what every stage needs of it, made once per frame and kept in the frame cache.

    `colour_space` is the OCIO name of the source encoding (a fact about the job: few files say).
    `encoded` is (H, W, 3) float32 in the model encoding (ACEScct), not clamped. `key` names the
    content (code values and colour space): two frames with one key are the same picture.
    """

    frame: Frame
    colour_space: str
    encoded: Float32
    key: str

    @property
    def number(self) -> FrameNumber:
        return self.frame.number

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return int(self.encoded.shape[0]), int(self.encoded.shape[1])

    @cached_property
    def finite(self) -> bool:
        """Whether no sample of `encoded` is infinite or no number; five windows ask, one looks."""
        with np.errstate(invalid="ignore"):
            return bool(np.isfinite(self.encoded.sum()))


@dataclass(frozen=True, eq=False)
class DamageMatte:
    """Where the damage is: `coverage` (H, W) float32, 0 = untouched, 1 = wholly damaged.

    `classes` holds the same kind of plane per damage class. From a detector the values are
    probabilities; from matte clean-up they are the soft coverage the repair composites with.
    `suspected` (H, W), where it is known: what may be damaged although it is in no matte. It is not changed,
    and nothing is filled from it.
    """

    coverage: Float32
    classes: Mapping[DamageClass, Float32] = field(default_factory=lambda: MappingProxyType({}))
    origin: str = "detected"
    suspected: Bool | None = None

    @property
    def left_out(self) -> float:
        """The fraction of the pixels that are suspected and not covered, 0..1."""
        if self.suspected is None:
            return 0.0
        return float(np.count_nonzero(self.suspected & (self.coverage == 0)) / self.coverage.size)


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels: rows `top` .. `bottom - 1`, columns `left` .. `right - 1`."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def grown(self, margin: int, size: tuple[int, ...]) -> Box:
        """Larger by `margin` on every side, as far as a plane of `size` (height, width) goes."""
        return Box(
            max(self.top - margin, 0),
            max(self.left - margin, 0),
            min(self.bottom + margin, size[0]),
            min(self.right + margin, size[1]),
        )


@dataclass(frozen=True, eq=False)
class FillTile:
    """The repaired picture of one tile: `encoded` (h, w, 3) float32 in the model encoding.

    Values count only where the matte is above 0. `source` (h, w) int8 says where each pixel came
    from: a temporal offset (-3 .. 3), `SPATIAL`, `THROUGH`, `LEFT` or `DIFFUSION`. `doubt` (h, w) float32 is
    the RMS error to be expected of the fill in the model encoding, None where the repairer cannot tell.
    """

    box: Box
    encoded: Float32
    source: npt.NDArray[np.int8]
    doubt: Float32 | None = None


SPATIAL = 100
"""`FillTile.source` of a pixel that was filled from its surroundings in the same frame."""

THROUGH = 101
"""`FillTile.source` of a pixel that keeps what shines through its damage, most of all."""

LEFT = 102
"""`FillTile.source` of a pixel that is left as it is: no fill for it can be trusted."""

DIFFUSION = 103
"""`FillTile.source` of a pixel that a diffusion net has painted: picture and grain are made up."""

Fill: TypeAlias = Literal["temporal", "spatial", "through", "diffusion", "mixed", "none"]
"""What a region was filled with: "through" is what shines through the damage, "diffusion" was painted by a
net; "none" left it alone, since the damage is faint and no fill could be trusted."""

AskedFill: TypeAlias = Literal["previous", "next", "spatial", "original", "diffusion"]
ASKED_FILLS: tuple[AskedFill, ...] = ("previous", "next", "spatial", "original", "diffusion")
"""Where a person wants damage filled from: the nearest frame before or after in the shot, its surroundings,
nowhere, so that it is left as it is, or painted by a diffusion net."""


@dataclass(frozen=True)
class DamageRegion:
    """One connected repair, for the report: where it is, what it was taken for, what filled it."""

    box: Box
    area: int
    damage_class: DamageClass
    confidence: float
    fill: Fill


@dataclass(frozen=True)
class FrameReport:
    """One line of the render report. `damaged` is the fraction of the pixels the matte touches, 0 .. 1."""

    number: FrameNumber
    damaged: float
    regions: tuple[DamageRegion, ...]
    neighbours: tuple[int, ...]
    """Offsets of the neighbours that were there to take picture from, e.g. (-1, 1, 2)."""
    seconds: Mapping[str, float]
    duplicate_of: FrameNumber | None = None
    """The frame before, where it holds the same code values; dirt on both looks like picture."""
    copy_of: FrameNumber | None = None
    """The frame shown in the place of one that the clip lacks; None for a frame that is there."""
    suspected: float = 0.0
    """Fraction of the pixels that are likelier damaged than not and were left as they are, 0 .. 1."""


@dataclass(frozen=True, eq=False)
class RepairResult:
    frame: Frame
    matte: DamageMatte
    report: FrameReport
