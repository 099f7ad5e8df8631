"""The shot that a frame belongs to."""

from __future__ import annotations

from engine.review.clip import ReviewClip
from engine.types import FrameNumber

MOST_FRAMES = 3000
"""Looked at on either side; a longer shot is told as that much of it."""


def shot_of(clip: ReviewClip, number: FrameNumber) -> tuple[FrameNumber, FrameNumber]:
    """First and last frame of the shot, by the pictures or the cuts given. Raises what reading raises.

    A gap ends a shot: nobody knows what was there.
    """
    clip.require(number)
    first = last = number
    while number - first < MOST_FRAMES and clip.has(first - 1) and not _cut(clip, first):
        first -= 1
    while last - number < MOST_FRAMES and clip.has(last + 1) and not _cut(clip, last + 1):
        last += 1
    return first, last


def _cut(clip: ReviewClip, number: FrameNumber) -> bool:
    """Whether a shot begins with this frame; the frame before it is there."""
    return clip.window(number, min(1, clip.opened.reach)).at(-1) is None
