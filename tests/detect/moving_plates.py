"""Windows of chromatic texture that moves, and marks put on them."""

from __future__ import annotations

import zlib

import cv2
import numpy as np

from engine.types import CodeLayout, Codes, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow

HEIGHT, WIDTH = 96, 128
_LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


def plate(number: int, speed: float = 0.0, seed: int = 4, grain: float = 0.004) -> Float32:
    """(H, W, 3) around 0.4 in the model encoding; `speed` px to the left a frame, own grain each frame."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.25, 0.55, (HEIGHT // 8 + 4, WIDTH // 4 + 16, 3)).astype(np.float32)
    wide = cv2.resize(coarse, (WIDTH * 3, HEIGHT), interpolation=cv2.INTER_CUBIC)
    move = np.array([[1, 0, -WIDTH - speed * number], [0, 1, 0]], np.float32)
    seen = cv2.warpAffine(wide, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    noise = np.random.default_rng((seed, number + 100)).normal(0, grain, seen.shape)
    return np.ascontiguousarray(seen + noise, np.float32)


def window_of(plates: dict[int, Float32], radius: int = 1) -> FrameWindow:
    """The window around number 0; a plate that is not given is an absent neighbour."""

    def frame(number: int) -> WorkingFrame | None:
        picture = plates.get(number)
        if picture is None:
            return None
        key = f"{number} {zlib.crc32(picture.tobytes())}"
        return WorkingFrame(Frame(number, Codes((picture,), _LAYOUT)), "ACEScct", picture, key)

    return FrameWindow(tuple(frame(number) for number in range(-radius, radius + 1)))
