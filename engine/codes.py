"""Code values to R'G'B' and back: the only place where code values of a frame are ever changed.

"R'G'B'" here is the source's own encoding (log, video, linear: whatever the file holds) as float32, with
integers scaled so that the highest code is 1. No colour space is known or needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xxhash

from engine import ycbcr
from engine.types import AnyArray, Box, CodeLayout, Codes, Float32


@dataclass(frozen=True, eq=False)
class Patch:
    """New picture for one rectangle: `rgb` (h, w, 3) float32 in the source encoding, as `to_rgb` scales it.

    `coverage` (h, w) float32, 0 .. 1: 0 keeps the code as it is, 1 puts exactly `rgb`.
    """

    box: Box
    rgb: Float32
    coverage: Float32


def to_rgb(codes: Codes, box: Box | None = None) -> Float32:
    """(h, w, 3) float32 R'G'B' of the whole frame or of `box`; not clamped.

    Integers are code / (2**bits - 1), half and float are as they are, grey is repeated in all three, Y'CbCr
    goes through its matrix and range (video white, 235/128/128 in 8 bits, is 1, 1, 1).
    """
    area = box or Box(0, 0, codes.height, codes.width)
    layout = codes.layout
    if layout.model == "ycbcr":
        luma = codes.planes[0][area.slices].astype(np.float32)
        cb, cr = (ycbcr.at_pixels(plane, area, layout.subsampling) for plane in codes.planes[1:3])
        return ycbcr.decode(luma, cb, cr, layout)
    picture = codes.planes[0][area.slices][..., : _colour_channels(layout)]
    floats = _to_floats(picture, layout)
    return np.repeat(floats, 3, axis=2) if layout.model == "grey" else floats


def chroma_aligned(coverage: Float32, layout: CodeLayout) -> Float32:
    """`coverage` (H, W) of a whole frame grown to whole chroma samples: the highest value of each block.

    A chroma sample belongs to several pixels; it can only change where all of them are damaged.
    """
    if layout.subsampling == (1, 1):
        return coverage
    across, down = layout.subsampling
    height, width = coverage.shape
    highest = ycbcr.block_view(coverage, Box(0, 0, height, width), layout.subsampling).max(axis=(1, 3))
    grown = np.repeat(np.repeat(highest, down, axis=0), across, axis=1)
    return np.ascontiguousarray(grown[:height, :width])


def composite(codes: Codes, patches: Sequence[Patch]) -> Codes:
    """The frame with `patches` put in: source + coverage * (rgb - source), in the source encoding.

    A covered value that is not finite in the source has nothing to blend with and becomes `rgb` itself.
    Codes are written only where a coverage is above 0; all others, and channels beyond colour (alpha,
    infrared), are copied and never recomputed. Integers are rounded and kept within 0 .. 2**bits - 1.
    A subsampled chroma sample changes only where every pixel it belongs to has coverage above 0 (see
    `chroma_aligned`). Grey takes the luminance, with BT.709's weights. Patches must not overlap.
    With nothing covered the very same `codes` come back.

    Raises ValueError if a covered pixel of `rgb` is not finite: a repair must never write NaN.
    """
    touched = [patch for patch in patches if bool((patch.coverage > 0).any())]
    if not touched:
        return codes
    for patch in touched:
        _check(patch)
    result = Codes(tuple(plane.copy() for plane in codes.planes), codes.layout)
    if codes.layout.model == "ycbcr":
        _put_ycbcr(result, codes, touched)
    else:
        for patch in touched:
            _put_interleaved(result, codes, patch)
    return result


def content_key(codes: Codes, colour_space: str) -> str:
    """Hex xxh3-128 over code values, layout, sizes and colour space: same key, same picture."""
    digest = xxhash.xxh3_128(repr((codes.layout, colour_space)).encode())
    for plane in codes.planes:
        digest.update(repr((plane.shape, plane.dtype.str)).encode())
        digest.update(np.ascontiguousarray(plane).data)
    return digest.hexdigest()


def _put_interleaved(result: Codes, source: Codes, patch: Patch) -> None:
    layout = source.layout
    channels = _colour_channels(layout)
    before = source.planes[0][patch.box.slices][..., :channels]
    target = patch.rgb
    if layout.model == "grey":
        target = ycbcr.luminance(patch.rgb, *ycbcr.LUMA_WEIGHTS["bt709"])[..., np.newaxis]
    if layout.kind == "integer":
        target = target * np.float32(_peak(layout))
    coverage = patch.coverage[..., np.newaxis]
    blended = _blend(before.astype(np.float32), target, coverage)
    after = result.planes[0][patch.box.slices][..., :channels]
    np.copyto(after, _to_codes(blended, layout), where=coverage > 0)


def _put_ycbcr(result: Codes, source: Codes, patches: Sequence[Patch]) -> None:
    layout = source.layout
    chroma = ycbcr.BlockMean(source.height, source.width, layout.subsampling)
    for patch in patches:
        target = ycbcr.encode(patch.rgb, layout)
        covered = patch.coverage > 0
        luma = _blend(source.planes[0][patch.box.slices].astype(np.float32), target[0], patch.coverage)
        np.copyto(result.planes[0][patch.box.slices], _to_codes(luma, layout), where=covered)
        before = [ycbcr.at_pixels(plane, patch.box, layout.subsampling) for plane in source.planes[1:3]]
        cb = _blend(before[0], target[1], patch.coverage)
        cr = _blend(before[1], target[2], patch.coverage)
        chroma.add(patch.box, (cb, cr), covered)
    whole = chroma.whole()
    for plane, mean in zip(result.planes[1:3], chroma.means(), strict=True):
        np.copyto(plane, _to_codes(mean.astype(np.float32), layout), where=whole)


def _blend(source: Float32, target: Float32, coverage: Float32) -> Float32:
    # The target itself where the sum would round it, and where a broken float source (NaN, infinite) has
    # nothing to blend with: the sum would be NaN.
    whole = (coverage >= 1) | ~np.isfinite(source)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(whole, target, source + coverage * (target - source))


def _to_floats(picture: AnyArray, layout: CodeLayout) -> Float32:
    if layout.kind != "integer":
        return picture.astype(np.float32)
    return np.divide(picture, np.float32(_peak(layout)), dtype=np.float32)


def _to_codes(values: Float32, layout: CodeLayout) -> AnyArray:
    """Floats in code units to the dtype of the layout's planes."""
    if layout.kind == "integer":
        codes = np.clip(np.rint(np.nan_to_num(values)), 0, _peak(layout))
        return codes.astype(np.uint8 if layout.bits == 8 else np.uint16)
    if layout.kind == "half":
        # Beyond 65504 a half is infinite; the nearest number it can hold is the honest value.
        limit = np.float32(np.finfo(np.float16).max)
        return np.clip(values, -limit, limit).astype(np.float16)
    return values


def _colour_channels(layout: CodeLayout) -> int:
    return 1 if layout.model == "grey" else 3


def _peak(layout: CodeLayout) -> int:
    return 2**layout.bits - 1


def _check(patch: Patch) -> None:
    size = (patch.box.height, patch.box.width)
    if patch.coverage.shape != size or patch.rgb.shape != (*size, 3):
        raise ValueError(f"a patch of {size} came with {patch.rgb.shape} and coverage {patch.coverage.shape}")
    if not np.isfinite(patch.rgb[patch.coverage > 0]).all():
        raise ValueError(f"the repair of {patch.box} holds NaN or infinite pixels")
