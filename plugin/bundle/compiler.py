"""Compiling the shim by zig, which comes as a wheel and brings every system's headers and libraries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from plugin.bundle.targets import Target

SOURCES = Path(__file__).resolve().parent.parent / "ofx"
FLAGS = (
    "-std=c11", "-O2", "-g0", "-s", "-shared", "-fPIC", "-fvisibility=hidden",
    "-Wall", "-Wextra", "-Werror", "-Wshadow",
)  # fmt: skip
LONGEST_SECONDS = 600
MOST_SHOWN = 4000


class CompileError(Exception):
    """The shim cannot be compiled; the message says what the compiler said and what to do."""


def version() -> str:
    """The version that `engine/version.py` states, read and not imported."""
    root = SOURCES.parent.parent
    text = (root / "engine" / "version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise CompileError("engine/version.py states no __version__.")
    return found[1]


def compiled(target: Target, cache: Path | None = None) -> bytes:
    """The shim's binary for `target`. `cache`: a folder for what zig builds once. Raises CompileError."""
    with tempfile.TemporaryDirectory(prefix="reelmend-") as folder:
        binary = Path(folder) / "Reelmend.ofx"
        _run([*_compiler(), *_arguments(target), "-o", str(binary)], target, cache)
        return binary.read_bytes()


def _compiler() -> list[str]:
    return [sys.executable, "-m", "ziglang", "cc"]


def _arguments(target: Target) -> list[str]:
    flags = ["-target", target.triple, *FLAGS, f'-DREELMEND_VERSION="{version()}"']
    if target.folder == "MacOS":
        # Otherwise the name of the temporary folder would stand in the binary.
        flags.append("-Wl,-install_name,@rpath/Reelmend.ofx")
    files = [str(path) for path in sorted(SOURCES.glob("*.c"))]
    return [*flags, *files, *(f"-l{library}" for library in target.libraries)]


def _run(command: list[str], target: Target, cache: Path | None) -> None:
    settings = dict(os.environ)
    if cache is not None:
        settings |= {"ZIG_GLOBAL_CACHE_DIR": str(cache), "ZIG_LOCAL_CACHE_DIR": str(cache)}
    try:
        done = subprocess.run(
            command, env=settings, capture_output=True, text=True, errors="replace", timeout=LONGEST_SECONDS,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompileError(f"The OpenFX nodes for {target.name} cannot be compiled: {error}") from error
    if done.returncode != 0:
        said = done.stderr.strip()[-MOST_SHOWN:] or f"exit code {done.returncode}"
        raise CompileError(
            f"The OpenFX nodes for {target.name} cannot be compiled by ziglang (pip install ziglang): {said}"
        )
