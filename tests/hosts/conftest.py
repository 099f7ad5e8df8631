"""melt, a damaged clip, and a way to send it through our nodes in that host."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from install.host_tree import HostUnavailable, MeltTree, prepare_tree
from plugin.bundle.build import BUNDLE, build
from plugin.bundle.compiler import CompileError
from plugin.bundle.place import find_bundle
from plugin.bundle.targets import own_target
from tests.hosts.clip import DamagedClip, draw
from tests.hosts.melt import Melt

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tree() -> MeltTree:
    try:
        return prepare_tree(os.environ)
    except HostUnavailable as error:
        pytest.skip(f"NO REAL HOST WAS TRIED: {error}")


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundle, compiled from the sources as they stand, or that of this installation."""
    folder = tmp_path_factory.mktemp("bundles")
    try:
        build(folder, (own_target(),))
    except CompileError:
        shutil.copytree(find_bundle(), folder / BUNDLE)
    return folder


@pytest.fixture(scope="session")
def engine_variables() -> Iterator[dict[str, str]]:
    """What leads the nodes to this engine, in folders of its own; its process ends with the tests."""
    # A socket's path has to be short, which a folder of pytest's need not be.
    with tempfile.TemporaryDirectory(prefix="rm-") as runtime:
        settings = Path(runtime) / "settings"
        (settings / "reelmend").mkdir(parents=True)
        note = f"python={sys.executable}\npythonpath={ROOT}\n"
        (settings / "reelmend" / "engine.txt").write_text(note, encoding="utf-8")
        (Path(runtime) / "run").mkdir(mode=0o700)
        variables = {"REELMEND_RUNTIME_DIR": str(Path(runtime) / "run"), "XDG_CONFIG_HOME": str(settings)}
        try:
            yield variables
        finally:
            _end_engine({**os.environ, **variables, "PYTHONPATH": str(ROOT)})


def _end_engine(variables: dict[str, str]) -> None:
    """The engine tells its process when it is asked to start again."""
    command = [sys.executable, "-P", "-m", "engine.server"]
    told = subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout
    os.kill(int(json.loads(told.splitlines()[0])["pid"]), signal.SIGTERM)


@pytest.fixture(scope="session")
def melt(tree: MeltTree, bundles: Path, engine_variables: dict[str, str]) -> Melt:
    return Melt(tree, bundles, engine_variables)


@pytest.fixture(scope="session")
def melt_in_floats(melt: Melt, tmp_path_factory: pytest.TempPathFactory) -> Melt:
    """melt with nodes that do not say they take 16 bits: only such ones does it give floats."""
    folder = tmp_path_factory.mktemp("float-bundles")
    shutil.copytree(melt.bundles, folder, dirs_exist_ok=True)
    (binary,) = folder.glob("*/Contents/Linux-*/*.ofx")
    code = binary.read_bytes()
    for word, unknown in (
        (b"OfxBitDepthShort", b"OfxBitDepthNever"),
        (b"OfxBitDepthHalf", b"OfxBitDepthNota"),
    ):
        assert word in code
        code = code.replace(word, unknown)
    binary.write_bytes(code)
    return Melt(melt.tree, folder, melt.engine)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> DamagedClip:
    return draw(tmp_path_factory.mktemp("clip"))
