"""Builds the OpenFX bundle into the wheel, or beside the package for an editable install.

`REELMEND_BUNDLE` says for which machines: "own" (the default), "all", or "none". Where it cannot be built,
all the rest is installed, and `plugin.bundle.place` tells why there are no nodes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from sysconfig import get_platform

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# A build in isolation does not look for modules here.
sys.path.insert(0, str(ROOT))

from plugin.bundle.install import built_into, is_for_one_machine  # noqa: E402


class BuildWithBundle(build_py):
    """The packages, and the bundle in the package `plugin`."""

    def run(self) -> None:
        super().run()
        package = ROOT / "plugin" if self.editable_mode else Path(self.build_lib) / "plugin"
        said = built_into(package, ROOT / "build" / "zig", os.environ.get("REELMEND_BUNDLE", "own"))
        self.announce(said, level=2)


class WheelForMachine(bdist_wheel):
    """A wheel with one machine's binary is for that machine; with all binaries, or none, it is for any."""

    def get_tag(self) -> tuple[str, str, str]:
        python, abi, machine = super().get_tag()
        if is_for_one_machine(os.environ.get("REELMEND_BUNDLE", "own")):
            machine = self._own_machine()
        return python, abi, machine

    @staticmethod
    def _own_machine() -> str:
        return get_platform().replace("-", "_").replace(".", "_")


setup(cmdclass={"build_py": BuildWithBundle, "bdist_wheel": WheelForMachine})
