"""Random chromatic frames in every layout a file can have."""

from __future__ import annotations

import itertools

import numpy as np

from engine.types import CodeLayout, Codes

RGB = ("R", "G", "B")

INTERLEAVED = [
    *[CodeLayout("rgb", RGB, "integer", bits) for bits in (8, 10, 12, 16)],
    CodeLayout("rgb", (*RGB, "A"), "integer", 10),
    CodeLayout("rgb", (*RGB, "A", "IR"), "integer", 16),
    CodeLayout("rgb", RGB, "half", 16),
    CodeLayout("rgb", (*RGB, "A"), "float", 32),
    *[CodeLayout("grey", ("Y",), "integer", bits) for bits in (8, 10, 16)],
    CodeLayout("grey", ("Y", "A"), "half", 16),
    CodeLayout("grey", ("Y",), "float", 32),
]
YCBCR = [
    CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", bits, subsampling, matrix, full)
    for bits, subsampling, matrix, full in itertools.product(
        (8, 10, 12), ((1, 1), (2, 1), (2, 2)), ("bt601", "bt709", "bt2020"), (False, True)
    )
]
YCBCR.append(CodeLayout("ycbcr", ("Y", "Cb", "Cr", "A"), "integer", 10, (2, 1), "bt709", False))
LAYOUTS = [*INTERLEAVED, *YCBCR]


def name_of(layout: CodeLayout) -> str:
    across, down = layout.subsampling
    scale = "full" if layout.full_range else "limited"
    name = f"{layout.model}-{len(layout.channels)}-{layout.kind}{layout.bits}"
    return f"{name}-{across}{down}-{layout.matrix}-{scale}" if layout.model == "ycbcr" else name


def random_codes(layout: CodeLayout, height: int = 22, width: int = 34, seed: int = 0) -> Codes:
    """Independent random codes in every channel, over the whole range of the layout."""
    rng = np.random.default_rng(seed)
    if layout.model != "ycbcr":
        return Codes((_values(rng, (height, width, len(layout.channels)), layout),), layout)
    across, down = layout.subsampling
    small = (-(-height // down), -(-width // across))
    sizes = [(height, width), small, small, (height, width)][: len(layout.channels)]
    return Codes(tuple(_values(rng, size, layout) for size in sizes), layout)


def _values(rng: np.random.Generator, size: tuple[int, ...], layout: CodeLayout) -> np.ndarray:
    if layout.kind == "half":
        return rng.normal(0.2, 2.0, size).astype(np.float16)
    if layout.kind == "float":
        return rng.normal(0.2, 2.0, size).astype(np.float32)
    dtype = np.uint8 if layout.bits == 8 else np.uint16
    return rng.integers(0, 2**layout.bits, size).astype(dtype)
