"""What an audit tells of a clip, taken up into its index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from engine.audit.read import open_audit, region_of
from engine.errors import InconsistentFrames
from engine.review.clip import ReviewClip
from engine.review.rows import CUT, frame_flags, rows_of


def take_up(clip: ReviewClip, path: Path) -> dict[str, Any]:
    """Note every frame of the audit in the clip's index, and give its header.

    Raises what `open_audit` raises, and InconsistentFrames where it is about frames of another size.
    """
    with open_audit(path) as audit:
        size = tuple(audit.header["source"]["size"])
        if size != clip.size:
            raise InconsistentFrames(
                f"The audit {path} is of frames of {size[1]} x {size[0]}, and the clip has "
                f"{clip.size[1]} x {clip.size[0]}; give the one of this clip with --audit."
            )
        as_now = audit.header["settings"] == clip.settings.as_dict()
        for frame in audit.raw_frames():
            _take_frame(clip, frame)
            if as_now:
                clip.trust(int(frame["number"]))
        return audit.header


def picture_of(header: dict[str, Any], audit: Path) -> Path | None:
    """The picture output that the audit tells of, where it lies beside it or below: no other is opened."""
    told = header.get("outputs", {}).get("picture")
    if told is None:
        return None
    path, folder = Path(told).resolve(), audit.resolve().parent
    return path if folder in path.parents else None


def made_with(header: dict[str, Any], decisions: Path) -> bool:
    """Whether the audit's render went by the decisions file as it is now."""
    identity = str(header.get("identity", {}).get("decisions", ""))
    return identity.rpartition(" xxh3:")[2] == xxhash.xxh3_128_hexdigest(decisions.read_bytes())


def _take_frame(clip: ReviewClip, frame: dict[str, Any]) -> None:
    number = int(frame["number"])
    if frame["status"] == "failed":
        clip.index.fail(number)
        return
    rows = rows_of(number, [region_of(told) for told in frame["regions"]], clip.size)
    flags = frame_flags("duplicate_of" in frame, float(frame.get("suspected", 0.0)))
    clip.index.put(number, rows, float(frame["damaged"]), flags)
    near = np.asarray(frame["neighbours"], np.int64)
    if clip.settings.radius and near.size:
        if not (near < 0).any() and clip.has(number - 1):
            clip.index.mark([number], CUT)
        if not (near > 0).any() and clip.has(number + 1):
            clip.index.mark([number + 1], CUT)
