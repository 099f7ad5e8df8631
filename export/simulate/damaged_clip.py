"""A clean clip with simulated damage: the damaged frames, the clean ones and the matte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.codes import Patch, composite, to_rgb
from engine.errors import UsageError
from engine.media.contract import ClipInfo
from engine.media.open import matte_frame, matte_layout, open_matte_sink, open_sink, open_source
from engine.types import Box, CodeLayout, Codes, Frame
from export.simulate.banks import Bank
from export.simulate.encoding import decode, encode
from export.simulate.film_soiling import FilmSoiling, soil_film
from export.simulate.gauge import Gauge
from export.simulate.layer import DamageLayer
from export.simulate.overlay import opacity_of
from export.simulate.reel_damage import ReelDamage
from ocio.processor import ColourRoute

RGB16 = CodeLayout("rgb", ("R", "G", "B"), "integer", 16)


@dataclass(frozen=True)
class Damage:
    """What happens to a clip: `dirtiness` 1 is that of the scans measured, 0 none but what `reel` adds."""

    gauge: Gauge
    dirtiness: float
    reel: bool
    """With what lasts or happens over frames: line scratches, gate hairs, splices, tears, decay."""
    seed: int


@dataclass(frozen=True)
class Target:
    """Where the three clips go: `suffix` ".mkv" for FFV1 movies, ".png", ".tif" or ".exr" for sequences."""

    folder: Path
    suffix: str
    overwrite: bool

    def name(self, part: str) -> str:
        numbers = "" if self.suffix == ".mkv" else ".####"
        return str(self.folder / f"{part}{numbers}{self.suffix}")


def write_damaged(
    source: str, target: Target, bank: Bank, damage: Damage, route: ColourRoute, space: str, most: int | None
) -> int:
    """Write `damaged`, `clean` and `matte` of the first `most` frames (None: all); returns how many.

    `space` is the encoding of the source's codes. What damage does not touch has the very codes of the clean
    clip; Y'CbCr sources become 16-bit R'G'B', since their chroma samples are larger than dirt. The matte
    holds the opacity of the marks. Raises UsageError, SourceError and SinkError as the engine does, and
    OcioError for the space.
    """
    if most is not None and most < 1:
        raise UsageError(f"A clip has one frame or more, not {most}; leave --frames away for all of them.")
    target.folder.mkdir(parents=True, exist_ok=True)
    with open_source(source) as frames:
        info = _written_as(frames.info)
        numbers = list(info.frames)[:most]
        matte_name = target.name("matte")
        depth = matte_layout(matte_name, info)
        with (
            open_sink(target.name("damaged"), info, info.layout, numbers, target.overwrite) as damaged,
            open_sink(target.name("clean"), info, info.layout, numbers, target.overwrite) as clean,
            open_matte_sink(matte_name, info, numbers, target.overwrite) as matte,
        ):
            shape = (info.height, info.width)
            for index, layer in enumerate(_layers(shape, bank, damage, len(numbers))):
                frame = _as_rgb(frames.read(numbers[index]))
                clean.write(frame)
                damaged.write(replace(frame, codes=damaged_codes(frame.codes, layer, route, space)))
                matte.write(matte_frame(frame.number, opacity_of(layer), depth))
    return len(numbers)


def damaged_codes(codes: Codes, layer: DamageLayer, route: ColourRoute, space: str) -> Codes:
    """`codes` with the marks of `layer` on them; all others are the very same."""
    touched = layer.touched
    encoded = route.to_model(space)(to_rgb(codes))
    marked = route.from_model(space)(encode(layer.over(decode(encoded))))
    box = Box(0, 0, codes.height, codes.width)
    return composite(codes, [Patch(box, marked, touched.astype(np.float32))])


def _layers(shape: tuple[int, int], bank: Bank, damage: Damage, count: int) -> Iterator[DamageLayer]:
    rng = np.random.default_rng(damage.seed)
    reel = ReelDamage.draw(shape, rng, count) if damage.reel else ReelDamage((), True)
    soiling = FilmSoiling.draw(rng, damage.gauge.pixels_per_micrometre(shape[1]), damage.dirtiness)
    for index in range(count):
        layer = reel.layer(shape, index)
        soil_film(layer, bank, soiling, np.random.default_rng((damage.seed, index)))
        yield layer


def _written_as(info: ClipInfo) -> ClipInfo:
    return replace(info, layout=RGB16) if info.layout.model == "ycbcr" else info


def _as_rgb(frame: Frame) -> Frame:
    if frame.codes.layout.model != "ycbcr":
        return frame
    rgb = np.clip(to_rgb(frame.codes), 0, 1)
    return replace(frame, codes=Codes((np.rint(rgb * 65535).astype(np.uint16),), RGB16))
