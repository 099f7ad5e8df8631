from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from engine.errors import ModelError
from engine.inference.model_spec import ModelSpec, OperatingPoint, TensorSpec

CURVE = (OperatingPoint(0.3, 0.7, 0.9, 0.05, 4), OperatingPoint(0.5, 0.8, 0.85, 0.02, 2.5))


def test_a_spec_survives_its_text(make_spec):
    spec = make_spec(encoding_range=(-0.25, 1.5), notes="grün")
    assert ModelSpec.from_json(spec.to_json(), "m.onnx") == spec
    assert ModelSpec.from_json(replace(spec, encoding_range=None).to_json(), "m.onnx").encoding_range is None


def test_a_curve_and_a_coarser_output_survive_too(make_spec):
    spec = make_spec(curve=CURVE)
    spec = replace(spec, outputs=(*spec.outputs, TensorSpec("coarse", ("a",), scale=2)))
    assert ModelSpec.from_json(spec.to_json(), "m.onnx") == spec


def test_a_curve_rises(make_spec):
    with pytest.raises(ModelError, match="'curve': its thresholds do not rise"):
        make_spec(curve=CURVE[::-1])


def changed(spec, *path, to):
    """The text of `spec` with one value changed; `to` is ... to take the key away."""
    table = json.loads(spec.to_json())
    place = table
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(table)


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("schema",), 2, "schema 2, this version of Reelmend reads 1"),
        (("schema",), ..., "schema None"),
        (("radius",), ..., "lacks radius"),
        (("colour",), "red", "has colour"),
        (("radius",), "1", "'radius' is '1', which is not a whole number"),
        (("radius",), True, "'radius' is True, which is not a whole number"),
        (("radius",), -1, "'radius': -1 is below 0"),
        (("id",), "", "'id': it is empty"),
        (("id",), 7, "'id' is 7, which is not a text"),
        (("licence",), "", "'licence': it is empty"),
        (("purpose",), "guess", "detect or repair, not 'guess'"),
        (("encoding",), "LogC3", "ACEScct, not 'LogC3'"),
        (("encoding_range",), [0.0], "neither null nor two numbers"),
        (("encoding_range",), [1.0, 0.0], "does not rise"),
        (("encoding_range",), "all", "which is not a list"),
        (("size_multiple",), 0, "'size_multiple': 0 is below 1"),
        (("overlap",), 3, "'overlap': 3 is no multiple of 4"),
        (("tile",), 16, "'tile': 16 is no multiple of 4 above twice the overlap of 8"),
        (("tile",), 33, "'tile': 33 is no multiple"),
        (("inputs",), [], "'inputs': there are none"),
        (("inputs",), {}, "'inputs' is {}, which is not a list"),
        (("inputs", 0), 5, r"inputs\[0\] must be a table of keys, not 5"),
        (("inputs", 0, "shape"), [1], r"inputs\[0\] has shape"),
        (("inputs", 0, "meaning"), ..., r"inputs\[0\] lacks meaning"),
        (("inputs", 0, "meaning"), [], "it names no channel"),
        (("inputs", 0, "scale"), 2, "inputs are as fine as the frame"),
        (("outputs", 0, "scale"), 3, "3 does not divide the size_multiple of 4"),
        (("outputs", 0, "scale"), 0, "0 does not divide"),
        (("curve",), [{"threshold": 0.5}], r"curve\[0\] lacks alarms, false_percent, precision, recall"),
        (("curve",), 7, "'curve' is 7, which is not a list"),
        (("inputs", 0, "meaning"), "rgb", "which is not a list"),
        (("inputs", 0, "meaning"), ["r", "r", "valid"], "named twice"),
        (("inputs", 0, "pictures"), ["x"], "x is not in its meaning"),
        (("inputs", 0, "layout"), "NHWC", "NCHW, not 'NHWC'"),
        (("inputs", 0, "dtype"), "float64", "float32, not 'float64'"),
        (("outputs", 0, "name"), "planes", "used twice"),
    ],
)
def test_a_wrong_spec_is_refused_naming_file_key_and_remedy(make_spec, path, to, said):
    with pytest.raises(ModelError, match=said) as refusal:
        ModelSpec.from_json(changed(make_spec(), *path, to=to), "bad/net.onnx")
    assert "bad/net.onnx" in str(refusal.value)
    assert "export the model again" in str(refusal.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"text"'])
def test_what_is_no_spec_at_all_is_refused(text):
    with pytest.raises(ModelError, match=r"net\.onnx"):
        ModelSpec.from_json(text, "net.onnx")


def test_a_contradiction_is_refused_at_export_too(make_spec):
    with pytest.raises(ModelError, match="'tile'"):
        make_spec(tile=30)


def test_channels_are_counted_from_their_meaning():
    assert TensorSpec("planes", ("r", "g", "b", "valid")).channels == 4


def test_reading_a_spec_needs_neither_torch_nor_onnxruntime():
    check = (
        "import sys, engine.inference.model_spec;"
        "print([m for m in ('torch', 'onnx', 'onnxruntime', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
