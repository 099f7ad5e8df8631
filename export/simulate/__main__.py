"""`python -m export.simulate`: the damage model at work.

shards   pre-render training samples into shards that training reads many times
windows  the same for the repair: windows around damage, with what was under it
overlay  write frames of dirt without a picture, to lay over scans
clip     damage a clean clip: damaged frames, clean frames and the matte
fit      measure the statistics of real film anew from traced outlines and residuals
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import cv2

from engine.errors import ReelmendError, UsageError
from engine.media.open import MOVIE_SUFFIXES
from export.fusion_shards import KINDS, write_fusion_shards
from export.shards import write_shards
from export.simulate.banks import load
from export.simulate.contrast_fit import fit_contrast
from export.simulate.damaged_clip import Damage, Target, write_damaged
from export.simulate.gauge import GAUGES
from export.simulate.material import load_material
from export.simulate.overlay import OverlayKind, write_overlays
from export.simulate.recipe import RECIPES
from export.simulate.statistics import TABLE, FilmStatistics, fit_aspect, fit_classes, write_table
from ocio.config import load as load_colours
from ocio.errors import OcioError
from ocio.processor import ColourRoute

COLOUR_SPACE = "Gamma 2.4 Rec.709 - Texture"


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0, or an error's own exit code after its message on stderr."""
    options = _parser().parse_args(argv)
    cv2.setNumThreads(1)
    try:
        options.run(options)
    except (ReelmendError, OcioError) as error:
        print(f"export.simulate: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export.simulate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_shards(commands)
    _add_windows(commands)
    _add_overlay(commands)
    _add_clip(commands)
    _add_fit(commands)
    return parser


def _add_shards(commands: Any) -> None:
    parser = commands.add_parser("shards", help="pre-render training samples", description=_shards.__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/, stills/ and damage/")
    parser.add_argument("shards", type=Path, help="folder that gets the shards; existing ones are kept")
    parser.add_argument("--samples", type=int, default=8192)
    parser.add_argument("--size", type=int, default=224, help="side of a sample in px (default 224)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", choices=list(RECIPES), default="mixed", help="what the samples show")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"), help="for decoded clips")
    parser.add_argument("--licensed-only", action="store_true", help="without clips of disputed licence")
    parser.set_defaults(run=_shards)


def _add_windows(commands: Any) -> None:
    parser = commands.add_parser("windows", help="pre-render windows of repair", description=_windows.__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/, stills/ and damage/")
    parser.add_argument("shards", type=Path, help="folder that gets the shards; existing ones are kept")
    parser.add_argument("--windows", type=int, default=8192)
    parser.add_argument("--kind", choices=list(KINDS), default="fusion", help="the net they are for")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"), help="for decoded clips")
    parser.add_argument("--licensed-only", action="store_true", help="without clips of disputed licence")
    parser.set_defaults(run=_windows)


def _add_overlay(commands: Any) -> None:
    parser = commands.add_parser("overlay", help="frames of dirt alone", description=_overlay.__doc__)
    parser.add_argument("split", type=Path, help="folder with damage/, whose shapes are used")
    parser.add_argument("out", type=Path, help="folder that gets overlay_NNNN.png")
    parser.add_argument("--count", type=int, default=8, help="how many overlays (default 8)")
    parser.add_argument("--width", type=int, default=2048, help="px across the film frame (default 2048)")
    parser.add_argument("--polarity", choices=["light", "dark"], default="light", help="white or black marks")
    _add_damage(parser)
    parser.set_defaults(run=_overlay)


def _add_clip(commands: Any) -> None:
    parser = commands.add_parser("clip", help="damage a clean clip", description=_clip.__doc__)
    parser.add_argument("split", type=Path, help="folder with damage/, and clean/ for clips by name")
    parser.add_argument("source", help="movie, sequence, still, or the name of a clip in clean/")
    parser.add_argument("out", type=Path, help="folder that gets damaged, clean and matte")
    parser.add_argument("--format", choices=["mkv", "png", "tif", "exr"], default="mkv", help="default: FFV1")
    parser.add_argument("--frames", type=int, help="only the first so many")
    parser.add_argument(
        "--colour-space", default=COLOUR_SPACE, help=f"of the source's codes (default {COLOUR_SPACE})"
    )
    parser.add_argument(
        "--dirt-only", action="store_true", help="no line scratches, gate hairs, splices, ..."
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    _add_damage(parser)
    parser.set_defaults(run=_clip)


def _add_damage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gauge", choices=list(GAUGES), default="35", help="film gauge (default 35)")
    parser.add_argument("--dirtiness", type=float, default=1.0, help="1: as dirty as the scans measured")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same damage")


def _add_fit(commands: Any) -> None:
    parser = commands.add_parser("fit", help="measure the statistics anew", description=_fit.__doc__)
    parser.add_argument(
        "split", type=Path, help="folder with damage/real_polygons, real_residuals, real_pairs"
    )
    parser.add_argument("--out", type=Path, default=TABLE, help="table to write (default: the one in use)")
    parser.set_defaults(run=_fit)


def _shards(options: argparse.Namespace) -> None:
    """Draw damaged windows as a detector will see them, with the truth, and pack them into shards."""
    material = load_material(options.split, options.cache, options.licensed_only)
    recipe, samples = RECIPES[options.recipe], options.samples
    for shard in write_shards(options.shards, material, recipe, samples, options.size, options.seed):
        print(shard, flush=True)


def _windows(options: argparse.Namespace) -> None:
    """Damage frames, repair them by rule, and pack the windows around the damage into shards."""
    material = load_material(options.split, options.cache, options.licensed_only)
    windows, seed = options.windows, options.seed
    for shard in write_fusion_shards(options.shards, material, options.kind, windows, seed):
        print(shard, flush=True)


def _overlay(options: argparse.Namespace) -> None:
    """Write overlays (16-bit RGBA PNG, alpha = opacity) and their classes (8-bit PNG: 0 nothing, 1 blotch, 2
    hair, 3 scratch, 4 other)."""
    if options.count < 1 or options.width < 1:
        raise UsageError(f"--count and --width are 1 or more, not {options.count} and {options.width}.")
    _check_dirtiness(options.dirtiness)
    kind = OverlayKind(GAUGES[options.gauge], options.width, options.dirtiness, options.polarity)
    bank = load(options.split / "damage")
    for path in write_overlays(options.out, bank, kind, options.count, options.seed):
        print(path, flush=True)


def _clip(options: argparse.Namespace) -> None:
    """Write the clip damaged, clean and the matte of its damage (opacity of the marks). Untouched pixels have
    the same codes in both. Y'CbCr becomes 16-bit R'G'B'. The plate should show the film's whole width."""
    _check_dirtiness(options.dirtiness)
    damage = Damage(GAUGES[options.gauge], options.dirtiness, not options.dirt_only, options.seed)
    target = Target(options.out, f".{options.format}", options.overwrite)
    route, bank = ColourRoute(load_colours()), load(options.split / "damage")
    source = _source(options.split, options.source)
    count = write_damaged(source, target, bank, damage, route, options.colour_space, options.frames)
    print(f"{count} frames in {options.out}")


def _fit(options: argparse.Namespace) -> None:
    """Fit counts, sizes and contrast by maximum likelihood and write them as a table. The simulator reads the
    table beside its own files; it needs no outlines for it."""
    damage = options.split / "damage"
    outlines = damage / "real_polygons" / "polygons.npz"
    statistics = FilmStatistics(fit_classes(outlines), fit_aspect(outlines), fit_contrast(damage))
    write_table(statistics, options.out)
    for name, one in statistics.classes.items():
        print(
            f"{name:10}  {one.count.gamma.mean:7.3f} marks a patch (KS {one.count.distance:.3f})"
            f"  {one.size.gamma.mean:9.0f} µm² (KS {one.size.distance:.3f}, {one.size.samples} marks)"
        )
    print(options.out)


def _check_dirtiness(dirtiness: float) -> None:
    if not 0 <= dirtiness <= 100:
        raise UsageError(f"--dirtiness is 0 (clean) to 100, not {dirtiness}.")


def _source(split: Path, named: str) -> str:
    """`named` itself, or the clip of that name in the split."""
    for suffix in MOVIE_SUFFIXES:
        if (split / "clean" / f"{named}{suffix}").is_file():
            return str(split / "clean" / f"{named}{suffix}")
    return named


if __name__ == "__main__":
    sys.exit(main())
