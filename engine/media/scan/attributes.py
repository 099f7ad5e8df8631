"""A scan's header as OpenImageIO attributes, the words the other formats are written with."""

from __future__ import annotations

from typing import Any

import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.media.scan.fields import Value
from engine.media.scan.layout import Scan


def spec_of(scan: Scan) -> oiio.ImageSpec:
    """An ImageSpec with the scan's size, channels and everything its header says that has a name."""
    layout = scan.layout
    spec: Any = oiio.ImageSpec(
        scan.width, scan.height, len(layout.channels), "uint8" if layout.bits == 8 else "uint16"
    )
    spec.channelnames = layout.channels
    spec.alpha_channel = layout.channels.index("A") if "A" in layout.channels else -1
    spec.attribute("oiio:BitsPerSample", layout.bits)
    spec.attribute("oiio:Endian", "big" if scan.order == ">" else "little")
    spec.attribute("Orientation", scan.orientation)
    for name, value in scan.fields.items():
        _add(spec, name, value)
    _add_colour(spec, scan)
    _add_film(spec, scan)
    return spec


def _add(spec: Any, name: str, value: Value) -> None:
    if isinstance(value, str):
        dated = name.endswith("DateTime") and len(value) >= 19
        # ST 268 writes yyyy:mm:dd:hh:mm:ssLTZ, everyone else yyyy:mm:dd hh:mm:ss.
        spec.attribute(name, f"{value[:10]} {value[11:19]}" if dated else value)
    elif isinstance(value, int):
        spec.attribute(name, oiio.TypeUInt32, value)
    else:
        spec.attribute(name, value)


def _add_colour(spec: Any, scan: Scan) -> None:
    transfer, colorimetric = scan.colour
    if transfer:
        spec.attribute("dpx:Transfer", transfer)
    if colorimetric:
        spec.attribute("dpx:Colorimetric", colorimetric)
    if scan.packing:
        spec.attribute(f"{scan.kind.lower()}:Packing", scan.packing)
    if scan.aspect is not None:
        spec.attribute("PixelAspectRatio", scan.aspect)


def _add_film(spec: Any, scan: Scan) -> None:
    if scan.timecode is not None:
        spec.attribute("smpte:TimeCode", oiio.TypeTimeCode, scan.timecode)
    if scan.keycode is not None:
        spec.attribute("smpte:KeyCode", oiio.TypeKeyCode, scan.keycode)
    if scan.left_out:
        spec.attribute("scan:LeftOut", ", ".join(scan.left_out))
    date, time = scan.fields.get("cineon:CreationDate"), scan.fields.get("cineon:CreationTime")
    if date and time:
        spec.attribute("DateTime", f"{str(date)[:10]} {str(time)[:8]}")
