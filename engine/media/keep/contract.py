"""What a patcher of one format gets: the source's bytes and which codes are to change in them.

A patcher returns the bytes of the whole new file, `Change.content` itself changed in place where it can. It
raises UnsupportedFormat where the structure of the file does not allow it to keep everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.media.frame_header import FrameHeader
from engine.media.origin import Bytes
from engine.types import AnyArray, Bool


@dataclass(frozen=True, eq=False)
class Change:
    """`codes` (H, W, C) are those of the whole picture; `changed` (H, W, C) says which are new."""

    content: Bytes
    header: FrameHeader
    codes: AnyArray
    changed: Bool
