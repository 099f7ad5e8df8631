"""A contact sheet: frames before, their mattes, and after, with details at 200 %, as one PNG.

Everything here is display-referred: (H, W, 3) uint8 in R, G, B order, ready to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import SinkError
from engine.types import Box, Float32

Shown: TypeAlias = npt.NDArray[np.uint8]

PAPER = (24, 24, 26)
INK = (226, 222, 214)
FAINT = (150, 146, 140)
MARK = (255, 196, 64)
COLUMN = 640
"""Width in pixels of a column: before, matte, after."""
GAP = 10
LINE = 30
DETAILS = 3
ZOOM = 2


@dataclass(frozen=True, eq=False)
class SheetFrame:
    """One frame of the sheet. `matte` (H, W) float32 is its cleaned matte; `kept` may name a place to
    show where something must have survived, as (row, column)."""

    caption: str
    before: Shown
    matte: Float32
    after: Shown
    kept: tuple[int, int] | None = None


def draw_sheet(title: str, subtitle: str, frames: Sequence[SheetFrame]) -> Shown:
    """The sheet (H, W, 3), as wide as three columns."""
    width = 3 * COLUMN + 4 * GAP
    heading = _strip(width, 2 * LINE + GAP)
    _write(heading, title, (GAP + 2, 32), 0.95, INK, 2)
    _write(heading, subtitle, (GAP + 2, 60), 0.55, FAINT, 1)
    blocks = [heading]
    for frame in frames:
        blocks += _frame_block(frame, width)
    blocks.append(_strip(width, GAP))
    return np.concatenate(blocks, axis=0)


def save_sheet(sheet: Shown, path: Path) -> None:
    """Write the sheet as PNG. Raises SinkError."""
    done, encoded = cv2.imencode(".png", sheet[..., ::-1])
    try:
        if done:
            path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise SinkError(f"The contact sheet {path} cannot be written: {error.strerror or error}.") from error


def busiest(matte: Float32, size: tuple[int, int], count: int) -> tuple[Box, ...]:
    """Up to `count` boxes of `size` (height, width) that hold the most damage and do not overlap."""
    height, width = int(matte.shape[0]), int(matte.shape[1])
    tall, wide = min(size[0], height), min(size[1], width)
    left_over = np.minimum(matte, 1.0).astype(np.float64)
    boxes: list[Box] = []
    for _ in range(count):
        sums = cv2.integral(left_over)
        held = sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
        top, left = divmod(int(np.argmax(held)), held.shape[1])
        if held[top, left] < 1.0:
            break
        box = Box(top, left, top + tall, left + wide)
        boxes.append(_centred(left_over, box))
        left_over[max(0, top - tall // 2) : box.bottom, max(0, left - wide // 2) : box.right] = 0.0
        left_over[boxes[-1].slices] = 0.0
    return tuple(boxes)


def _centred(weight: npt.NDArray[np.float64], box: Box) -> Box:
    """The box moved so that the damage in it is in its middle, as far as the frame allows."""
    held = weight[box.slices]
    total = held.sum()
    row = float(held.sum(1) @ np.arange(box.height)) / total
    column = float(held.sum(0) @ np.arange(box.width)) / total
    return _around(box.top + round(row), box.left + round(column), box.height, box.width, weight.shape)


def _around(row: int, column: int, tall: int, wide: int, shape: tuple[int, ...]) -> Box:
    top = min(max(row - tall // 2, 0), int(shape[0]) - tall)
    left = min(max(column - wide // 2, 0), int(shape[1]) - wide)
    return Box(top, left, top + tall, left + wide)


def _frame_block(frame: SheetFrame, width: int) -> list[Shown]:
    """Caption, the three pictures, the details."""
    boxes, notes = _detail_boxes(frame, width)
    caption = _strip(width, LINE)
    for column, text in enumerate((f"{frame.caption}: before", "matte: white = damage", "after")):
        _write(caption, text, (GAP + column * (COLUMN + GAP) + 2, 21), 0.52, INK, 1)
    matte = np.repeat((np.clip(frame.matte, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)
    panels = [_marked(frame.before, boxes), _fitted(matte, cv2.INTER_AREA), _marked(frame.after, boxes)]
    return [caption, _side_by_side(panels, width), *_detail_rows(frame, boxes, notes, width)]


def _detail_boxes(frame: SheetFrame, width: int) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    height, across = int(frame.matte.shape[0]), int(frame.matte.shape[1])
    wide = min(_detail_width(width) // ZOOM, across)
    tall = min(round(wide * 0.72), height)
    damaged = busiest(frame.matte, (tall, wide), DETAILS - (frame.kept is not None))
    notes = tuple("damage" for _ in damaged)
    if frame.kept is None:
        return damaged, notes
    return (*damaged, _around(*frame.kept, tall, wide, frame.matte.shape)), (*notes, "picture to be kept")


def _detail_width(width: int) -> int:
    return (width - GAP * (2 * DETAILS + 1)) // (2 * DETAILS)


def _detail_rows(
    frame: SheetFrame, boxes: tuple[Box, ...], notes: tuple[str, ...], width: int
) -> list[Shown]:
    """One row: each detail before and after, side by side, at 200 %."""
    if not boxes:
        return []
    across = _detail_width(width)
    caption = _strip(width, LINE)
    row = _strip(width, boxes[0].height * ZOOM)
    for place, (box, note) in enumerate(zip(boxes, notes, strict=True)):
        left = GAP + 2 * place * (across + GAP)
        _write(caption, f"{place + 1}  before, 200 %: {note}", (left + 2, 21), 0.45, FAINT, 1)
        _write(caption, "after", (left + across + GAP + 2, 21), 0.45, FAINT, 1)
        for offset, picture in ((0, frame.before), (across + GAP, frame.after)):
            detail = np.repeat(np.repeat(picture[box.slices], ZOOM, 0), ZOOM, 1)
            row[: detail.shape[0], left + offset : left + offset + detail.shape[1]] = detail
    return [caption, row]


def _marked(picture: Shown, boxes: Sequence[Box]) -> Shown:
    """The picture at column width, with the details' outlines and numbers."""
    fitted = _fitted(picture, cv2.INTER_AREA)
    scale = fitted.shape[1] / picture.shape[1]
    for place, box in enumerate(boxes):
        corner = (int(box.left * scale), int(box.top * scale))
        cv2.rectangle(fitted, corner, (int(box.right * scale) - 1, int(box.bottom * scale) - 1), MARK, 1)
        _write(fitted, str(place + 1), (corner[0] + 4, corner[1] + 15), 0.45, MARK, 1)
    return fitted


def _fitted(picture: Shown, interpolation: int) -> Shown:
    height = max(1, round(picture.shape[0] * COLUMN / picture.shape[1]))
    if picture.shape[1] < COLUMN:
        interpolation = cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (COLUMN, height), interpolation=interpolation), np.uint8)


def _side_by_side(panels: Sequence[Shown], width: int) -> Shown:
    row = _strip(width, panels[0].shape[0])
    for column, panel in enumerate(panels):
        left = GAP + column * (COLUMN + GAP)
        row[:, left : left + COLUMN] = panel
    return row


def _strip(width: int, height: int) -> Shown:
    return np.full((height, width, 3), PAPER, np.uint8)


def _write(
    on: Shown, text: str, at: tuple[int, int], size: float, colour: tuple[int, int, int], weight: int
) -> None:
    cv2.putText(on, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, weight, cv2.LINE_AA)
