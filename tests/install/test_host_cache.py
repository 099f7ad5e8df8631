"""Resolve forgets that our bundle failed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.host_cache import forget, remembers, resolve_is_running
from install.host_places import Machine
from install.steps import InstallError

NAME = "Reelmend.ofx.bundle"
OTHERS = """\
  <bundle>
    <binary path="/usr/OFX/Plugins/Other.ofx.bundle/Contents/Linux-x86-64/Other.ofx" \
bundle_path="/usr/OFX/Plugins/Other.ofx.bundle" mtime="1" size="2" status="0"/>
    <plugin name="org.other" index="0"/>
  </bundle>
"""
OURS = OTHERS.replace("Other.ofx", "Reelmend.ofx").replace('status="0"', 'status="2"')
SIMILAR = OTHERS.replace("Other.ofx", "NotReelmend.ofx").replace(
    '/NotReelmend.ofx.bundle"', '/Other Reelmend"'
)


def cache_of(*entries: str) -> str:
    return '<?xml version="1.0"?>\n<cache version="ResolveHostV1">\n' + "".join(entries) + "</cache>\n"


@pytest.mark.parametrize("entries", [(OURS,), (OURS, OTHERS), (OTHERS, OURS, SIMILAR), (OURS, OTHERS, OURS)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_our_entries_go_and_the_rest_stays(tmp_path: Path, entries: tuple[str, ...], line_end: str) -> None:
    cache = tmp_path / "OFXPluginCacheV2.xml"
    text = cache_of(*entries).replace("\n", line_end).encode()
    cache.write_bytes(text)
    assert remembers(cache, NAME)
    backup = forget(cache, NAME)
    kept = [entry for entry in entries if entry != OURS]
    assert cache.read_bytes() == cache_of(*kept).replace("\n", line_end).encode()
    assert backup.read_bytes() == text
    assert not remembers(cache, NAME)


def test_a_cache_without_us_is_not_ours_to_change(tmp_path: Path) -> None:
    cache = tmp_path / "OFXPluginCacheV2.xml"
    cache.write_bytes(cache_of(OTHERS, SIMILAR).encode() + b"\xff not text")
    assert not remembers(cache, NAME)


@pytest.mark.parametrize(
    ("system", "told", "is_running"),
    [
        ("windows", '"System","4","Services","0","1 K"\n"Resolve.exe","77","Console","1","9 K"\n', True),
        ("windows", '"resolved.exe","77","Console","1","9 K"\n', False),
        (
            "macos",
            "/sbin/launchd\n/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/MacOS/Resolve\n",
            True,
        ),
        ("macos", "/usr/libexec/resolver\n", False),
    ],
)
def test_a_running_resolve_is_noticed(
    system: str, told: str, is_running: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Done:
        stdout = told

    monkeypatch.setattr("install.host_cache.subprocess.run", lambda *_, **__: Done())
    machine = Machine(system, Path(), Path(), {})  # type: ignore[arg-type]
    assert resolve_is_running(machine) == is_running


def test_it_is_not_guessed_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise FileNotFoundError("tasklist")

    monkeypatch.setattr("install.host_cache.subprocess.run", refused)
    with pytest.raises(InstallError, match="does not tell whether Resolve is running"):
        resolve_is_running(Machine("windows", Path(), Path(), {}))


@pytest.mark.parametrize(("name", "is_running"), [("resolve", True), ("systemd-resolve", False)])
def test_linux_tells_it_in_proc(name: str, is_running: bool, tmp_path: Path) -> None:
    for number, comm in ((1, "init"), (77, name)):
        (tmp_path / "proc" / str(number)).mkdir(parents=True)
        (tmp_path / "proc" / str(number) / "comm").write_text(f"{comm}\n")
    (tmp_path / "proc" / "78").mkdir()
    assert resolve_is_running(Machine("linux", tmp_path, tmp_path, {})) == is_running
