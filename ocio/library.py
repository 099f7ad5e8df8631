"""The part of OpenColorIO that is used here, with the types that the library itself does not ship."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import PyOpenColorIO  # pyright: ignore[reportMissingTypeStubs]

_library: Any = PyOpenColorIO

LibraryError: type[Exception] = _library.Exception

Transform: TypeAlias = Any
"""One of OpenColorIO's transforms: told apart by its class, so given no type of its own."""


class CPUProcessor(Protocol):
    def applyRGB(self, data: npt.NDArray[np.float32]) -> None: ...  # noqa: N802
    def isNoOp(self) -> bool: ...  # noqa: N802


class Processor(Protocol):
    def getDefaultCPUProcessor(self) -> CPUProcessor: ...  # noqa: N802
    def getOptimizedProcessor(self, flags: Any) -> Processor: ...  # noqa: N802
    def createGroupTransform(self) -> Iterable[Transform]: ...  # noqa: N802


class Space(Protocol):
    def getName(self) -> str: ...  # noqa: N802
    def getAliases(self) -> Sequence[str]: ...  # noqa: N802
    def getFamily(self) -> str: ...  # noqa: N802
    def getEncoding(self) -> str: ...  # noqa: N802
    def getDescription(self) -> str: ...  # noqa: N802
    def getTransform(self, direction: Any) -> Transform | None: ...  # noqa: N802
    def setTransform(self, transform: Transform, direction: Any) -> None: ...  # noqa: N802
    def addAlias(self, alias: str) -> None: ...  # noqa: N802
    def isData(self) -> bool: ...  # noqa: N802


class Config(Protocol):
    def validate(self) -> None: ...
    def hasRole(self, role: str) -> bool: ...  # noqa: N802
    def getColorSpace(self, name: str) -> Space | None: ...  # noqa: N802
    def getColorSpaces(self) -> Iterable[Space]: ...  # noqa: N802
    def getCanonicalName(self, name: str) -> str: ...  # noqa: N802
    def addColorSpace(self, space: Space) -> None: ...  # noqa: N802
    def getProcessor(self, source: Any, target: Any = ..., /) -> Processor: ...  # noqa: N802


TO_REFERENCE: Any = _library.COLORSPACE_DIR_TO_REFERENCE
FROM_REFERENCE: Any = _library.COLORSPACE_DIR_FROM_REFERENCE
DEFAULT_OPTIMIZATION: Any = _library.OPTIMIZATION_DEFAULT

MATRIX: type = _library.MatrixTransform
CURVES: tuple[type, ...] = (
    _library.Lut1DTransform,
    _library.LogTransform,
    _library.LogAffineTransform,
    _library.LogCameraTransform,
    _library.ExponentTransform,
    _library.ExponentWithLinearTransform,
)
"""The transforms that treat each channel by itself."""


def config_from_file(name: str) -> Config:
    """A config by file name or `ocio://` name. Raises LibraryError."""
    return _library.Config.CreateFromFile(name)


def config_from_text(text: str) -> Config:
    return _library.Config.CreateFromStream(text)


def new_space(like: Space, aliases: Sequence[str]) -> Space:
    """A colour space named and described as `like`, without its transforms."""
    return _library.ColorSpace(
        name=like.getName(),
        aliases=list(aliases),
        family=like.getFamily(),
        encoding=like.getEncoding(),
        description=like.getDescription(),
        isData=like.isData(),
    )


def group(transforms: Iterable[Transform]) -> Transform:
    return _library.GroupTransform(list(transforms))


def inverse(transform: Transform) -> Transform:
    return _library.GroupTransform([transform], _library.TRANSFORM_DIR_INVERSE)


def is_forward(transform: Transform) -> bool:
    return bool(transform.getDirection() == _library.TRANSFORM_DIR_FORWARD)


def is_half_domain_table(transform: Transform) -> bool:
    """A table with an entry for every half float: OpenColorIO's slowest curve."""
    return isinstance(transform, _library.Lut1DTransform) and bool(transform.getInputHalfDomain())


def keeps_channels_apart(transform: Transform) -> bool:
    if isinstance(transform, _library.Lut1DTransform):
        return bool(transform.getHueAdjust() == _library.HUE_NONE)
    return isinstance(transform, CURVES)


def matrix_parts(transform: Transform) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The (3, 3) matrix and the (3,) offset of a MatrixTransform; alpha is left out."""
    matrix = np.array(transform.getMatrix(), np.float64).reshape(4, 4)[:3, :3]
    return matrix, np.array(transform.getOffset(), np.float64)[:3]


def matrix(linear: npt.NDArray[np.float64], offset: npt.NDArray[np.float64]) -> Transform:
    full = np.eye(4)
    full[:3, :3] = linear
    return _library.MatrixTransform(full.ravel().tolist(), [*offset.tolist(), 0.0])


def table(entries: npt.NDArray[np.float32]) -> Transform:
    """A curve per channel over 0 .. 1, (N, 3) float32, interpolated linearly."""
    curve = _library.Lut1DTransform(length=len(entries), inputHalfDomain=False)
    curve.setInterpolation(_library.INTERP_LINEAR)
    curve.setData(entries.ravel())
    return curve
