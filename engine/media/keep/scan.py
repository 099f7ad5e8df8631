"""Patch DPX and Cineon: only the bits of the changed codes change."""

from __future__ import annotations

from engine.media.keep.contract import Change
from engine.media.origin import Bytes
from engine.media.scan.reading import scan_of


def patched_scan(change: Change) -> Bytes:
    """Header, user area, padding, spare bits of words and elements that were not read stay as they are."""
    scan = scan_of(change.header.path, change.header.format, change.content)
    scan.put(change.content, change.codes, change.changed)
    return change.content
