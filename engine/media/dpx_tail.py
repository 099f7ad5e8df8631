"""The last value of each row of a 10-bit DPX, where OpenImageIO reads it wrongly.

A filled 10-bit DPX packs three values into a 32-bit word (SMPTE ST 268, annex C), the first in the
highest bits. Where a row of several channels ends in a word with one value only (RGBA with a width of
3k + 1), OpenImageIO 3.2 takes that value from the lowest bits and gives 0. Its writer is right.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.media.frame_header import FrameHeader

_FIRST_VALUE_AT = {"Filled, method A": 22, "Filled, method B": 20}
"""Bits below the first value of a word: method A leaves two spare bits below, method B above."""


def mend_last_values(header: FrameHeader, codes: npt.NDArray[np.uint16]) -> None:
    """Put the true last value of each row into `codes` (H, W, C), 10-bit codes, where it needs that."""
    height, width, channels = codes.shape
    packing = header.spec.get_string_attribute("dpx:Packing")
    is_concerned = header.format.name == "DPX" and header.layout.bits == 10 and channels > 1
    if is_concerned and packing in _FIRST_VALUE_AT and width * channels % 3 == 1:
        words = _last_words(header, height, width * channels)
        codes[:, -1, -1] = (words >> np.uint32(_FIRST_VALUE_AT[packing])) & np.uint32(1023)


def _last_words(header: FrameHeader, height: int, values: int) -> npt.NDArray[np.uint32]:
    order = ">" if header.spec.get_string_attribute("oiio:Endian") == "big" else "<"
    used = -(-values // 3) * 4
    padding = header.spec.get_int_attribute("dpx:EndOfLinePadding", 0)
    stride = used + (padding if 0 < padding < 2**16 else 0)
    # The last row may lack its padding, so rows are cut from a file of any length.
    content = np.fromfile(header.path, np.uint8, height * stride, offset=_offset(header.path, order))
    content = np.pad(content, (0, height * stride - content.size)).reshape(height, stride)
    last = np.ascontiguousarray(content[:, used - 4 : used])
    return last.view(np.dtype(f"{order}u4"))[:, 0].astype(np.uint32)


def _offset(path: Path, order: str) -> int:
    """Where the first element's pixels begin: header field 21.13, or the file's own offset if unset."""
    with path.open("rb") as file:
        head = np.frombuffer(file.read(812), np.dtype(f"{order}u4"))
    element, whole = int(head[808 // 4]), int(head[1])
    return element if 0 < element < 2**32 - 1 else whole
