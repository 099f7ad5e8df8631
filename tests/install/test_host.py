"""`python3 install host` on three pretended systems: what goes where, and that all of it goes away again."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.command import main, parser
from install.host import BUNDLE, Wanted, install_nodes, remove_nodes, wanted
from install.host_cache import BACKUP
from install.host_places import Machine, Scope, System, plugin_folder
from install.steps import InstallError
from tests.install.conftest import FakeMachine
from tests.install.test_host_files import listing

SOURCE = Path(__file__).resolve().parents[2] / "plugin"
SYSTEMS: tuple[System, ...] = ("linux", "macos", "windows")
SCOPES: tuple[Scope, ...] = ("user", "system")
BINARY = "Contents/Linux-x86-64/Reelmend.ofx"
SCRIPT = "Scripts/Comp/Reelmend Detect and Repair.py"
TEMPLATE = "Templates/Edit/Effects/Reelmend/Reelmend Restore.setting"

PLACES: dict[tuple[System, Scope], tuple[str, str, str]] = {
    ("linux", "user"): (
        "home/.local/share/OFX/Plugins", "home/.Natron/Reelmend", "home/.local/share/DaVinciResolve/Fusion",
    ),
    ("linux", "system"): (
        "root/usr/OFX/Plugins", "root/usr/share/Natron/Plugins/Reelmend", "root/opt/resolve/Fusion",
    ),
    ("macos", "user"): (
        "home/Library/OFX/Plugins", "home/.Natron/Reelmend",
        "home/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion",
    ),
    ("macos", "system"): (
        "root/Library/OFX/Plugins", "root/Library/Application Support/Natron/Plugins/Reelmend",
        "root/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion",
    ),
    ("windows", "user"): (
        "home/AppData/Local/OFX/Plugins", "home/.Natron/Reelmend",
        "home/AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion",
    ),
    ("windows", "system"): (
        "root/Program Files/Common Files/OFX/Plugins",
        "root/Program Files/Common Files/Natron/Plugins/Reelmend",
        "root/ProgramData/Blackmagic Design/DaVinci Resolve/Fusion",
    ),
}  # fmt: skip
"""Where the hosts' own pages say that they look: for nodes, for groups, for scripts."""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The folder plugin with a bundle that nobody had to compile."""
    folder = tmp_path / "source"
    for name in ("natron", "resolve"):
        (folder / name).mkdir(parents=True)
        for path in (SOURCE / name).glob("*.*"):
            (folder / name / path.name).write_bytes(path.read_bytes())
    for name in (BINARY, "Contents/Info.plist", "Contents/Resources/org.reelmend.RepairDamage.png"):
        (folder / BUNDLE / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / BUNDLE / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A machine's folders, with things of others in them."""
    folder = tmp_path / "world"
    for name in ("home", "root/usr"):
        (folder / name).mkdir(parents=True)
    (folder / "home" / ".Natron").mkdir()
    (folder / "home" / ".Natron" / "init.py").write_bytes(b"# the user's own")
    return folder


def pretended(system: System, world: Path, **variables: str) -> Machine:
    return Machine(system, world / "home", world / "root", {"PATH": "", **variables})


def everything(scope: Scope | None, *, is_dry_run: bool = False) -> Wanted:
    return Wanted(natron=True, resolve=True, scope=scope, is_dry_run=is_dry_run)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_all_is_put_where_hosts_look_and_taken_away_again(
    system: System, scope: Scope, plugin: Path, world: Path
) -> None:
    before = listing(world)
    nodes, natron, fusion = (world / place for place in PLACES[system, scope])
    here = pretended(system, world)
    bundle = install_nodes(everything(scope), here, plugin, Path("/venv/bin/python"))
    assert bundle == nodes / BUNDLE
    assert (bundle / BINARY).read_bytes() == BINARY.encode()
    assert (bundle / "Contents/Resources/engine.txt").read_text() == f"python={Path('/venv/bin/python')}\n"
    for name in ("ReelmendRestore.py", "reelmend_nodes.py", "init.py", "restore_sequence.py"):
        assert (natron / name).read_bytes() == (SOURCE / "natron" / name).read_bytes()
    assert (fusion / SCRIPT).read_bytes() == (SOURCE / "resolve" / "add_nodes.py").read_bytes()
    assert (fusion / TEMPLATE).read_bytes() == (SOURCE / "resolve" / "restore.setting").read_bytes()
    remove_nodes(None, here, is_dry_run=False)
    assert listing(world) == before


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_dry_run_changes_nothing(
    system: System, plugin: Path, world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = listing(world)
    install_nodes(everything("system", is_dry_run=True), pretended(system, world), plugin, Path("python"))
    assert listing(world) == before
    assert str(Path(BINARY).name) in capsys.readouterr().out
    install_nodes(everything("system"), pretended(system, world), plugin, Path("python"))
    installed = listing(world)
    remove_nodes("system", pretended(system, world), is_dry_run=True)
    assert listing(world) == installed


def test_windows_folders_are_those_that_windows_names(plugin: Path, world: Path) -> None:
    elsewhere = world / "drive d"
    here = pretended("windows", world, CommonProgramFiles=str(elsewhere), APPDATA=str(world / "roaming"))
    assert plugin_folder(here, "system") == elsewhere / "OFX" / "Plugins"
    install_nodes(everything("user"), here, plugin, Path("python"))
    assert (world / "roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion" / SCRIPT).is_file()


@pytest.mark.parametrize(
    ("arguments", "found", "natron", "resolve"),
    [
        ([], (), False, False),
        ([], ("home/.Natron",), True, False),
        ([], ("root/opt/resolve",), False, True),
        (["--all"], (), True, True),
        (["--resolve"], ("home/.Natron",), False, True),
        (["--natron", "--resolve"], (), True, True),
    ],
)
def test_the_hosts_that_are_found_are_served(
    arguments: list[str], found: tuple[str, ...], natron: bool, resolve: bool, tmp_path: Path
) -> None:
    for name in ("home", "root", *found):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    asked = wanted(parser().parse_args(["host", *arguments]), pretended("linux", tmp_path))
    assert (asked.natron, asked.resolve) == (natron, resolve)


@pytest.mark.parametrize("may_write", [True, False])
def test_everybody_is_served_where_that_is_allowed(
    may_write: bool,
    plugin: Path,
    world: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("install.host.os.access", lambda *_: may_write)
    bundle = install_nodes(everything(None), pretended("linux", world), plugin, Path("python"))
    assert bundle.is_relative_to(world / ("root" if may_write else "home"))
    assert ("OFX_PLUGIN_PATH" in capsys.readouterr().out) is not may_write


@pytest.mark.parametrize("is_running", [True, False])
def test_resolve_forgets_a_failure_only_while_it_is_closed(
    is_running: bool,
    plugin: Path,
    world: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("install.host.resolve_is_running", lambda _: is_running)
    cache = world / "home/.local/share/DaVinciResolve/OFXPluginCacheV2.xml"
    cache.parent.mkdir(parents=True)
    entry = (
        '<bundle><binary path="x" bundle_path="/usr/OFX/Plugins/Reelmend.ofx.bundle" status="2"/></bundle>'
    )
    text = f'<cache version="ResolveHostV1">{entry}</cache>'
    cache.write_text(text)
    install_nodes(everything("user"), pretended("linux", world), plugin, Path("python"))
    said = capsys.readouterr().out
    if is_running:
        assert cache.read_text() == text
        assert "Resolve is running: close it" in said
    else:
        assert cache.read_text() == '<cache version="ResolveHostV1"></cache>'
        assert cache.with_name(cache.name + BACKUP).read_text() == text
    remove_nodes(None, pretended("linux", world), is_dry_run=False)
    assert [path.name for path in cache.parent.iterdir()] == [cache.name]


def test_a_note_of_the_users_own_is_mentioned(
    plugin: Path, world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = world / "home/.config/reelmend/engine.txt"
    note.parent.mkdir(parents=True)
    note.write_text("python=/elsewhere\n")
    install_nodes(everything("user"), pretended("linux", world), plugin, Path("python"))
    assert f"{note} names the engine's Python as well" in capsys.readouterr().out
    remove_nodes("user", pretended("linux", world), is_dry_run=False)
    assert note.read_text() == "python=/elsewhere\n"


def test_nothing_installed_is_nothing_removed(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remove_nodes(None, pretended("linux", world), is_dry_run=False)
    assert "Nothing is installed" in capsys.readouterr().out


def test_the_command_installs_and_renders_a_frame(
    machine: FakeMachine, project: Path, plugin: Path, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Machine("linux", world / "home", world / "root", {"PATH": ""})
    monkeypatch.setattr("install.command.Machine.this", lambda: here)
    plugin.rename(project / "plugin")
    before = listing(world)
    assert main(["host", "--all", "--user"]) == 0
    bundle = world / "home/.local/share/OFX/Plugins" / BUNDLE
    python = project / ".venv" / "bin" / "python"
    assert machine.lines("plugin.host check") == [f"{python} -P -m plugin.host check {bundle}"]
    assert (bundle / "Contents/Resources/engine.txt").read_text() == f"python={python}\n"
    assert main(["host", "--uninstall"]) == 0
    assert listing(world) == before


def test_a_missing_bundle_is_built_or_the_reason_told(
    machine: FakeMachine,
    project: Path,
    world: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = Machine("linux", world / "home", world / "root", {"PATH": ""})
    monkeypatch.setattr("install.command.Machine.this", lambda: here)
    assert main(["host", "--user"]) == 1
    assert machine.lines("pip install --quiet --no-deps --editable .")
    assert "There is no Reelmend.ofx.bundle" in capsys.readouterr().err
    assert "home/.local" not in listing(world)


def test_another_system_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("install.host_places.platform.system", lambda: "Haiku")
    with pytest.raises(InstallError, match="OpenFX hosts run on Linux, macOS and Windows, not on Haiku"):
        Machine.this()
