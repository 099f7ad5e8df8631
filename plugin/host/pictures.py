"""Pictures in memory as hosts lay them out: any depth, padded rows, rows from below or from above.

Guard bytes lie around and between the rows, so that a plug-in that writes beside the picture is found out.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace

_SAMPLE_BYTES = {"Byte": 1, "Short": 2, "Half": 2, "Float": 4}
_CHANNELS = {"RGBA": 4, "RGB": 3, "Alpha": 1}
_GUARD = 0xCD
_MARGIN = 256


@dataclass(frozen=True)
class PictureFormat:
    """Width and height in pixels of what is held (not of the full-size plate), and how.

    `depth` Byte | Short | Half | Float, `components` RGBA | RGB | Alpha. `padding` bytes follow every
    row; with `top_first` the rows lie from the top down, which makes the row bytes negative.
    `origin` is the place of the lower left corner in pixels.
    """

    width: int
    height: int
    depth: str = "Float"
    components: str = "RGBA"
    padding: int = 0
    top_first: bool = False
    origin: tuple[int, int] = (0, 0)
    pixel_aspect: float = 1.0

    @property
    def pixel_bytes(self) -> int:
        return _SAMPLE_BYTES[self.depth] * _CHANNELS[self.components]

    @property
    def packed_row(self) -> int:
        return self.width * self.pixel_bytes

    @property
    def packed_bytes(self) -> int:
        return self.packed_row * self.height

    @property
    def stride(self) -> int:
        return self.packed_row + self.padding

    @property
    def row_bytes(self) -> int:
        """What the plug-in is told: from one row to the one above it."""
        return -self.stride if self.top_first else self.stride

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """x1, y1, x2, y2 in pixels, from below."""
        x, y = self.origin
        return x, y, x + self.width, y + self.height

    @property
    def depth_name(self) -> str:
        return f"OfxBitDepth{self.depth}"

    @property
    def components_name(self) -> str:
        return f"OfxImageComponent{self.components}"

    def plain(self) -> PictureFormat:
        """The same pixels without padding, rows from below."""
        return replace(self, padding=0, top_first=False)


class Picture:
    """One picture at a place in memory that does not move; filled with guard bytes to begin with."""

    def __init__(self, format: PictureFormat) -> None:
        self.format = format
        self._size = format.stride * format.height
        self._memory = ctypes.create_string_buffer(self._size + 2 * _MARGIN)
        ctypes.memset(self._memory, _GUARD, self._size + 2 * _MARGIN)

    @staticmethod
    def of(format: PictureFormat, packed: bytes | bytearray | memoryview) -> Picture:
        """A picture of packed pixels, top row first, little-endian. Raises ValueError for a wrong length."""
        picture = Picture(format)
        pixels = memoryview(packed).cast("B")
        if len(pixels) != format.packed_bytes:
            raise ValueError(f"expected {format.packed_bytes} bytes for {format}, got {len(pixels)}")
        rows = memoryview(picture._memory).cast("B")
        for row in range(format.height):
            start = picture._row_start(row)
            rows[start : start + format.packed_row] = pixels[
                row * format.packed_row : (row + 1) * format.packed_row
            ]
        return picture

    def packed(self) -> bytearray:
        """The pixels as packed rows, top row first."""
        format = self.format
        rows = memoryview(self._memory).cast("B")
        out = bytearray(format.packed_bytes)
        for row in range(format.height):
            start = self._row_start(row)
            out[row * format.packed_row : (row + 1) * format.packed_row] = rows[
                start : start + format.packed_row
            ]
        return out

    @property
    def address(self) -> int:
        """Where the lowest row begins."""
        return ctypes.addressof(self._memory) + self._row_start(self.format.height - 1)

    def is_whole(self) -> bool:
        """Whether every guard byte is as it was."""
        memory = memoryview(self._memory).cast("B")
        guards = [memory[:_MARGIN], memory[_MARGIN + self._size :]]
        if self.format.padding:
            ends = (_MARGIN + (row + 1) * self.format.stride for row in range(self.format.height))
            guards += [memory[end - self.format.padding : end] for end in ends]
        return all(bytes(guard).count(_GUARD) == len(guard) for guard in guards)

    def _row_start(self, row: int) -> int:
        """Where in the memory the row begins that is `row` rows below the top."""
        place = row if self.format.top_first else self.format.height - 1 - row
        return _MARGIN + place * self.format.stride
