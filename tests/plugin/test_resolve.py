"""The scripts for Fusion and Resolve, run for real against objects of the recorded calls and no others."""

from __future__ import annotations

import ast
import inspect
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from tests.plugin import fusion_fake, node_facts
from tests.plugin.fusion_fake import (
    Composition,
    MediaPool,
    MediaPoolItem,
    Operator,
    Project,
    Resolve,
    Timeline,
    TimelineItem,
)

FOLDER = Path(__file__).resolve().parents[2] / "plugin" / "resolve"
DETECT, REPAIR = "ofx.org.reelmend.DetectDamage", "ofx.org.reelmend.RepairDamage"
KNOWN = {
    DETECT: (("Source",), node_facts.DETECT),
    REPAIR: (("Source", "Mask"), node_facts.REPAIR),
}
PRORES = "Apple ProRes 422 HQ"


def script(name: str, **given: object) -> dict[str, Any]:
    return runpy.run_path(str(FOLDER / name), init_globals=given)


@pytest.mark.parametrize("kind", fusion_fake.RECORDED)
def test_the_fake_offers_recorded_calls_alone(kind: str) -> None:
    offered = {name for name in vars(getattr(fusion_fake, kind)) if not name.startswith("_")}
    assert offered == set(fusion_fake.RECORDED[kind])
    for name in offered:
        taken = len(inspect.signature(getattr(getattr(fusion_fake, kind), name)).parameters) - 1
        fewest, most = fusion_fake.RECORDED[kind][name]
        assert fewest <= taken <= most


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_script_needs_the_standard_library_alone(path: Path) -> None:
    """And no syntax beyond Python 3.7: Resolve runs scripts with the Python that it finds."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    names = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert set(names) <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("is_shown", [True, False])
def test_both_nodes_come_after_the_selected_tool(is_shown: bool) -> None:
    loader = Operator("MediaIn1", (), {})
    saver = Operator("MediaOut1", ("Input",), {})
    saver.ConnectInput("Input", loader)
    comp = Composition(KNOWN, [loader], is_shown)
    script("add_nodes.py", comp=comp)
    detect, repair = comp.added[DETECT], comp.added[REPAIR]
    assert detect.pictures["Source"].source is loader.output
    assert repair.pictures["Source"].source is loader.output
    assert repair.pictures["Mask"].source is detect.output
    assert saver.pictures["Input"].source is repair.output
    assert repair.values == {"use_mask": 1, "mask_holds": 0}
    assert comp.places == ([(5, 8), (5, 7)] if is_shown else [(-32768, -32767), (-32768, -32768)])
    assert comp.locks == 0
    assert comp.undo == ["Reelmend: detect and repair", "end"]


@pytest.mark.parametrize("count", [0, 2])
def test_one_tool_has_to_be_selected(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    comp = Composition(KNOWN, [Operator("Blur1", ("Input",), {})] * count)
    script("add_nodes.py", comp=comp)
    assert f"{count} are selected" in capsys.readouterr().out
    assert not comp.added


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "Fusion has no tool ofx.org.reelmend.DetectDamage. Run `python3 install host"),
        ({DETECT: KNOWN[DETECT]}, "Fusion has no tool ofx.org.reelmend.RepairDamage"),
        ({**KNOWN, REPAIR: (("Source",), node_facts.REPAIR)}, "The input Mask of RepairDamage1"),
    ],
)
def test_a_failure_leaves_nothing_behind(
    known: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    loader = Operator("MediaIn1", (), {})
    saver = Operator("MediaOut1", ("Input",), {})
    saver.ConnectInput("Input", loader)
    comp = Composition(known, [loader])
    script("add_nodes.py", comp=comp)
    assert said in capsys.readouterr().out
    assert all(tool.deleted for tool in comp.added.values())
    assert saver.pictures["Input"].source is loader.output
    assert comp.locks == 0
    assert comp.undo[-1] == "end"


class Runner:
    """Stands in for subprocess.run."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.command: list[str] = []
        self.environment: dict[str, str] = {}

    def __call__(self, command: list[str], env: dict[str, str], stdin: int) -> SimpleNamespace:
        self.command, self.environment = command, env
        return SimpleNamespace(returncode=self.code)


def restore(clip: MediaPoolItem, pool: MediaPool, runner: Runner, **variables: str) -> str:
    given = {"REELMEND_PYTHON": "/engine/python", **variables}
    return script("restore_clip.py")["restore"](clip, pool, given, runner)


def test_a_sequence_is_restored_beside_itself_and_imported() -> None:
    pool, runner = MediaPool(), Runner()
    clip = MediaPoolItem("/scans/reel 1/reel_[0998-1100].dpx")
    result = restore(
        clip, pool, runner, REELMEND_RENDER_OPTIONS="--colour-space 'Cineon Film Log'", PYTHONHOME="x"
    )
    assert result == str(Path("/scans/reel 1/reelmend/reel_%04d.dpx"))
    assert runner.command == [
        "/engine/python", "-P", "-m", "engine.cli", "render",
        str(Path("/scans/reel 1/reel_%04d.dpx")), result,
        "--frames", "998-1100", "--colour-space", "Cineon Film Log",
    ]  # fmt: skip
    assert pool.imported == [{"FilePath": result, "StartIndex": 998, "EndIndex": 1100}]
    assert "PYTHONHOME" not in runner.environment


def test_the_engine_takes_the_command_as_it_is(tmp_path: Path) -> None:
    """The engine's own Python, started by the script for a sequence with a space in its name."""
    rng = np.random.default_rng(5)
    for number in range(998, 1001):
        codes = rng.integers(0, 256, (48, 64, 3), np.uint8)
        assert cv2.imwrite(str(tmp_path / f"reel 1 {number:04d}.png"), codes)
    note = f"python={sys.executable}\npythonpath={FOLDER.parents[1]}\n"
    pool = MediaPool()
    clip = MediaPoolItem(str(tmp_path / "reel 1 [0998-1000].png"))
    variables = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONHOME": "/nowhere"}
    variables.pop("REELMEND_PYTHON", None)
    script("restore_clip.py")["restore"](clip, pool, variables, subprocess.run, lambda _: note)
    restored = [path.name for path in sorted((tmp_path / "reelmend").iterdir())]
    assert restored == ["reel 1 0998.png", "reel 1 0999.png", "reel 1 1000.png"]


def test_a_prores_movie_stays_one() -> None:
    pool, runner = MediaPool(), Runner()
    result = restore(MediaPoolItem("/scans/reel.MOV", PRORES), pool, runner)
    assert result == str(Path("/scans/reel_reelmend.mov"))
    assert runner.command[-2:] == [str(Path("/scans/reel.MOV")), result]
    assert pool.imported == [result]


@pytest.mark.parametrize(
    ("path", "codec"),
    [
        ("/scans/reel.mov", "Apple ProRes 4444"),
        ("/scans/reel.mov", ""),
        ("/scans/reel.mp4", "H.264 High L4.1"),
    ],
)
def test_what_resolve_could_not_read_back_is_refused(path: str, codec: str) -> None:
    with pytest.raises(Exception, match=r"which Resolve does not import\. Render it as a DPX"):
        restore(MediaPoolItem(path, codec), MediaPool(), Runner())


@pytest.mark.parametrize(
    ("clip", "takes", "code", "said"),
    [
        (MediaPoolItem("/a.mov", PRORES), True, 3, "ended with 3"),
        (MediaPoolItem("/a.mov", PRORES), False, 0, "did not import it"),
        (MediaPoolItem("", ""), True, 0, "has no file"),
    ],
)
def test_what_went_wrong_is_said(clip: MediaPoolItem, takes: bool, code: int, said: str) -> None:
    with pytest.raises(Exception, match=said):
        restore(clip, MediaPool(takes=takes), Runner(code))


def test_the_engine_is_found_as_the_nodes_find_it(tmp_path: Path) -> None:
    find = script("restore_clip.py")["engine_python"]
    note = tmp_path / "reelmend" / "engine.txt"
    texts = {note: "python=/venv/bin/python\npythonpath=/src\n"}
    found = find({"XDG_CONFIG_HOME": str(tmp_path)}, lambda path: texts.get(path, ""))
    assert found == ("/venv/bin/python", "/src")
    bundled = tmp_path / "Reelmend.ofx.bundle" / "Contents" / "Resources" / "engine.txt"
    texts = {bundled: "python=/other/python\n"}
    found = find({"OFX_PLUGIN_PATH": f"{tmp_path / 'none'}:{tmp_path}"}, lambda path: texts.get(path, ""))
    assert found == ("/other/python", None)
    with pytest.raises(Exception, match="install host --resolve"):
        find({}, lambda path: "")


def test_the_clip_under_the_playhead_stands_in_for_a_selection(
    capsys: pytest.CaptureFixture[str],
) -> None:
    selected = script("restore_clip.py")["selected_clips"]
    clip, other = MediaPoolItem("/a.mov"), MediaPoolItem("/b.mov")
    timeline = Timeline(TimelineItem(clip))
    assert selected(Project(MediaPool(), timeline)) == [clip]
    assert selected(Project(MediaPool([other]), timeline)) == [other]
    script("restore_clip.py", resolve=Resolve(Project(MediaPool(), Timeline(None))))
    assert "Select clips in the Media Pool" in capsys.readouterr().out
