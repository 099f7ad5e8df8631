"""The controls of the two nodes as the shim makes them, read from its own sources: what scripts may name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.parameters import PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = (ROOT / "plugin" / "ofx" / "controls.c").read_text(encoding="utf-8")
HOST_CONTROLS = {"view": "Choice", "colour_space": "Choice", "use_mask": "Bool", "mask_holds": "Choice"}
"""What only a host needs; test_node_facts.py looks for them in the shim."""

KINDS = {"float": "Double", "integer": "Int", "choice": "Choice"}
REPAIR: Mapping[str, str] = {**HOST_CONTROLS, **{p.id: KINDS[p.kind] for p in PARAMETERS}}
DETECT: Mapping[str, str] = {
    "view": "Choice",
    "colour_space": "Choice",
    **{p.id: KINDS[p.kind] for p in PARAMETERS if p.group in ("detect", "matte") and p.id != "matte_mode"},
}
"""The kind of every control of a node, by its script name."""


def words_of_the_shim() -> set[str]:
    """Every text in controls.c."""
    return set(re.findall(r'"([^"\n]*)"', CONTROLS))
