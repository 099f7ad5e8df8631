"""Where melt would be fetched from, and what is said where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.checks import Outcome, run_checks, summary
from install.environment import Environment
from install.host_tree import HostUnavailable, MeltTree, debian_source, prepare_tree, tree_of
from install.steps import StepFailed
from tests.install.conftest import FakeMachine

MIRROR = "http://mirror.test/debian"
DEB822 = f"Types: deb\nURIs: {MIRROR}\nSuites: bookworm\nComponents: main\nSigned-By: /keys/debian.gpg\n"
SECURITY = (
    "Types: deb\nURIs: http://mirror.test/debian-security\nSuites: bookworm-security\nComponents: main\n"
)


def apt(folder: Path, **files: str) -> Path:
    (folder / "sources.list.d").mkdir(parents=True)
    for name, text in files.items():
        path = folder / name if name == "list" else folder / "sources.list.d" / name.replace("_", ".")
        (folder / "sources.list" if name == "list" else path).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"a_sources": SECURITY + "\n" + DEB822}, f"deb [signed-by=/keys/debian.gpg] {MIRROR} sid main\n"),
        ({"list": f"# deb {MIRROR}-old x y\ndeb {MIRROR}/ bookworm main\n"}, f"deb {MIRROR}/ sid main\n"),
        (
            {"list": f"deb [arch=amd64 signed-by=/k.gpg] {MIRROR} bookworm main contrib\n"},
            f"deb [signed-by=/k.gpg] {MIRROR} sid main\n",
        ),
        ({"z_list": f"deb http://other.test/tool x main\ndeb {MIRROR} x main\n"}, f"deb {MIRROR} sid main\n"),
    ],
)
def test_the_systems_own_mirror_is_asked(tmp_path: Path, files: dict[str, str], line: str) -> None:
    assert debian_source(apt(tmp_path / "apt", **files)) == line


@pytest.mark.parametrize(
    "files", [{}, {"list": "deb http://archive.test/ubuntu noble main\n"}, {"a_sources": SECURITY}]
)
def test_a_system_without_debians_mirror_is_told_so(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(HostUnavailable, match="names no Debian mirror"):
        debian_source(apt(tmp_path / "apt", **files))


@pytest.mark.parametrize(("system", "processor"), [("Darwin", "x86_64"), ("Linux", "riscv64")])
def test_other_systems_are_told_so(system: str, processor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("install.host_tree.platform.system", lambda: system)
    monkeypatch.setattr("install.host_tree.platform.machine", lambda: processor)
    with pytest.raises(HostUnavailable, match=f"this is {system} on {processor}"):
        tree_of({})


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A Debian on x86_64 whose apt and dpkg only pretend; the variables of its user."""
    monkeypatch.setattr("install.host_tree.platform.system", lambda: "Linux")
    monkeypatch.setattr("install.host_tree.platform.machine", lambda: "x86_64")
    monkeypatch.setattr("install.host_tree.APT", apt(tmp_path / "apt", a_sources=DEB822))
    monkeypatch.setattr("install.host_tree.shutil.which", lambda name: f"/usr/bin/{name}")
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_a_failed_download_is_a_reason_and_leaves_nothing(
    pretended: dict[str, str], machine: FakeMachine, tmp_path: Path
) -> None:
    machine.failing = "--download-only"
    with pytest.raises(HostUnavailable, match=r"melt cannot be had here.*the disk is full") as caught:
        prepare_tree(pretended)
    assert isinstance(caught.value.__cause__, StepFailed)
    assert list((tmp_path / "cache" / "reelmend").iterdir()) == []


def test_apt_is_asked_apart_from_the_system(pretended: dict[str, str], machine: FakeMachine) -> None:
    machine.failing = "dpkg-deb"
    with pytest.raises(HostUnavailable):
        prepare_tree(pretended)
    (update,) = machine.lines("apt-get", "update")
    for option in ("Dir::State=", "Dir::State::status=", "Dir::Cache=", "Dir::Etc::sourcelist="):
        assert option + pretended["XDG_CACHE_HOME"] in update


@pytest.mark.parametrize("lacking", ["programs", "room"])
def test_what_is_lacking_is_named(
    lacking: str, pretended: dict[str, str], machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "programs":
        monkeypatch.setattr("install.host_tree.shutil.which", lambda name: None)
    else:
        full = type("Usage", (), {"free": 5 << 20})
        monkeypatch.setattr("install.host_tree.shutil.disk_usage", lambda _: full)
    with pytest.raises(HostUnavailable, match=r"apt-get, dpkg-deb is not here|2 GB in .*; 5 MB are free"):
        prepare_tree(pretended)
    assert machine.commands == []


def test_a_complete_tree_is_used_again(pretended: dict[str, str], machine: FakeMachine) -> None:
    tree = tree_of(pretended)
    tree.folder.mkdir(parents=True)
    (tree.folder / "reelmend-complete").touch()
    assert prepare_tree(pretended) == tree
    assert machine.commands == []


def test_melt_runs_by_its_own_loader() -> None:
    words = MeltTree(Path("/tree"), "aarch64").command("-version")
    assert words[0] == "/tree/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"
    assert words[-2:] == ["/tree/usr/bin/melt-7", "-version"]


def test_hosts_that_cannot_be_had_are_loudly_not_checked(
    machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable(_: object) -> MeltTree:
        raise HostUnavailable("there is no mirror")

    monkeypatch.setattr("install.checks.prepare_tree", unavailable)
    assert run_checks(Environment(project), ["-m", "x"], hosts=True)
    told = capsys.readouterr()
    assert "NOT CHECKED: real hosts. there is no mirror" in told.out
    assert "there is no mirror" in told.err
    assert not machine.lines("tests/hosts")


@pytest.mark.parametrize("hosts", [True, False])
def test_hosts_are_tried_when_asked_for(
    hosts: bool, machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("install.checks.prepare_tree", lambda _: MeltTree(Path("/tree"), "x86_64"))
    assert run_checks(Environment(project), [], hosts=hosts)
    assert bool(machine.lines("-m hosts", "tests/hosts")) == hosts


def test_a_skipped_check_is_neither_passed_nor_failed() -> None:
    told = summary([Outcome("a", True, 1.0), Outcome("b", True, 0.0, skipped="no b here")])
    assert "SKIPPED  b" in told
    assert told.endswith("NOT CHECKED: b. no b here\nAll 1 checks passed.")
