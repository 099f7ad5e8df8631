"""The part of OpenColorIO that is used here, with the types that the library itself does not ship."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import PyOpenColorIO  # pyright: ignore[reportMissingTypeStubs]

_library: Any = PyOpenColorIO

LIBRARY_ERRORS: tuple[type[Exception], ...] = (
    _library.Exception,
    _library.ExceptionMissingFile,
    UnicodeDecodeError,
)
"""What OpenColorIO raises; the last where its message quotes a file that is no text."""

Transform: TypeAlias = Any
"""One of OpenColorIO's transforms: told apart by its class, so given no type of its own."""


class CPUProcessor(Protocol):
    def applyRGB(self, pixels: npt.NDArray[np.float32]) -> None: ...  # noqa: N802


class Processor(Protocol):
    def getOptimizedCPUProcessor(self, flags: Any) -> CPUProcessor: ...  # noqa: N802
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
    def getCacheID(self) -> str: ...  # noqa: N802
    def hasRole(self, role: str) -> bool: ...  # noqa: N802
    def getColorSpace(self, name: str) -> Space | None: ...  # noqa: N802
    def getColorSpaces(self) -> Iterable[Space]: ...  # noqa: N802
    def getCanonicalName(self, name: str) -> str: ...  # noqa: N802
    def addColorSpace(self, space: Space) -> None: ...  # noqa: N802
    def getProcessor(self, source: str, target: str, /) -> Processor: ...  # noqa: N802
    def getActiveDisplays(self) -> Iterable[str]: ...  # noqa: N802
    def getViews(self, display: str, /) -> Iterable[str]: ...  # noqa: N802
    def getDefaultDisplay(self) -> str: ...  # noqa: N802
    def getDefaultView(self, display: str, /) -> str: ...  # noqa: N802


TO_REFERENCE: Any = _library.COLORSPACE_DIR_TO_REFERENCE
FROM_REFERENCE: Any = _library.COLORSPACE_DIR_FROM_REFERENCE
EXACT: Any = _library.OptimizationFlags(
    int(_library.OPTIMIZATION_DEFAULT) & ~int(_library.OPTIMIZATION_FAST_LOG_EXP_POW)
)
"""All of OpenColorIO's usual shortcuts save its approximate logarithms and powers.

Those are good to about 1e-5 of the *brightest* channel; decoded from film log that is several 10-bit
codes of a dark one beside it. Random 10-bit codes that come back altered from ACEScct: ADX10 0.7 % with
them, 0.03 % without; Cineon 0.35 % and none.
"""

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


def exact(processor: Processor) -> CPUProcessor:
    return processor.getOptimizedCPUProcessor(EXACT)


def exact_steps(steps: Iterable[Transform]) -> CPUProcessor:
    """One processor for `steps`, which name no files and no spaces.

    Made by a config of its own: a config caches processors by a description of their transforms that
    leaves out the entries of tables, and so would hand out one table's processor for another's.
    """
    return exact(_library.Config.CreateRaw().getProcessor(group(steps)))


def config_from_file(name: str) -> Config:
    """A config by file name or `ocio://` name. Raises LIBRARY_ERRORS."""
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


def is_evenly_spaced_table(transform: Transform) -> bool:
    """A table that is read by index: OpenColorIO's quickest curve."""
    return isinstance(transform, _library.Lut1DTransform) and not transform.getInputHalfDomain()


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


def display_processor(config: Config, source: str, display: str, view: str) -> CPUProcessor:
    """From the space `source` to what `display` is sent for `view`. Raises LIBRARY_ERRORS."""
    shown = _library.DisplayViewTransform(src=source, display=display, view=view)
    anything: Any = config
    return exact(anything.getProcessor(shown))


class EightBitCube:
    """A three-dimensional table over 0 .. 1, interpolated in tetrahedra, that gives 8-bit codes."""

    def __init__(self, entries: npt.NDArray[np.float32]) -> None:
        """`entries` (n, n, n, 3): the first axis is red, the last blue."""
        cube = _library.Lut3DTransform(gridSize=entries.shape[0])
        cube.setInterpolation(_library.INTERP_TETRAHEDRAL)
        cube.setData(np.ascontiguousarray(entries.ravel()))
        self._cpu: Any = (
            _library.Config.CreateRaw()
            .getProcessor(cube)
            .getOptimizedCPUProcessor(_library.BIT_DEPTH_F32, _library.BIT_DEPTH_UINT8, EXACT)
        )

    def __call__(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        """(h, w, 3) uint8 of C-contiguous `pixels` (h, w, 3); beyond 0 .. 1 the nearer end is taken."""
        height, width = pixels.shape[:2]
        result = np.empty((height, width, 3), np.uint8)
        described: Any = _library.PackedImageDesc
        self._cpu.apply(
            described(pixels, width, height, 3),
            described(result, width, height, 3, _library.BIT_DEPTH_UINT8, 1, 3, 3 * width),
        )
        return result
