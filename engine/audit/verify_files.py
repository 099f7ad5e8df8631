"""What of a frame's file beside its code values must be that of its source."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.audit.container_fields import fields_of, shown
from engine.audit.findings import Findings
from engine.audit.scan_bytes import compare_bytes
from engine.errors import CorruptSource
from engine.media.oiio_formats import format_of
from engine.media.origin import file_bytes
from engine.media.scan.reading import SCAN_FORMATS, scan_of
from engine.types import AnyArray, Bool, FrameNumber


def compare_files(
    source: Path, result: Path, inside: Bool | None, number: FrameNumber, findings: Findings
) -> None:
    """Compare a frame's two files; `inside` (H, W) marks the pixels that may differ, None for none.

    DPX and Cineon are compared bit for bit, EXR, TIFF and PNG by every field of their headers and by the
    pixels of further parts and pages. Raises SourceError, CorruptSource.
    """
    one, other = format_of(source), format_of(result)
    if one != other:
        findings.differ("header", number, "format", one.name, other.name)
        findings.note("Files of two formats have no header in common: only code values are compared.")
        return
    if one.name in SCAN_FORMATS:
        content = file_bytes(source)
        compare_bytes(content, file_bytes(result), scan_of(source, one, content), inside, number, findings)
        return
    _compare_fields(source, result, number, findings)
    if one.name in ("EXR", "TIFF"):
        _compare_parts(source, result, number, findings)


def _compare_fields(source: Path, result: Path, number: FrameNumber, findings: Findings) -> None:
    one, other = fields_of(source) or {}, fields_of(result) or {}
    names = [*one, *(name for name in other if name not in one)]
    for name in names:
        before, after = one.get(name), other.get(name)
        if before == after:
            findings.fields += 1
            continue
        told = ["nothing" if value is None else shown(value) for value in (before, after)]
        findings.differ("header", number, name, *told)


def _compare_parts(source: Path, result: Path, number: FrameNumber, findings: Findings) -> None:
    """Parts and pages behind the first, which no repair may touch."""
    for part, (one, other) in enumerate(zip_longest(_parts(source), _parts(result)), start=1):
        if one is None or other is None:
            findings.differ("header", number, f"part {part}", one is not None, other is not None)
        elif not (one.shape == other.shape and one.dtype == other.dtype and _same_bits(one, other)):
            findings.differ("pixel", number, f"part {part}", "its pixels", "other pixels")


def _parts(path: Path) -> list[AnyArray]:
    opened = oiio.ImageInput.open(str(path))
    if opened is None:
        raise CorruptSource(f"{path} cannot be read ({oiio.geterror().strip()}); copy it again.")
    try:
        found: list[AnyArray] = []
        while opened.seek_subimage(len(found) + 1, 0):
            spec = opened.spec()
            pixels = opened.read_image(len(found) + 1, 0, 0, spec.nchannels, spec.format)
            if pixels is None:
                raise CorruptSource(f"{path}: part {len(found) + 1} cannot be read; copy the file again.")
            found.append(pixels)
        opened.geterror()
        return found
    finally:
        opened.close()


def _same_bits(one: AnyArray, other: AnyArray) -> bool:
    return bool(np.array_equal(one.reshape(-1).view(np.uint8), other.reshape(-1).view(np.uint8)))
