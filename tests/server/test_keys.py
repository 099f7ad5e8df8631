"""The hash that C shims make as well: pinned by numbers, not by the code that makes them."""

from __future__ import annotations

import numpy as np
import pytest
import xxhash

from engine.server.keys import BandHash
from engine.server.keys import key_of as joined_key
from tests.server.client import key_of


def picture_key(packed: np.ndarray, height: int) -> str:
    row, bands = packed.size // height, []
    for top in range(0, height, 64):
        end = min(top + 64, height)
        hashed = BandHash((end - top) * row)
        for first in range(top, end, 17):
            hashed.add(packed[first * row : min(first + 17, end) * row])
        bands.append(hashed.value())
    return joined_key(bands)


def test_the_hash_is_that_of_the_specification() -> None:
    # The two vectors that every list of XXH64 test values begins with.
    assert xxhash.xxh64(b"").hexdigest() == "ef46db3751d8e999"
    assert xxhash.xxh64(b"a").hexdigest() == "d24ec4f1a98c6e5b"


@pytest.mark.parametrize("height", [1, 63, 64, 65, 128, 130])
def test_a_key_is_made_of_bands_of_64_rows(height: int) -> None:
    plane = np.random.default_rng(height).integers(0, 256, (height, 5, 3), np.uint8)
    assert picture_key(plane.reshape(-1), height) == key_of(plane)


def test_the_vector_of_the_protocol() -> None:
    """65 rows of 2 bytes each, 0, 1, 2, ... 129."""
    assert picture_key(np.arange(130, dtype=np.uint8), 65) == "e734fd5d23f339b2"


def test_the_longer_vector_of_the_protocol() -> None:
    """65 rows of 7 bytes each, 0, 1, 2, ... 199, 200, 0, 1 and so on: XXH3, and XXH64 for the last row."""
    assert picture_key((np.arange(455) % 201).astype(np.uint8), 65) == "ecce5ffab8f371b3"


@pytest.mark.parametrize("count", [240, 241])
def test_the_hash_changes_behind_240_bytes(count: int) -> None:
    row = np.arange(count).astype(np.uint8)
    other = xxhash.xxh3_64_intdigest if count > 240 else xxhash.xxh64_intdigest
    hashed = BandHash(count)
    hashed.add(row)
    assert hashed.value() == other(row.data)


def test_every_byte_counts() -> None:
    plane = np.zeros(130 * 6, np.uint8)
    keys = {picture_key(plane, 130)}
    for place in (0, 5, 64 * 6 - 1, 64 * 6, 130 * 6 - 1):
        changed = plane.copy()
        changed[place] = 1
        keys.add(picture_key(changed, 130))
    assert len(keys) == 6
