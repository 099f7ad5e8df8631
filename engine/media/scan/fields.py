"""Header fields of DPX and Cineon: their names here, where they lie, and how to read them.

DPX offsets are those of SMPTE ST 268:2014, tables 1 to 5 (file, image, orientation, film and television
header); Cineon offsets those of Kodak's "4.5 DRAFT - Image File Format Proposal for Digital Pictures" (1990),
sections 1 and 2. Names are OpenImageIO's where it has one, so that other formats understand them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Value = str | int | float


@dataclass(frozen=True)
class Field:
    """`code` as in `struct`: "100s" text, "I", "H" and "B" unsigned integers, "f" a float."""

    name: str
    offset: int
    code: str


def _fields(*rows: tuple[str, int, str]) -> tuple[Field, ...]:
    return tuple(Field(*row) for row in rows)


DPX_FIELDS = _fields(
    ("dpx:Version", 8, "8s"),
    ("DateTime", 136, "24s"),
    ("Software", 160, "100s"),
    ("DocumentName", 260, "200s"),
    ("Copyright", 460, "200s"),
    ("dpx:LowData", 784, "I"),
    ("dpx:LowQuantity", 788, "f"),
    ("dpx:HighData", 792, "I"),
    ("dpx:HighQuantity", 796, "f"),
    ("dpx:EndOfLinePadding", 812, "I"),
    ("dpx:EndOfImagePadding", 816, "I"),
    ("ImageDescription", 820, "32s"),
    ("dpx:SourceImageFileName", 1432, "100s"),
    ("dpx:SourceDateTime", 1532, "24s"),
    ("dpx:InputDevice", 1556, "32s"),
    ("dpx:InputDeviceSerialNumber", 1588, "32s"),
    ("dpx:XScannedSize", 1636, "f"),
    ("dpx:YScannedSize", 1640, "f"),
    ("dpx:FilmEdgeCode", 1664, "16s"),
    ("dpx:Format", 1680, "32s"),
    ("dpx:FramePosition", 1712, "I"),
    ("dpx:SequenceLength", 1716, "I"),
    ("dpx:HeldCount", 1720, "I"),
    ("dpx:FrameRate", 1724, "f"),
    ("dpx:ShutterAngle", 1728, "f"),
    ("dpx:FrameId", 1732, "32s"),
    ("dpx:SlateInfo", 1764, "100s"),
    ("dpx:UserBits", 1924, "I"),
    ("dpx:Interlace", 1928, "B"),
    ("dpx:FieldNumber", 1929, "B"),
    ("dpx:HorizontalSampleRate", 1932, "f"),
    ("dpx:VerticalSampleRate", 1936, "f"),
    ("dpx:TemporalFrameRate", 1940, "f"),
    ("dpx:TimeOffset", 1944, "f"),
    ("dpx:Gamma", 1948, "f"),
    ("dpx:BlackLevel", 1952, "f"),
    ("dpx:BlackGain", 1956, "f"),
    ("dpx:BreakPoint", 1960, "f"),
    ("dpx:WhiteLevel", 1964, "f"),
    ("dpx:IntegrationTimes", 1968, "f"),
    ("dpx:UserData", 2048, "32s"),
)
"""The fields shown or carried into other formats; a DPX that is written as a DPX keeps every byte."""

CINEON_FIELDS = _fields(
    ("cineon:Version", 24, "8s"),
    ("cineon:CreationDate", 132, "12s"),
    ("cineon:CreationTime", 144, "12s"),
    ("cineon:LabelText", 452, "200s"),
    ("cineon:SourceImageFileName", 720, "100s"),
    ("cineon:InputDevice", 844, "64s"),
    ("cineon:InputDeviceModelNumber", 908, "32s"),
    ("cineon:InputDeviceSerialNumber", 940, "32s"),
    ("cineon:XDevicePitch", 972, "f"),
    ("cineon:YDevicePitch", 976, "f"),
    ("cineon:Gamma", 980, "f"),
    ("cineon:Format", 1036, "32s"),
    ("cineon:FramePosition", 1068, "I"),
    ("cineon:FrameRate", 1072, "f"),
    ("cineon:FrameId", 1076, "32s"),
    ("cineon:SlateInfo", 1108, "200s"),
)

DPX_TRANSFERS = (
    "User defined", "Printing density", "Linear", "Logarithmic", "Unspecified video", "SMPTE 274M",
    "ITU-R 709-4", "ITU-R 601-5 system B or G", "ITU-R 601-5 system M", "NTSC composite video",
    "PAL composite video", "Z depth linear", "Z depth homogeneous", "ADX",
)  # fmt: skip
"""Meanings of the fields transfer (21.7) and colorimetric (21.8), ST 268 table 5A; 13 is SMPTE ST 2065-3."""


def read_fields(head: bytes, order: str, fields: tuple[Field, ...]) -> Mapping[str, Value]:
    """The fields that are set, by name. `head` may end before the last of them."""
    found: dict[str, Value] = {}
    for field in fields:
        end = field.offset + struct.calcsize(field.code)
        if end <= len(head):
            value = _value(head[field.offset : end], order, field.code)
            if value is not None:
                found[field.name] = value
    return MappingProxyType(found)


def text(raw: bytes) -> str:
    """A text field up to its first NUL, "" where it is undefined; what is not UTF-8 is read as Latin-1."""
    raw = raw.partition(b"\0")[0].rstrip(b"\xff ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def word(head: bytes, order: str, offset: int, code: str = "I") -> int:
    """An unsigned integer of the header."""
    return int(struct.unpack_from(f"{order}{code}", head, offset)[0])


def _value(raw: bytes, order: str, code: str) -> Value | None:
    """None for what the standards call undefined: all bits set, or Cineon's infinite float."""
    if code.endswith("s"):
        return text(raw) or None
    if raw == b"\xff" * len(raw):
        return None
    (number,) = struct.unpack(f"{order}{code}", raw)
    return number if math.isfinite(number) else None
