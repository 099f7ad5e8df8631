"""How long a DPX or Cineon file must be: its pixels lie there uncompressed, so a cut shows in the length.

OpenImageIO returns leftovers of its buffer for the missing end of a Cineon file.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from engine.errors import CorruptSource
from engine.media.oiio_formats import FrameFormat

_BIG_ENDIAN = (b"SDPX", b"\x80\x2a\x5f\xd7")


def check_length(path: Path, fmt: FrameFormat, spec: Any, first: bytes) -> None:
    """Compare the file's length with what its header announces; `first` are its first bytes.

    Raises CorruptSource. Other formats, and run-length compressed DPX, are left to their own checks.
    """
    if fmt.name not in ("DPX", "Cineon") or spec.get_string_attribute("compression") == "rle":
        return
    there = path.stat().st_size
    needed = _offset(first) + spec.height * _row_bytes(spec)
    if there < needed:
        raise CorruptSource(
            f"{path} is truncated: {spec.width} x {spec.height} x {spec.nchannels} values need "
            f"{needed} bytes and the file has {there}; copy the frame again."
        )


def _offset(first: bytes) -> int:
    """Where the pixels begin: the second field of both headers. Nonsense is the reader's to refuse."""
    order = ">" if first.startswith(_BIG_ENDIAN) else "<"
    return int(struct.unpack_from(f"{order}I", first, 4)[0]) if len(first) >= 8 else 0


def _row_bytes(spec: Any) -> int:
    values = spec.width * spec.nchannels
    bits = spec.get_int_attribute("oiio:BitsPerSample", 8)
    packing = f"{spec.get_string_attribute('dpx:Packing')}{spec.get_string_attribute('cineon:Packing')}"
    if bits == 10 and packing.startswith(("Filled", "32-bit")):
        return -(-values // 3) * 4
    return values * bits // 8
