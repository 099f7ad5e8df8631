"""The OpenFX bundle of this folder: built with the installation, and again when the nodes have changed."""

from __future__ import annotations

from pathlib import Path

from install.environment import Environment
from install.host import BUNDLE
from install.steps import InstallError, run_quietly


def built_plugin(target: Environment) -> Path:
    """The folder plugin with an up-to-date bundle in it. Raises InstallError, StepFailed."""
    plugin = target.root / "plugin"
    if not _is_built(plugin):
        command = [target.python, "-m", "pip", "install", "--quiet", "--no-deps", "--editable", "."]
        run_quietly("Building the OpenFX nodes", command, target.root)
    if not _is_built(plugin):
        raise InstallError(
            f"There is no {BUNDLE} in {plugin}: the compiler could not be installed, or there is none for "
            "this processor. `python -m plugin.bundle` says more."
        )
    return plugin


def _is_built(plugin: Path) -> bool:
    built = plugin / BUNDLE / "Contents" / "Info.plist"
    sources = [*(plugin / "ofx").glob("*.[ch]"), *(plugin / "bundle").glob("*.py")]
    return built.is_file() and all(path.stat().st_mtime <= built.stat().st_mtime for path in sources)
