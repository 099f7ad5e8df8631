"""Everything a split has to draw from."""

from __future__ import annotations

from pathlib import Path

from export.material.clips import load_clips, load_stills
from export.simulate.banks import load
from export.simulate.real_pairs import load_real_pairs
from export.simulate.scene import Material


def load_material(split: Path, cache: Path, licensed_only: bool = False) -> Material:
    """`split` holds clean/*.mp4, damage/ and, if any, stills/*.jpg and damage/real_pairs/*.jpg."""
    clips = load_clips(split / "clean", cache, licensed_only)
    pairs = load_real_pairs(split / "damage" / "real_pairs")
    return Material(clips, load_stills(split / "stills"), load(split / "damage"), pairs)
