"""The bundle as a part of an installation: built with the wheel, and never in the way of the rest."""

from __future__ import annotations

import shutil
from pathlib import Path

from plugin.bundle.build import BUNDLE, build
from plugin.bundle.compiler import CompileError
from plugin.bundle.place import NOTE
from plugin.bundle.targets import TARGETS, NoTarget, Target, own_target


def built_into(package: Path, cache: Path, which: str) -> str:
    """Build the bundle into `package` and say so; where that fails, leave a note there that says why.

    `which` is "own" (this machine), "all" or "none". Raises ValueError for another word.
    """
    package.mkdir(parents=True, exist_ok=True)
    note = package / NOTE
    try:
        targets = _targets(which)
        if targets:
            build(package, targets, cache)
            note.unlink(missing_ok=True)
            return f"built {BUNDLE} for {', '.join(target.name for target in targets)}"
        why = "It was installed with REELMEND_BUNDLE=none."
    except (CompileError, NoTarget, OSError) as error:
        why = str(error)
    shutil.rmtree(package / BUNDLE, ignore_errors=True)
    note.write_text(why + "\n", encoding="utf-8")
    return f"no {BUNDLE}: {why}"


def is_for_one_machine(which: str) -> bool:
    """Whether an installation holds what runs on this machine alone."""
    return which == "own"


def _targets(which: str) -> tuple[Target, ...]:
    if which == "own":
        return (own_target(),)
    if which in ("all", "none"):
        return TARGETS if which == "all" else ()
    raise ValueError(f"REELMEND_BUNDLE is {which!r}; it must be own, all or none.")
