"""The folders and files of `Reelmend.ofx.bundle`."""

from __future__ import annotations

import plistlib
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from plugin.bundle.compiler import compiled, version
from plugin.bundle.fat import joined
from plugin.bundle.icon import detect_icon, repair_icon
from plugin.bundle.targets import Target

NAME = "Reelmend"
BUNDLE = f"{NAME}.ofx.bundle"
DETECT, REPAIR = "org.reelmend.DetectDamage", "org.reelmend.RepairDamage"
"""The identifiers of the two nodes, for as long as there are projects that name them."""


def build(folder: Path, targets: Iterable[Target], cache: Path | None = None) -> Path:
    """A new bundle in `folder` with binaries for `targets`, in place of one that is there; returns its path.

    What was there stays until everything is compiled. Raises CompileError.
    """
    binaries = _binaries(targets, cache)
    unfinished = folder / f"{BUNDLE}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    _write(unfinished / "Contents", binaries)
    finished = folder / BUNDLE
    shutil.rmtree(finished, ignore_errors=True)
    unfinished.replace(finished)
    return finished


def _binaries(targets: Iterable[Target], cache: Path | None) -> dict[str, bytes]:
    """The binary of each folder; those for one folder are joined."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for target in targets:
        found[target.folder].append(compiled(target, cache))
    return {name: thin[0] if len(thin) == 1 else joined(thin) for name, thin in found.items()}


def _write(contents: Path, binaries: dict[str, bytes]) -> None:
    for name, binary in binaries.items():
        place = contents / name / f"{NAME}.ofx"
        place.parent.mkdir(parents=True)
        place.write_bytes(binary)
        place.chmod(0o755)
    resources = contents / "Resources"
    resources.mkdir()
    (resources / f"{DETECT}.png").write_bytes(detect_icon())
    (resources / f"{REPAIR}.png").write_bytes(repair_icon())
    (contents / "Info.plist").write_bytes(_info())


def _info() -> bytes:
    return plistlib.dumps({
        "CFBundleDevelopmentRegion": "English",
        "CFBundleExecutable": f"{NAME}.ofx",
        "CFBundleIdentifier": "org.reelmend.ofx",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": NAME,
        "CFBundlePackageType": "BNDL",
        "CFBundleShortVersionString": version(),
        "CFBundleVersion": version(),
    })  # fmt: skip
