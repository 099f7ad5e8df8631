"""The versions that a result depends on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata

from engine.version import __version__

LIBRARIES = (
    "numpy", "opencv-python-headless", "av", "OpenImageIO", "opencolorio", "onnxruntime", "onnxruntime-gpu"
)  # fmt: skip


def versions() -> Mapping[str, str]:
    """Name to version: Reelmend, Python and the libraries that touch pixels, as far as installed."""
    found = {"reelmend": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
