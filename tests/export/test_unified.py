"""The unified net on whole frames: one look finds and repairs, blind, and the same each time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.errors import ModelError
from engine.inference.model_spec import METADATA_KEY
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.repair.diffusion_inputs import CHANNELS
from engine.repair.diffusion_sampler import Sampling
from export.evaluate.diffusion_conditions import quality_clip
from export.evaluate.row_file import add_rows
from export.evaluate.scores import score
from export.evaluate.unified import METHODS, Blind, Row, outcomes, read, table
from export.evaluate.unified_path import UnifiedDetector, UnifiedNet, UnifiedRepairer
from export.unified_inputs import OUTPUTS, REACH
from ocio.config import load
from ocio.processor import ColourRoute
from tests.export.drift import drifting_clip, spots_and_hairs
from tests.repair.diffusion_nets import SPEC, denoising_net
from tests.repair.plates import pan, scene, spots

UNIFIED = replace(SPEC, id="known-unified", outputs=OUTPUTS)
DARK = np.float32(0.1)


def unified_net(path: Path) -> Path:
    """A net that takes what is darker than `DARK`, in all channels together, for damage, and 0.4 for what was
    there; whatever noise it is shown."""
    known = {
        "from": np.array([0]), "to": np.array([3]), "axis": np.array([1]),
        "dark": np.array(DARK), "truth": np.array(np.float32(0.4)), "unit": np.array(np.float32(REACH)),
        "silent": np.zeros(1, np.float32),
    }  # fmt: skip
    nodes = [
        helper.make_node("Slice", ["planes", "from", "to", "axis"], ["own"]),
        helper.make_node("ReduceMax", ["own"], ["brightest"], axes=[1], keepdims=1),
        helper.make_node("Less", ["brightest", "dark"], ["is_dark"]),
        helper.make_node("Cast", ["is_dark"], ["found"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["level", "silent"], ["quiet"]),
        helper.make_node("Add", ["found", "quiet"], ["damage"]),
        helper.make_node("Sub", ["truth", "own"], ["lacking"]),
        helper.make_node("Div", ["lacking", "unit"], ["units"]),
        helper.make_node("Mul", ["state", "silent"], ["still"]),
        helper.make_node("Add", ["units", "still"], ["residual"]),
    ]
    graph = helper.make_graph(
        nodes,
        "unified",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "h", "w"])
            for name, channels in (("planes", len(CHANNELS)), ("state", 3), ("level", 1))
        ],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "h", "w"])
            for name, channels in (("residual", 3), ("damage", 1))
        ],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in known.items()],
    )
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(net, {METADATA_KEY: UNIFIED.to_json()})
    onnx.save(net, path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unified_net(tmp_path_factory.mktemp("models") / "unified.onnx")


@pytest.mark.parametrize("how", [Sampling(steps=1), Sampling(steps=3), Sampling(steps=4, jumps=1)])
def test_a_frame_is_found_and_repaired_in_one_look(model: Path, how: Sampling) -> None:
    hole = spots((60, 50, 20), (150, 90, 5))
    given = scene(pan((3.4, -1.2)), {0: hole})
    picture = given.window.centre.encoded
    dark = picture.max(2) < DARK
    with UnifiedNet(ModelSession(model, "cpu"), how) as net:
        matte = UnifiedDetector(net).detect(given.window)
        tiles = UnifiedRepairer(net).repair(given.window, {0: matte})
        np.testing.assert_allclose(matte.coverage, dark.astype(np.float32), atol=1e-5)
        assert net.look(given.window) is net.look(given.window)
        assert UnifiedRepairer(net).repair(given.window, {}) == ()
    filled = np.zeros(dark.shape, np.bool_)
    for tile in tiles:
        here = matte.coverage[tile.box.slices] > 0
        np.testing.assert_allclose(tile.encoded[here], 0.4, atol=1e-5)
        filled[tile.box.slices] |= here
    assert (filled == (matte.coverage > 0)).all()


def test_another_kind_of_net_is_refused(tmp_path: Path) -> None:
    with (
        ModelSession(denoising_net(tmp_path / "painter.onnx"), "cpu") as session,
        pytest.raises(ModelError, match="no unified net"),
    ):
        UnifiedNet(session)


def test_both_paths_are_judged_blind_and_keep_what_they_do_not_find(model: Path, tmp_path: Path) -> None:
    clip = quality_clip(drifting_clip(180, 140, 44), spots_and_hairs(), "occluded", 1)
    blind = Blind(model, denoising_net(tmp_path / "net.onnx"), MotionEstimator(), ColourRoute(load()), 0.2)
    rows = []
    for method in METHODS:
        (outcome,) = outcomes(blind, method, clip)
        assert outcome.codes is not None
        changed = (outcome.codes != outcome.frame.damaged).any(2)
        if method == "input":
            assert not changed.any()
        if method == "unified":
            assert changed.any()
            # A matte is grown a little before it is repaired.
            assert changed.sum() < 1.6 * outcome.found.sum()
        rows.append(Row("occluded", "drift", method, score([outcome])))
    add_rows(tmp_path / "rows.jsonl", rows)
    text = table(read(tmp_path / "rows.jsonl"))
    assert text == table(rows)
    assert [line.split("|")[1].strip() for line in text.splitlines()[5:]] == list(METHODS)
