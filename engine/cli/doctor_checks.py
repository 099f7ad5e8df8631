"""The checks of `engine-cli doctor`: each one looks at one thing and says what to do about it."""

from __future__ import annotations

import importlib
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import av.codec
import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813

from engine import pipeline
from engine.cli.model_facts import ModelFacts, shipped_models
from engine.errors import ModelError, ReelmendError
from engine.inference.runtime import Device, runtime_report
from engine.parameters import Settings
from engine.render.contract import ClipPipeline
from engine.types import CodeLayout, Codes, Frame, WorkingFrame
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.errors import OcioError
from ocio.tagging import CINEON

OLDEST_PYTHON = (3, 11)
MODULES = MappingProxyType(
    {
        "numpy": "numpy",
        "opencv-python-headless": "cv2",
        "av": "av",
        "OpenImageIO": "OpenImageIO",
        "opencolorio": "PyOpenColorIO",
        "Fileseq": "fileseq",
        "rich": "rich",
        "scenedetect-headless": "scenedetect",
        "xxhash": "xxhash",
    }
)
"""Distribution to module."""
ENCODERS = ("ffv1", "prores_ks")
DECODERS = ("ffv1", "prores", "dnxhd", "h264")
FRAME_FORMATS = ("dpx", "cineon", "openexr", "tiff", "png")
PLATE = 96
"""Side in pixels of the plate for the small inference."""
SPECK = 7
"""Side in pixels of the speck in it."""
INSTALL = "run `python3 install demo` again, or `pip install .[cpu]` in this environment"


@dataclass(frozen=True)
class Finding:
    """What a check found; `remedy` is "" where nothing is wrong."""

    name: str
    detail: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.remedy


def check_python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("Python", version, "use Python 3.11 or later")
    return Finding("Python", f"{version} ({sys.executable})")


def check_packages() -> Finding:
    versions: list[str] = []
    broken: list[str] = []
    for name, module in MODULES.items():
        try:
            importlib.import_module(module)
            versions.append(f"{name} {_version_of(name)}")
        except ImportError as error:
            broken.append(f"{name} ({error})")
    if broken:
        return Finding("packages", "not usable: " + ", ".join(broken), INSTALL)
    return Finding("packages", ", ".join(versions))


def check_runtime() -> Finding:
    """Exactly one ONNX Runtime: the packages share their files, and together they break each other."""
    report = runtime_report()
    installed = " ".join(f"{name} {version}" for name, version in report.packages.items())
    if report.problem:
        return Finding("ONNX Runtime", installed or "none", report.problem)
    return Finding("ONNX Runtime", f"{installed}, for {', '.join(report.devices)}")


def check_models() -> tuple[Finding, ...]:
    """The models, each with the sha256 that it must have."""
    try:
        models = shipped_models()
    except ModelError as error:
        return (Finding("models", "not found", str(error)),)
    if not models:
        return (Finding("models", "none", "install Reelmend again: it ships with a detection model"),)
    return tuple(_model_finding(facts) for facts in models)


def check_colour() -> Finding:
    try:
        return Finding("OCIO config", load().origin)
    except OcioError as error:
        return Finding("OCIO config", str(error), "unset $OCIO, or let it name a valid config")


def check_codecs() -> Finding:
    missing = [f"{name} (encoder)" for name in ENCODERS if not _codec_there(name, "w")]
    missing += [f"{name} (decoder)" for name in DECODERS if not _codec_there(name, "r")]
    known = str(oiio.get_string_attribute("format_list")).split(",")
    missing += [name for name in FRAME_FORMATS if name not in known]
    if missing:
        return Finding(
            "codecs", "missing: " + ", ".join(missing), "install av and OpenImageIO from PyPI wheels"
        )
    return Finding("codecs", ", ".join((*DECODERS, *FRAME_FORMATS)))


def check_temporary_folder() -> Finding:
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        return Finding("temporary folder", f"{folder}: {error.strerror}", "set TMPDIR to a folder with room")
    return Finding("temporary folder", str(Path(folder)))


def check_inference(model: str | None, device: Device) -> Finding:
    """Restore a small plate with a planted speck: it has to be found, and nothing else may change."""
    try:
        with pipeline.build(model, device, None, CINEON) as built:
            window = _speckled_window(built)
            result = built.process(window, Settings())
    except ReelmendError as error:
        return Finding("inference", str(error), "see the message; `engine-cli models` lists the models")
    source, repaired = window.centre.frame.codes.planes[0], result.frame.codes.planes[0]
    outside = result.matte.coverage == 0
    if not np.array_equal(source[outside], repaired[outside]):
        return Finding("inference", "code values outside the matte changed", "report this as a bug")
    if outside.all():
        return Finding(
            "inference", "a plain speck was not found", "use another model, or report this as a bug"
        )
    return Finding("inference", f"a small plate was restored on {device}: {built.identity['detector']}")


def _speckled_window(built: ClipPipeline) -> FrameWindow:
    """Three frames of softly textured plate with grain, the middle one with a bright speck."""
    rng = np.random.default_rng(1)
    coarse = rng.uniform(330, 520, (PLATE // 12, PLATE // 12, 3)).astype(np.float32)
    plate = np.asarray(cv2.resize(coarse, (PLATE, PLATE), interpolation=cv2.INTER_CUBIC), np.float32)
    middle = PLATE // 2
    layout = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)

    def frame(number: int) -> WorkingFrame:
        codes = (plate + rng.normal(0, 4, plate.shape)).astype(np.uint16)
        if number == 2:
            codes[middle : middle + SPECK, middle : middle + SPECK] = 940
        return built.prepare(Frame(number, Codes((codes,), layout)))

    return FrameWindow((frame(1), frame(2), frame(3)))


def _model_finding(facts: ModelFacts) -> Finding:
    name = f"model {facts.entry.id}"
    if facts.problem:
        return Finding(name, "not usable", facts.problem)
    return Finding(name, f"sha256 {facts.entry.sha256}")


def _version_of(name: str) -> str:
    """A package may be there under another name: a build of one's own, or one with more in it."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(another build)"


def _codec_there(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.codec.Codec(name, mode)
    except ValueError:
        return False
    return True
