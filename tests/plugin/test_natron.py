"""The groups and scripts for Natron, run for real against an application of Natron's calls and no others."""

from __future__ import annotations

import ast
import inspect
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.plugin import natron_fake, node_facts
from tests.plugin.natron_fake import App, Effect, Param, PyCoreApplication

FOLDER = Path(__file__).resolve().parents[2] / "plugin" / "natron"
GROUPS = ["ReelmendRestore", "ReelmendInfrared"]
BOTH = ["org.reelmend.DetectDamage", "org.reelmend.RepairDamage"]


def node_params(kinds: dict[str, str]) -> dict[str, Param]:
    params = {name: Param(name, kind, f"label of {name}", f"hint of {name}") for name, kind in kinds.items()}
    for place, param in enumerate(params.values()):
        if param.kind in ("Double", "Int"):
            names = ("minimum", "display_minimum", "default", "display_maximum", "maximum")
            param.numbers = {name: place + k / 10 for k, name in enumerate(names)}
    return params


@pytest.fixture
def app() -> App:
    optional = {"optional": Param("optional", "Bool")}
    return App(
        {
            "org.reelmend.DetectDamage": (("Source",), node_params(dict(node_facts.DETECT))),
            "org.reelmend.RepairDamage": (("Source", "Mask"), node_params(dict(node_facts.REPAIR))),
            "fr.inria.built-in.Input": ((), optional),
            "fr.inria.built-in.Output": (("Source",), {}),
            "org.reelmend.natron.Restore": (("Source",), node_params(dict(node_facts.REPAIR))),
        }
    )


@pytest.fixture
def group() -> Effect:
    return Effect("group", (), {})


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a file as Natron does: with its folder on the path, under its own name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return __import__(name)


@pytest.mark.parametrize("kind", natron_fake.RECORDED)
def test_the_fake_offers_recorded_calls_alone(kind: str) -> None:
    offered = {name for name in vars(getattr(natron_fake, kind)) if not name.startswith("_")}
    assert offered <= set(natron_fake.RECORDED[kind])
    for name in offered:
        taken = len(inspect.signature(getattr(getattr(natron_fake, kind), name)).parameters) - 1
        fewest, most = natron_fake.RECORDED[kind][name]
        assert fewest <= taken <= most


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_file_needs_natron_alone(path: Path) -> None:
    """No screen, no engine, and no syntax beyond Python 3.7, the oldest that Natron 2.5 was built with."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {name.name for node in nodes for name in node.names if isinstance(node, ast.Import)}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert modules <= {"sys", "NatronEngine", "reelmend_nodes"}


@pytest.mark.parametrize("name", GROUPS)
def test_natron_takes_the_file_for_a_group(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load(name, monkeypatch)
    assert "# Natron PyPlug" in (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert module.getLabel() == name
    assert module.getGrouping() == "Reelmend"
    assert module.getPluginID().startswith("org.reelmend.natron.")
    assert isinstance(module.getVersion(), int)
    assert module.getPluginDescription()


def test_detect_and_repair_are_wired(app: App, group: Effect, monkeypatch: pytest.MonkeyPatch) -> None:
    load("ReelmendRestore", monkeypatch).createInstance(app, group)
    plate, detect, repair, output = app.nodes
    assert detect.connected == {0: plate}
    assert repair.connected == {0: plate, 1: detect}
    assert output.connected == {0: repair}
    assert repair.params["use_mask"].value is True
    assert repair.params["mask_holds"].value == 0
    assert detect.params["colour_space"].follows is repair.params["colour_space"]


def test_the_infrared_pass_is_the_mask(app: App, group: Effect, monkeypatch: pytest.MonkeyPatch) -> None:
    load("ReelmendInfrared", monkeypatch).createInstance(app, group)
    plate, infrared, repair, output = app.nodes
    assert (plate.name, infrared.name) == ("Source", "Infrared")
    assert repair.connected == {0: plate, 1: infrared}
    assert repair.params["mask_holds"].value == 1
    assert output.connected == {0: repair}


@pytest.mark.parametrize("name", GROUPS)
def test_the_group_shows_what_steers_its_nodes(
    name: str, app: App, group: Effect, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(name, monkeypatch).createInstance(app, group)
    page = group.params["reelmend"]
    assert {"view", "sensitivity", "radius", "grain", "caution", "colour_space"} <= {
        p.name for p in page.held
    }
    for shown in page.held:
        assert shown.follows is not None
        assert (shown.label, shown.hint) == (shown.follows.label, shown.follows.hint)
        assert shown.numbers == shown.follows.numbers
    assert group.pages[0] == "reelmend"
    assert group.refreshed


def test_every_control_of_detection_is_in_sight(
    app: App, group: Effect, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("ReelmendRestore", monkeypatch).createInstance(app, group)
    assert set(node_facts.DETECT) <= set(group.params)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("missing", ["org.reelmend.RepairDamage", "parameter", "Mask"])
def test_a_missing_part_is_said(
    name: str, missing: str, app: App, group: Effect, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(app.known)
    inputs, params = known["org.reelmend.RepairDamage"]
    if missing == "parameter":
        known["org.reelmend.RepairDamage"] = (inputs, {k: v for k, v in params.items() if k != "grain"})
    elif missing == "Mask":
        known["org.reelmend.RepairDamage"] = (("Source",), params)
    else:
        del known[missing]
    module = load(name, monkeypatch)
    with pytest.raises(Exception, match=r"install host|another version") as caught:
        module.createInstance(App(known), group)
    assert type(caught.value).__name__ == "ReelmendMissing"


def test_a_sequence_is_restored_without_a_screen(app: App) -> None:
    given = {
        "app": app,
        "source": "/scans/reel.####.exr",
        "result": "/restored/reel.####.exr",
        "settings": {"sensitivity": 0.4},
    }
    runpy.run_path(str(FOLDER / "restore_sequence.py"), init_globals=given)
    reader, restore, writer = app.nodes
    assert [node.name for node in app.nodes] == ["ReelmendRead", "ReelmendRestore", "ReelmendWrite"]
    assert writer.connected == {0: restore}
    assert restore.connected == {0: reader}
    assert restore.params["sensitivity"].value == 0.4
    assert writer.params["formatType"].value == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "/a.####.exr"}, "needs -c"),
        ({"source": "/a.exr", "result": "/b.exr", "settings": {"sensitvity": 1}}, "no parameter sensitvity"),
    ],
)
def test_a_wrong_request_is_said(app: App, given: dict[str, object], said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        runpy.run_path(str(FOLDER / "restore_sequence.py"), init_globals={"app": app, **given})


def test_the_script_does_nothing_where_there_is_no_project() -> None:
    """Natron imports what lies in its folders, to see whether it is a group."""
    assert callable(runpy.run_path(str(FOLDER / "restore_sequence.py"))["build"])


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        (BOTH, ""),
        ([name.lower() for name in BOTH], ""),
        (["net.sf.openfx.Merge", BOTH[0]], "RepairDamage. Run `python3 install host`"),
        ([], "DetectDamage and org.reelmend.RepairDamage"),
    ],
)
def test_the_start_says_when_the_nodes_are_missing(
    loaded: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = SimpleNamespace(natron=PyCoreApplication(loaded))
    monkeypatch.setitem(sys.modules, "NatronEngine", engine)  # type: ignore[arg-type]
    runpy.run_path(str(FOLDER / "init.py"))
    written = capsys.readouterr().err
    assert said in written
    assert bool(written) == bool(said)
