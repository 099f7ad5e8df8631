"""Where the bundle of this installation is, or why it has none."""

from __future__ import annotations

from pathlib import Path

from plugin.bundle.build import BUNDLE

PACKAGE = Path(__file__).resolve().parent.parent
NOTE = "no-bundle.txt"
"""In the place of a bundle that could not be built: why."""


class BundleMissing(Exception):
    """This installation has no OpenFX bundle; the message says why and what to do."""


def find_bundle() -> Path:
    """The `Reelmend.ofx.bundle` that was built with this installation. Raises BundleMissing."""
    bundle = PACKAGE / BUNDLE
    if (bundle / "Contents" / "Info.plist").is_file():
        return bundle
    note = PACKAGE / NOTE
    why = note.read_text(encoding="utf-8").strip() if note.is_file() else "It was not built."
    raise BundleMissing(
        f"This installation has no OpenFX nodes. {why} To build them: pip install ziglang, then "
        "python -m plugin.bundle."
    )
