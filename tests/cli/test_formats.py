"""Every frame format from file to file: codes outside the matte are the source's own, alpha everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.media.memory import MemorySource
from engine.media.open import open_sink, open_source
from engine.types import CodeLayout, Codes, Frame

pytestmark = pytest.mark.usefixtures("_fake_engine")

RGB, RGBA = ("R", "G", "B"), ("R", "G", "B", "A")
FRAMES = range(11, 16)
DIRT = (slice(9, 17), slice(20, 28))
LAYOUTS = [
    (".dpx", CodeLayout("rgb", RGB, "integer", 8)),
    (".dpx", CodeLayout("rgb", RGB, "integer", 10)),
    (".dpx", CodeLayout("rgb", RGB, "integer", 12)),
    (".dpx", CodeLayout("rgb", RGBA, "integer", 16)),
    (".tif", CodeLayout("rgb", RGB, "integer", 8)),
    (".tif", CodeLayout("rgb", RGBA, "integer", 16)),
    (".png", CodeLayout("rgb", RGBA, "integer", 8)),
    (".png", CodeLayout("rgb", RGB, "integer", 16)),
    (".exr", CodeLayout("rgb", RGBA, "half", 16)),
    (".exr", CodeLayout("rgb", RGB, "float", 32)),
]


def plate(layout: CodeLayout, rng: np.random.Generator) -> np.ndarray:
    """(24, 40, C) random chromatic codes; floats reach below 0 and above 1."""
    shape = (24, 40, len(layout.channels))
    if layout.kind == "integer":
        kind = np.uint8 if layout.bits == 8 else np.uint16
        return rng.integers(0.2 * 2**layout.bits, 0.7 * 2**layout.bits, shape).astype(kind)
    values = rng.uniform(0.05, 0.8, shape)
    values[:4] *= 12
    values[-4:] *= -0.02
    return values.astype(np.float16 if layout.kind == "half" else np.float32)


@pytest.mark.parametrize(("suffix", "layout"), LAYOUTS, ids=lambda value: str(getattr(value, "bits", value)))
def test_codes_outside_the_matte_never_change(suffix: str, layout: CodeLayout, tmp_path: Path) -> None:
    rng = np.random.default_rng(17)
    clean = plate(layout, rng)
    clip = {number: clean.copy() for number in FRAMES}
    for picture in clip.values():
        picture[0, 0] = plate(layout, rng)[0, 0]
    clip[13][DIRT][..., :3] = 0.97 * (2**layout.bits - 1) if layout.kind == "integer" else 5
    source = str(tmp_path / f"scan.####{suffix}")
    frames = [Frame(number, Codes((picture,), layout)) for number, picture in clip.items()]
    with (
        MemorySource(frames) as memory,
        open_sink(source, memory.info, layout, FRAMES, overwrite=False) as sink,
    ):
        for frame in frames:
            sink.write(frame)
    out, matte = str(tmp_path / "out" / f"r.####{suffix}"), str(tmp_path / "m.####.png")
    space = "ACEScg" if suffix == ".exr" else "Cineon Film Log"
    assert main(["render", source, out, "--matte-out", matte, "--colour-space", space, "--quiet"]) == 0
    with open_source(source) as old, open_source(out) as new, open_source(matte) as mattes:
        for number in FRAMES:
            before, after = (clip.read(number).codes for clip in (old, new))
            assert after.layout == before.layout == layout
            np.testing.assert_array_equal(before.planes[0], clip[number])
            outside = mattes.read(number).codes.planes[0][..., 0] == 0
            assert outside.any()
            np.testing.assert_array_equal(before.planes[0][outside], after.planes[0][outside])
            np.testing.assert_array_equal(before.planes[0][..., 3:], after.planes[0][..., 3:])
        repaired = new.read(13).codes.planes[0][DIRT][..., :3].astype(float)
        dirty = old.read(13).codes.planes[0][DIRT][..., :3].astype(float)
        assert (mattes.read(13).codes.planes[0][DIRT] > 0).all()
        assert (
            np.abs(repaired - clean[DIRT][..., :3]).mean() < 0.2 * np.abs(dirty - clean[DIRT][..., :3]).mean()
        )
