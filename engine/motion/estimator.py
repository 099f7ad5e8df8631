"""Motion between the frames of a window, each pair searched once.

Dense inverse search: Kroeger, Timofte, Dai, Van Gool, Fast Optical Flow using Dense Inverse Search,
ECCV 2016, in OpenCV's implementation with variational refinement.
"""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import InconsistentFrames
from engine.memo import Memo
from engine.motion.flow import Flow, chain, grid_size
from engine.motion.luma import Luma, evened, luma_of, search_scale
from engine.types import WorkingFrame

_SMALLEST_SIDE = 64
_LONGEST_ASPECT = 4
"""OpenCV takes the number of its pyramid levels from the width alone and reads outside its buffers
where a picture is tiny or much longer than high (opencv/opencv#14554); such pictures are padded."""

_PATCH_STRIDE, _DESCENTS, _REFINEMENTS = 3, 16, 3
"""OpenCV's medium preset has 3, 25, 5: over six clips the neighbours then match no better, and the search
takes a fifth longer. A stride of 4 would save another third and loses motions of 40 px a frame."""

_KEPT_LUMAS = 16
_KEPT_FLOWS = 48
"""Twice what the widest windows of two frames in work ask for; more would fill the budget over hundreds of
small frames, and memory would grow with the clip."""
_VECTOR_BYTES = 8


class Neighbourhood(Protocol):
    """What the estimator needs of a `FrameWindow`."""

    def at(self, offset: int) -> WorkingFrame | None: ...


class MotionEstimator:
    """Flows between working frames, the latest kept by content key up to `budget_bytes`; thread-safe.

    The same two frames give the same flow, whatever was asked before. (Across machines with another
    number of processor cores the search may differ by fractions of a pixel: OpenCV splits it by cores.)
    """

    def __init__(self, budget_bytes: int = 256 * 2**20) -> None:
        self._budget = budget_bytes
        self._flows: Memo[tuple[str, str], Flow] = Memo(2)
        self._lumas: Memo[str, Luma] = Memo(_KEPT_LUMAS)

    def between(self, a: WorkingFrame, b: WorkingFrame) -> Flow:
        """The motion from `a` to `b`. Frames with one key (duplicates) have none.

        Raises InconsistentFrames where the sizes differ.
        """
        if a.size != b.size:
            raise InconsistentFrames(
                f"Frames {a.number} and {b.number} must be of one size to be compared, but are "
                f"{a.size[1]}x{a.size[0]} and {b.size[1]}x{b.size[0]}; give clips of one size only."
            )
        if a.key == b.key:
            return Flow.still(a.size, search_scale(a.size))
        rows, columns = grid_size(a.size, search_scale(a.size))
        keep = min(_KEPT_FLOWS, max(2, self._budget // (rows * columns * _VECTOR_BYTES)))
        return self._flows.get((a.key, b.key), lambda: self._search(a, b), keep)

    def along(self, window: Neighbourhood, offset: int) -> Flow | None:
        """The motion from the centre of `window` to the frame at `offset`, None where that is absent.

        Composed from steps between adjacent frames, which follow fast motion further than one leap;
        where a frame in between is absent, found in one leap.
        """
        step = 1 if offset > 0 else -1
        frames = [window.at(k) for k in range(0, offset + step, step)]
        centre, end = frames[0], frames[-1]
        if centre is None or end is None:
            return None
        present = [frame for frame in frames if frame is not None]
        if len(present) < len(frames):
            return self.between(centre, end)
        steps = (self.between(a, b) for a, b in pairwise(present))
        return reduce(chain, steps, Flow.still(centre.size, search_scale(centre.size)))

    def _search(self, a: WorkingFrame, b: WorkingFrame) -> Flow:
        scale = search_scale(a.size)
        return search(self._luma(a, scale), self._luma(b, scale), a.size)

    def _luma(self, frame: WorkingFrame, scale: int) -> Luma:
        return self._lumas.get(frame.key, lambda: luma_of(frame, scale))


def search(start: Luma, end: Luma, size: tuple[int, int]) -> Flow:
    """The motion between two frames of `size` (height, width), from their small pictures."""
    rows, columns = start.plane.shape
    scale = search_scale(size)
    # A searcher holds scratch buffers and must not be shared between threads: one per search.
    searcher: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    searcher.setPatchStride(_PATCH_STRIDE)
    searcher.setGradientDescentIterations(_DESCENTS)
    searcher.setVariationalRefinementIterations(_REFINEMENTS)
    found = searcher.calc(_padded(start.plane), _padded(evened(end, start)), None)
    vectors = np.ascontiguousarray(found[:rows, :columns], np.float32) * np.float32(scale)
    vectors.flags.writeable = False
    return Flow(vectors, scale, size)


def _padded(plane: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    rows, columns = plane.shape
    least = max(_SMALLEST_SIDE, -(-max(rows, columns) // _LONGEST_ASPECT))
    down, right = max(least - rows, 0), max(least - columns, 0)
    return np.pad(plane, ((0, down), (0, right)), mode="edge") if down or right else plane
