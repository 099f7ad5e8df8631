"""The clean material: clips and stills of one split, decoded once and kept as arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

DISPUTED = ("davis", "pexels")
"""File-name prefixes of clips whose licence is disputed; `licensed_only` leaves them out."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Clean frames (N, H, W, 3) uint8 R'G'B', gamma 2.4 (a still has N = 1)."""

    name: str
    frames: Bytes


def load_clips(folder: Path, cache: Path, licensed_only: bool = False) -> list[Clip]:
    """Every .mp4 below `folder`, decoded into `cache` on first use and read from there."""
    paths = [p for p in sorted(folder.glob("*.mp4")) if not (licensed_only and p.name.startswith(DISPUTED))]
    cache.mkdir(parents=True, exist_ok=True)
    return [Clip(path.stem, _decoded_once(path, cache / f"{path.stem}.npy")) for path in paths]


def load_stills(folder: Path) -> list[Clip]:
    """Every .jpg and .png below `folder` as one-frame clips."""
    paths = sorted([*folder.glob("*.jpg"), *folder.glob("*.png")])
    return [Clip(path.stem, _still(path)[None]) for path in paths]


def decode(path: Path) -> Bytes:
    """All frames of a movie as (N, H, W, 3) uint8 R'G'B'."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(frames)


def _still(path: Path) -> Bytes:
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise FileNotFoundError(f"{path} cannot be read as a picture")
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)


def _decoded_once(path: Path, stored: Path) -> Bytes:
    if not stored.exists():
        # Two programs begun side by side both find it missing.
        part = stored.with_suffix(f".{os.getpid()}.part.npy")
        np.save(part, decode(path))
        part.rename(stored)
    return np.load(stored)


def names(clips: Sequence[Clip]) -> list[str]:
    return [clip.name for clip in clips]
