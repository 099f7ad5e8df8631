"""`python -m export.marks SPLIT TARGET`: marks that the detection net suspects, to train its second look on.

Clean clips of a split and its lookalikes, half of them with dirt of the split's bank as well, go through the
net and the engine's windows; of every mark that `engine.detect.second_look` would be asked about its signs
are kept, and how much of it is damage.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from engine.closing import Closing
from engine.detect.inputs import RADIUS, between
from engine.detect.mark_signs import SIGNS, Surrounded, signs
from engine.detect.second_look import can_judge, judgeable
from engine.detect.unet_detector import UNetDetector
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.pipeline import DEFAULT_DETECTOR
from engine.types import Float32
from engine.window.window import FrameWindow
from export.evaluate.hard_negatives import KINDS, hard_negative
from export.evaluate.protocol import (
    FINE,
    FRAMES,
    PEAK,
    STRONG,
    TestClip,
    TestFrame,
    damage_layer,
    each_clip,
    faster,
    test_frame,
)
from export.evaluate.watching import pipeline_of, windows
from export.material.clips import Clip
from export.simulate.banks import Bank
from export.simulate.banks import load as banks
from export.simulate.blotches import Soiling
from export.simulate.encoding import encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.layer import DamageLayer
from export.simulate.scratches import Scratch

SEED = 40_617
"""First part of every seed here, so that no draw is one of the protocol."""
DIRTY = 0.5
"""Share of the clips that dirt is put on."""
_MOST_SCRATCHES = 2


@dataclass(frozen=True, eq=False)
class Marks:
    """Of n marks: `signs` (n, len(SIGNS)); `area` in px; `damaged` and `visible` of these px (n,); the
    `scene` they are from."""

    signs: np.ndarray
    area: np.ndarray
    damaged: np.ndarray
    visible: np.ndarray
    scene: np.ndarray


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.marks", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/train")
    parser.add_argument("target", type=Path, help="folder for the marks, a file for every clip")
    parser.add_argument("--model", help="an id or an .onnx path; by default the shipped one")
    parser.add_argument("--turns", type=int, default=4, help="how often every clip and lookalike is drawn")
    parser.add_argument(
        "--ends", action="store_true", help="every frame as if its shot began or ended with it"
    )
    parser.add_argument("--part", default="1/1", help="2/3: the second third of the work")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    cv2.setNumThreads(1)
    number, parts = (int(text) for text in options.part.split("/"))
    options.target.mkdir(parents=True, exist_ok=True)
    with Suspects(options.model, at_end if options.ends else inside) as suspects:
        for k, (name, draw) in enumerate(_jobs(options.split, options.cache, options.turns)):
            file = options.target / f"{name}.npz"
            if k % parts == number - 1 and not file.exists():
                found = suspects.marks(draw())
                np.savez_compressed(file, **vars(found))
                print(f"{name}: {len(found.area)} marks", flush=True)
    return 0


Shown = Callable[[FrameWindow], FrameWindow]
"""What of a window around a frame the detector is shown."""


def inside(window: FrameWindow) -> FrameWindow:
    """As a render shows a frame inside its shot; the ends of the clip by themselves, where nothing can be
    judged: they have a second look of their own."""
    shown = window.beside(0, RADIUS)
    return shown if between(shown) else FrameWindow.still(window.centre)


def at_end(window: FrameWindow) -> FrameWindow:
    """As a render would show it if the shot ended with the frame, or, every other time, began with it."""
    begins = window.centre.number % 2 == 0
    shot = [
        frame if (k >= 0 if begins else k <= 0) else None
        for k, frame in enumerate(window.frames, -window.radius)
    ]
    return FrameWindow(tuple(shot)).beside(0, RADIUS)


class Suspects(Closing):
    """Shows clips to a detector as a render would, and keeps what it suspects. Use it in a `with` block."""

    def __init__(self, model: str | None, shown: Shown = inside) -> None:
        self._shown = shown
        motion = MotionEstimator()
        self._detector = UNetDetector(ModelSession(model or DEFAULT_DETECTOR, "auto"), motion)
        self._pipeline = pipeline_of(self._detector, motion)

    def close(self) -> None:
        self._pipeline.close()

    def marks(self, clip: TestClip) -> Marks:
        rows = [self._of_frame(self._shown(window), frame) for frame, window in windows(self._pipeline, clip)]
        found, area, damaged, visible = (np.concatenate(column) for column in zip(*rows, strict=True))
        return Marks(found, area, damaged, visible, np.full(area.size, scene_of(clip.name)))

    def _of_frame(self, window: FrameWindow, frame: TestFrame) -> tuple[np.ndarray, ...]:
        with self._detector.evidence(window) as evidence:
            marks = judgeable(evidence)
            if marks.count == 1:
                return np.zeros((0, len(SIGNS))), *(np.zeros(0, np.intp) for _ in range(3))
            found = signs(Surrounded.of(marks, evidence.step), evidence)
        heard = can_judge(found)
        counts = [
            np.bincount(marks.labels[part], minlength=marks.count)[1:][heard]
            for part in (frame.present, frame.visible)
        ]
        return found[heard], marks.area[1:][heard], *counts


def scene_of(clip: str) -> str:
    """The name of a clip without what part of its film it is: "davis_camel_060" is of "davis_camel"."""
    return clip.rpartition("_")[0] or clip


def _jobs(split: Path, cache: Path, turns: int) -> Iterator[tuple[str, Callable[[], TestClip]]]:
    """Names of the clips to look at, and how each is made."""
    clips, bank = list(each_clip(split / "clean", cache)), banks(split / "damage")
    for turn in range(turns):
        for index, clip in enumerate(clips):
            yield f"{clip.name}-{turn}", partial(_filmed, clip, bank, (turn + index) % 2 == 1, turn)
        for index, kind in enumerate(KINDS):
            clip = clips[(index * turns + turn) % len(clips)]
            name = f"{clip.name}-{kind.replace(' ', '_')}-{turn}"
            yield name, partial(_lookalike, kind, clip, bank, turn)


def _filmed(clip: Clip, bank: Bank, fast: bool, turn: int) -> TestClip:
    rng = np.random.default_rng((SEED, zlib.crc32(clip.name.encode()), turn))
    shown = faster(clip) if fast else clip
    first = int(rng.integers(0, max(1, len(shown.frames) - FRAMES)))
    grain = Grain(
        float(rng.uniform(*(STRONG if rng.random() < 0.25 else FINE))), float(rng.uniform(0.5, 0.9)), 0.7
    )
    table = linear_of_bytes(2.4, 1.0)
    plates = [add_grain(encode(table[one]), grain, rng) for one in shown.frames[first : first + FRAMES]]
    return _soiled(clip.name, plates, bank, rng)


def _lookalike(kind: str, clip: Clip, bank: Bank, turn: int) -> TestClip:
    rng = np.random.default_rng((SEED, zlib.crc32(kind.encode()), zlib.crc32(clip.name.encode()), turn))
    frames = hard_negative(kind, clip).frames
    linear = [np.power(frame.clean / np.float32(PEAK), np.float32(2.4)) for frame in frames]
    return _soiled(clip.name, [encode(one) for one in linear], bank, rng)


def _soiled(name: str, plates: Sequence[Float32], bank: Bank, rng: np.random.Generator) -> TestClip:
    """With dirt, or as often without."""
    shape = plates[0].shape[:2]
    soiling = Soiling.draw(rng)
    count = int(rng.integers(0, _MOST_SCRATCHES + 1))
    scratches = [Scratch.draw(shape, rng) for _ in range(count)]
    dirty = rng.random() < DIRTY
    frames: list[TestFrame] = []
    for number, plate in enumerate(plates):
        layer = DamageLayer.empty(shape)
        if dirty:
            layer = damage_layer(shape, bank, soiling, scratches, number, rng)
        frames.append(test_frame(number, plate, layer))
    return TestClip(name, "mixed" if dirty else "clean", frames)


if __name__ == "__main__":
    sys.exit(main())
