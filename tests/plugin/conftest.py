"""What the tests of the nodes and of their host share: bundles, compiled once a session."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.bundle.build import BUNDLE, build
from plugin.bundle.targets import own_target
from plugin.host.bundle import system_folders
from tests.plugin.engine_bench import Bench
from tests.plugin.engine_home import EngineHome, engine_home
from tests.plugin.reel import Reel, make_reel

PROBE = Path(__file__).with_name("probe.c")


@pytest.fixture(scope="session")
def _compiler() -> None:
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("NOTHING OF THE HOST IS TESTED: ziglang, which compiles the plug-ins, is not installed")


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory, _compiler: None) -> Path:
    """A bundle with the plug-ins of probe.c."""
    bundle = tmp_path_factory.mktemp("probe") / "Probe.ofx.bundle"
    binary = bundle / "Contents" / system_folders()[0] / "Probe.ofx"
    binary.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "ziglang", "cc", "-std=c11", "-shared", "-fPIC", "-O1"]
    subprocess.run([*command, "-o", str(binary), str(PROBE)], check=True, timeout=300)
    return bundle


@pytest.fixture(scope="session")
def reelmend(tmp_path_factory: pytest.TempPathFactory, _compiler: None) -> Path:
    """Our own bundle for this machine."""
    return build(tmp_path_factory.mktemp("reelmend"), (own_target(),))


@pytest.fixture
def fresh(reelmend: Path, tmp_path: Path) -> Path:
    """Our bundle as one that was never loaded: what it tells once in a process, it has not told yet."""
    return Path(shutil.copytree(reelmend, tmp_path / reelmend.name))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineHome]:
    """An engine for the tests of one file."""
    if sys.platform != "linux":
        pytest.skip("NO RENDER BY THE NODES IS TESTED: the tests end the engine by the ways of Linux")
    with engine_home(tmp_path_factory.mktemp("engine") / "run") as place:
        yield place


@pytest.fixture(scope="module")
def reel() -> Reel:
    return make_reel()


@pytest.fixture
def bench(reelmend: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # A socket's path has to be short, which a folder of pytest's need not be.
    with tempfile.TemporaryDirectory(prefix="rm-") as folder:
        # The client of a process remembers the start that failed; each test has its own copy of the binary.
        own = Path(folder) / BUNDLE
        for path in reelmend.rglob("*.ofx"):
            target = own / path.relative_to(reelmend)
            target.parent.mkdir(parents=True)
            target.write_bytes(path.read_bytes())
        monkeypatch.setenv("REELMEND_RUNTIME_DIR", f"{folder}/run")
        monkeypatch.setenv("XDG_CONFIG_HOME", f"{folder}/settings")
        monkeypatch.setenv("REELMEND_PYTHON", f"{folder}/no-python")
        yield Bench(own, Path(folder) / "run")
