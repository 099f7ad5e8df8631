"""The engine as a real process: found, started once, killed, told to end, and gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli import main
from engine.server.limits import CONNECTIONS
from engine.server.orphans import sweep
from engine.version import __version__
from install.steps import environment
from tests.server.client import Asked, Client, Memory
from tests.server.conftest import clip, connected, serving, wait_for

ROOT = Path(__file__).resolve().parents[2]
NAME = f"engine-{__version__}"


@dataclass(frozen=True)
class Launched:
    code: int
    line: dict


class Bench:
    """A runtime folder of its own, and what was started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids: set[int] = set()

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """What a shim runs."""
        told = {**environment(os.environ), "PYTHONPATH": str(ROOT), "REELMEND_RUNTIME_DIR": str(self.folder)}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.server", *arguments],
            cwd="/", env=told, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self, launcher: subprocess.Popen[str]) -> Launched:
        out, _ = launcher.communicate(timeout=60)
        (line,) = out.splitlines()
        found = json.loads(line)
        if "pid" in found:
            self.pids.add(found["pid"])
        return Launched(launcher.returncode, found)

    def launch(self, *arguments: str) -> dict:
        launched = self.end(self.begin(*arguments))
        assert launched.code == 0, launched.line
        return launched.line

    @property
    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "run")
    yield bench
    for pid in bench.pids:
        if lives(pid):
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: not lives(pid))


def lives(pid: int) -> bool:
    """A process that nobody has waited for yet is dead all the same."""
    try:
        return (
            "(" in (stat := Path(f"/proc/{pid}/stat").read_text())
            and stat.rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def test_the_process_is_started_once_serves_and_ends_when_nobody_asks(bench: Bench) -> None:
    first, second = bench.begin("--idle", "3"), bench.begin("--idle", "3")
    told = [bench.end(first).line, bench.end(second).line, bench.launch()]
    assert told[0] == told[1] == told[2]
    assert told[0]["type"] == "ready"
    assert told[0]["protocol"] == 1
    path = Path(told[0]["socket"])
    assert path == bench.folder / f"{NAME}.sock"
    with Client(path) as client:
        assert client.greeted["pid"] == str(told[0]["pid"])
        assert client.render(Asked(clip(), 1004)).picture is not None
        wait_for(lambda: not lives(told[0]["pid"]))
        assert client.receive() == {}
    assert bench.names == {f"{NAME}.lock", f"{NAME}.log"}
    assert (bench.folder / f"{NAME}.log").read_text() == ""


def test_a_killed_process_is_replaced_by_the_next_start(bench: Bench) -> None:
    killed = bench.launch()
    os.kill(killed["pid"], signal.SIGKILL)
    wait_for(lambda: not lives(killed["pid"]))
    assert Path(killed["socket"]).exists()
    again = bench.launch()
    assert again["pid"] != killed["pid"]
    with Client(Path(again["socket"])) as client:
        assert client.greeted["pid"] == str(again["pid"])
        os.kill(again["pid"], signal.SIGTERM)
        assert client.receive() == {}
    wait_for(lambda: not lives(again["pid"]))
    assert bench.names == {f"{NAME}.lock", f"{NAME}.log"}


def test_serve_by_hand_says_why_it_ends(bench: Bench) -> None:
    command = [sys.executable, "-m", "engine.cli", "serve", "--idle", "0.4", "--socket"]
    bench.folder.mkdir(0o700)
    done = subprocess.run(
        [*command, str(bench.folder / "mine.sock")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    ready, reason = done.stdout.splitlines()
    assert json.loads(ready)["socket"] == str(bench.folder / "mine.sock")
    assert reason == "Ended: nothing was asked for a while."
    assert done.returncode == 0
    assert bench.names == {"mine.lock"}


@pytest.mark.parametrize("spoil", ["open to others", "a link", "somebody's file", "too long"])
def test_a_folder_that_is_not_private_is_refused(spoil: str, bench: Bench, tmp_path: Path) -> None:
    if spoil == "open to others":
        bench.folder.mkdir()
        bench.folder.chmod(0o750)
    elif spoil == "a link":
        (tmp_path / "real").mkdir(0o700)
        bench.folder.symlink_to(tmp_path / "real")
    elif spoil == "somebody's file":
        bench.folder.write_text("mine")
    else:
        bench.folder = tmp_path / ("x" * 90)
    launched = bench.end(bench.begin())
    assert launched.code == 1
    assert launched.line["type"] == "error"
    assert "REELMEND_RUNTIME_DIR" in launched.line["message"]


def test_a_process_that_does_not_come_up_is_told_with_what_it_said(bench: Bench) -> None:
    launched = bench.end(bench.begin("--idle", "-1"))
    assert launched.code == 1
    assert "--idle is above 0" in launched.line["message"]
    assert str(bench.folder) in launched.line["message"]


@pytest.mark.parametrize("option", ["--idle=0", "--idle=nan", "--cache=0", "--cache=nan", "--cache=inf"])
def test_nonsense_is_refused(option: str, tmp_path: Path) -> None:
    assert main(["serve", option, "--socket", str(tmp_path / "run" / "engine.sock")]) == 2


@pytest.mark.parametrize("instead", ["nothing", "another"])
def test_a_process_that_cannot_be_found_any_more_ends(instead: str, tmp_path: Path) -> None:
    """Some systems tidy old files out of /tmp."""
    folder = tmp_path / "run"
    with serving(folder, reason="lost") as path:
        path.unlink()
        if instead == "another":
            path.write_text("of another process")
        wait_for(lambda: all(thread.name != "serving" for thread in threading.enumerate()))
    assert path.exists() == (instead == "another")


DYING = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tests.server.client import Asked, Client, Memory
from tests.server.conftest import clip, connected, serving, wait_for
asked, client = Asked(clip(seed=int(sys.argv[3])), 1004), Client(Path(sys.argv[1]))
memory = client.attach(asked.room())
need = client.ask(client.fields_of(asked, memory))["need"].split()
if sys.argv[3] == "2":
    client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
if sys.argv[3] == "3":
    left = Memory(64)
    print(left.name)
    sys.stdout.flush()
    client.socket.sendall(b"RMP1")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_clients_that_are_killed_leave_nothing_behind(server: Path) -> None:
    """Before the pixels, with them in work, and in the middle of a message with memory not yet unlinked."""
    assert renders(server, seed=9)
    wait_for(lambda: connected(server) == 0)
    before, shared = open_files(), memories()
    for seed in "123":
        done = subprocess.run(
            [sys.executable, "-c", DYING, str(server), str(ROOT), seed],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert renders(server, seed=9)
    assert renders(server, seed=1)
    wait_for(lambda: open_files() == before)
    assert memories() - shared == {done.stdout.strip().removeprefix("/")}
    # The server sweeps what is older than a minute.
    assert sweep(young=3600) == ()
    assert sweep(young=0) == (done.stdout.strip().removeprefix("/"),)
    assert memories() == shared


def test_memory_of_living_clients_and_of_others_is_never_swept(tmp_path: Path) -> None:
    mine = Memory(64)
    try:
        (tmp_path / "reelmend-99999999-abcdef").write_text("dead")
        (tmp_path / f"reelmend-{os.getpid()}-abcdef").write_text("alive")
        (tmp_path / "reelmend-x-abcdef").write_text("of somebody else")
        assert sweep(tmp_path, young=0) == ("reelmend-99999999-abcdef",)
        assert mine.name[1:] not in sweep(young=0)
    finally:
        mine.unlink()


def test_a_flood_of_connections_leaves_no_descriptors(server: Path) -> None:
    with Client(server):
        before = open_files()
        for _ in range(3 * CONNECTIONS):
            Client(server, hello={}).socket.close()
        wait_for(lambda: open_files() == before)


def renders(path: Path, seed: int) -> bool:
    """Whether a client gets its picture; nothing of it is left afterwards."""
    with Client(path) as client:
        answer = client.render(Asked(clip(seed=seed), 1004))
        for memory in client.memories:
            memory.bytes.close()
    return answer.picture is not None


def memories() -> set[str]:
    return {path.name for path in Path("/dev/shm").glob("reelmend-*")}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
