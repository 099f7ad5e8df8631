"""Checksums of files and of code values."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import xxhash

from engine.errors import SourceError
from engine.types import Codes

XXH3, SHA256 = "xxh3", "sha256"
_BLOCK = 4 * 2**20


class _Digest(Protocol):
    def update(self, block: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def of_file(path: Path, with_sha256: bool = False) -> Mapping[str, str]:
    """{"xxh3": 32 hex digits of xxh3-128, "sha256": 64} of a file's bytes. Raises SourceError."""
    try:
        with path.open("rb") as file:
            return _of_blocks(iter(lambda: file.read(_BLOCK), b""), with_sha256)
    except OSError as error:
        raise SourceError(f"{path} cannot be read for its checksum ({error.strerror}).") from error


def of_codes(codes: Codes, with_sha256: bool = False) -> Mapping[str, str]:
    """The same of code values: the planes one after the other, rows from the top, little-endian samples.

    Of a planar movie this is what `ffmpeg -f rawvideo` writes, so that its SHA-256 is that of
    `ffmpeg -f framehash -hash sha256`.
    """
    return _of_blocks((_little_endian(plane) for plane in codes.planes), with_sha256)


def _little_endian(plane: np.ndarray) -> bytes:
    swapped = plane.byteswap() if sys.byteorder == "big" else plane
    return np.ascontiguousarray(swapped).tobytes()


def _of_blocks(blocks: Iterable[bytes], with_sha256: bool) -> Mapping[str, str]:
    digests: dict[str, _Digest] = {XXH3: xxhash.xxh3_128()}
    if with_sha256:
        digests[SHA256] = hashlib.sha256()
    for block in blocks:
        for digest in digests.values():
            digest.update(block)
    return {name: digest.hexdigest() for name, digest in digests.items()}
