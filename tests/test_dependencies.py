"""What the code imports is what pyproject.toml declares, and in the extra it belongs to."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"engine", "ocio", "plugin", "install", "export", "tests"}
EXTRAS_OF = {
    "engine": ("cpu",),
    "ocio": (),
    "install": (),
    "plugin": (),
    "export": ("cpu", "train"),
    "tests": ("cpu", "test"),
}
FROM_HOSTS = {"NatronEngine"}
"""Modules that a host puts before the scripts it runs."""
# What is not installed cannot be asked for its name: the extra "train" may be absent.
DISTRIBUTIONS = {"skimage": ["scikit-image"], **packages_distributions()}


def _declared(extras: tuple[str, ...]) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for e in extras for line in project["optional-dependencies"][e]),
    ]
    return {_normal(re.match(r"[\w.-]+", line)[0]) for line in lines}


def _normal(distribution: str) -> str:
    """One name for a package's builds: with and without windows, for CPU and GPU."""
    return re.sub(r"[-_.]+", "-", distribution).lower().removesuffix("-headless").removesuffix("-gpu")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    # A host runs its scripts with their own folder on the path.
    beside = {file.stem for file in path.parent.glob("*.py")} if "plugin" in path.parts else set()
    return found - OURS - FROM_HOSTS - beside - set(sys.stdlib_module_names)


@pytest.mark.parametrize("folder", EXTRAS_OF)
def test_every_import_is_declared(folder: str) -> None:
    declared = _declared(EXTRAS_OF[folder])
    undeclared = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not (folder == "tests" and "export" in path.parts)  # these have the extra "train" as well
        for name in sorted(_imports(path))
        if not declared & {_normal(distribution) for distribution in DISTRIBUTIONS.get(name, [name])}
    ]
    assert not undeclared, "\n".join(undeclared)


def test_the_engine_runs_without_torch_and_training_pins_it() -> None:
    assert "torch" not in _declared(("cpu", "gpu", "test"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "torch==2.13.0" in project["optional-dependencies"]["train"]
