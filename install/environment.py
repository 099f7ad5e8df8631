"""The project's own .venv: made once, kept up to date, rebuilt when it is broken or half-made."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from install.stamp import FILE_NAME, Stamp, has_stamp, read_stamp, write_stamp
from install.steps import InstallError, run_quietly

RUNTIMES = frozenset({"cpu", "gpu"})
"""The two extras that exclude each other: their wheels put different files under one name."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment in `folder`, laid out as this platform does."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    def program(self, name: str) -> Path:
        """Where the command `name` stands in the environment."""
        return self._programs / (f"{name}.exe" if os.name == "nt" else name)

    @property
    def python(self) -> Path:
        return self.program("python")

    @property
    def _programs(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")


def prepare(root: Path, extras: frozenset[str]) -> Environment:
    """An environment under `root` that holds the project with `extras`; installs only what changed.

    Where `extras` names no runtime, the one that is there is kept, and a new environment gets "cpu".
    Raises InstallError, StepFailed.
    """
    target = Environment(root)
    held = read_stamp(target.folder)
    wanted = Stamp.wanted(root, _with_runtime(extras, held))
    if held is not None and held.covers(wanted) and target.python.exists():
        return target
    if _must_rebuild(target, held, wanted):
        _remove(target)
        held = None
    if held is None:
        _make(target, wanted)
    _install(target, wanted, held)
    return target


def _with_runtime(extras: frozenset[str], held: Stamp | None) -> frozenset[str]:
    if extras & RUNTIMES:
        return extras
    present = RUNTIMES & set(held.extras) if held is not None else frozenset[str]()
    return extras | (present or {"cpu"})


def _must_rebuild(target: Environment, held: Stamp | None, wanted: Stamp) -> bool:
    if not target.folder.exists():
        return False
    if held is None or not held.usable_for(wanted) or not target.python.exists():
        return True
    return len(RUNTIMES & (set(held.extras) | set(wanted.extras))) > 1


def _remove(target: Environment) -> None:
    """Remove what this set-up made or began, and nothing that somebody else made."""
    folder = target.folder
    is_ours = folder.is_dir() and (has_stamp(folder) or not any(folder.iterdir()))
    if folder.is_symlink() or not is_ours:
        raise InstallError(f"{folder} was not made by this set-up; move it away and run this again.")
    print(f"Removing {folder.name}: half-made, moved, or for another Python or runtime", flush=True)
    _empty(folder)
    folder.rmdir()


def _empty(folder: Path) -> None:
    """Remove what is in `folder`, its stamp last: an interruption must leave it known as ours."""
    write_stamp(folder, Stamp(python="", root="", pyproject="", extras=(), complete=False))
    for path in folder.iterdir():
        if path.name == FILE_NAME:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    (folder / FILE_NAME).unlink()


def _make(target: Environment, wanted: Stamp) -> None:
    _require_venv_module()
    target.folder.mkdir()
    write_stamp(target.folder, replace(wanted, complete=False))
    label = f"Making {target.folder.name} with Python {sys.version.split()[0]}"
    run_quietly(label, [_base_python(), "-m", "venv", target.folder], target.root)


def _base_python() -> str:
    # Started from inside a .venv, sys.executable may be the very file that is being replaced.
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _require_venv_module() -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise InstallError(
            f"This Python ({sys.executable}) lacks its module {' and '.join(missing)}, which makes virtual "
            f"environments. On Debian and Ubuntu: sudo apt install python{version}-venv (or python3-venv)."
        )


def _install(target: Environment, wanted: Stamp, held: Stamp | None) -> None:
    extras = sorted(set(wanted.extras) | set(held.extras if held is not None else ()))
    stamp = replace(wanted, extras=tuple(extras), complete=False)
    write_stamp(target.folder, stamp)
    names = ",".join(extras)
    pip = [target.python, "-m", "pip", "install", "--quiet", "--editable", f".[{names}]"]
    run_quietly(f"Installing Reelmend and what it needs [{names}]", pip, target.root)
    write_stamp(target.folder, replace(stamp, complete=True))
