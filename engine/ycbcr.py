"""Y'CbCr code values to R'G'B' and back, and the blocks of pixels that share one chroma sample.

Formulas: ITU-R BT.601-7 section 2.5, BT.709-6 items 3.2 to 3.5, BT.2020-2 table 4 (non-constant
luminance); full range as in ITU-T H.273 section 8.3. Everything is float32 in code units: a code of 235
is 235.0. Nothing is clipped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.types import AnyArray, Box, CodeLayout, Float32

LUMA_WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
}
"""(Kr, Kb) of each matrix; Kg = 1 - Kr - Kb."""


@dataclass(frozen=True)
class CodeScale:
    """Where the codes put black and how many codes span Y' 0..1 and Cb, Cr -0.5..0.5."""

    black: float
    luma: float
    neutral: float
    chroma: float

    @staticmethod
    def of(layout: CodeLayout) -> CodeScale:
        if layout.full_range:
            peak = float(2**layout.bits - 1)
            return CodeScale(0.0, peak, float(2 ** (layout.bits - 1)), peak)
        step = float(2 ** (layout.bits - 8))
        return CodeScale(16 * step, 219 * step, 128 * step, 224 * step)


def decode(luma: Float32, cb: Float32, cr: Float32, layout: CodeLayout) -> Float32:
    """Codes (h, w) of each component at full resolution to (h, w, 3) float32 R'G'B', black 0 and white 1."""
    kr, kb = LUMA_WEIGHTS[layout.matrix]
    scale = CodeScale.of(layout)
    y = (luma - np.float32(scale.black)) / np.float32(scale.luma)
    blue = (cb - np.float32(scale.neutral)) * np.float32(2 * (1 - kb) / scale.chroma)
    red = (cr - np.float32(scale.neutral)) * np.float32(2 * (1 - kr) / scale.chroma)
    rgb = np.empty((*luma.shape, 3), np.float32)
    rgb[..., 0] = y + red
    rgb[..., 1] = y - (np.float32(kr) * red + np.float32(kb) * blue) / np.float32(1 - kr - kb)
    rgb[..., 2] = y + blue
    return rgb


def encode(rgb: Float32, layout: CodeLayout) -> tuple[Float32, Float32, Float32]:
    """(h, w, 3) float32 R'G'B' to Y', Cb and Cr in code units, each (h, w) float32 at full resolution."""
    kr, kb = LUMA_WEIGHTS[layout.matrix]
    scale = CodeScale.of(layout)
    y = luminance(rgb, kr, kb)
    cb = (rgb[..., 2] - y) * np.float32(scale.chroma / (2 * (1 - kb)))
    cr = (rgb[..., 0] - y) * np.float32(scale.chroma / (2 * (1 - kr)))
    neutral = np.float32(scale.neutral)
    return y * np.float32(scale.luma) + np.float32(scale.black), cb + neutral, cr + neutral


def luminance(rgb: Float32, kr: float, kb: float) -> Float32:
    """Weighted sum of (h, w, 3), written so that three equal values give that very value, bit for bit."""
    green = rgb[..., 1]
    red, blue = rgb[..., 0] - green, rgb[..., 2] - green
    return np.add(green, np.float32(kr) * red + np.float32(kb) * blue, dtype=np.float32)


def blocks_of(box: Box, subsampling: tuple[int, int]) -> Box:
    """The rectangle of chroma samples, in samples, that `box` (in pixels) touches."""
    across, down = subsampling
    return Box(box.top // down, box.left // across, -(-box.bottom // down), -(-box.right // across))


def at_pixels(plane: AnyArray, box: Box, subsampling: tuple[int, int]) -> Float32:
    """The chroma samples of `box` at every pixel of it, (h, w) float32 in code units.

    Each sample is repeated over its block rather than interpolated: then the mean over a block gives the
    sample back exactly, and a fill taken from a resting neighbour has the neighbour's own chroma codes.
    """
    across, down = subsampling
    blocks = blocks_of(box, subsampling)
    samples = plane[blocks.slices].astype(np.float32)
    full = np.repeat(np.repeat(samples, down, axis=0), across, axis=1)
    top, left = box.top - blocks.top * down, box.left - blocks.left * across
    return full[top : top + box.height, left : left + box.width]


def block_view(pixels: npt.NDArray[Any], box: Box, subsampling: tuple[int, int]) -> npt.NDArray[Any]:
    """`pixels` (h, w) of `box`, zero-padded to whole blocks, as (rows, down, columns, across) of blocks."""
    across, down = subsampling
    blocks = blocks_of(box, subsampling)
    top, left = box.top - blocks.top * down, box.left - blocks.left * across
    padded = np.zeros((blocks.height * down, blocks.width * across), pixels.dtype)
    padded[top : top + box.height, left : left + box.width] = pixels
    return padded.reshape(blocks.height, down, blocks.width, across)


class BlockMean:
    """Means of covered pixels over chroma blocks, gathered patch by patch.

    Patches may cut a block between them: a block counts only when the patches together cover every
    pixel of it that lies inside the frame.
    """

    def __init__(self, height: int, width: int, subsampling: tuple[int, int]) -> None:
        self._frame = Box(0, 0, height, width)
        self._subsampling = subsampling
        blocks = blocks_of(self._frame, subsampling)
        self._sums = np.zeros((2, blocks.height, blocks.width), np.float64)
        self._covered = np.zeros((blocks.height, blocks.width), np.int32)

    def add(self, box: Box, chroma: tuple[Float32, Float32], covered: npt.NDArray[np.bool_]) -> None:
        """Take Cb and Cr (h, w), in code units, of the pixels of `box` where `covered` is true."""
        where = blocks_of(box, self._subsampling).slices
        self._covered[where] += block_view(covered.astype(np.int32), box, self._subsampling).sum(axis=(1, 3))
        for total, plane in zip(self._sums, chroma, strict=True):
            kept = np.where(covered, plane, np.float32(0)).astype(np.float64)
            total[where] += block_view(kept, box, self._subsampling).sum(axis=(1, 3))

    def whole(self) -> npt.NDArray[np.bool_]:
        """(rows, columns) of the chroma planes: true where every pixel of the block was covered."""
        return (self._covered > 0) & (self._covered == self._pixels_per_block())

    def means(self) -> npt.NDArray[np.float64]:
        """(2, rows, columns): the mean Cb and Cr of each block in code units; valid where `whole`."""
        return self._sums / np.maximum(self._covered, 1)

    def _pixels_per_block(self) -> npt.NDArray[np.int32]:
        ones = np.ones((self._frame.height, self._frame.width), np.int32)
        return block_view(ones, self._frame, self._subsampling).sum(axis=(1, 3), dtype=np.int32)
