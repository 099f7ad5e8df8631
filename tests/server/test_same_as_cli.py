"""The server and `engine-cli render` give the same pixels, by the net that ships."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine import pipeline
from engine.cli import main
from engine.media.open import open_source
from tests.conftest import assert_same_codes
from tests.repair.diffusion_nets import denoising_net
from tests.server.client import Asked, Client
from tests.server.conftest import serving

FRAMES = range(1001, 1012)
HEIGHT, WIDTH = 133, 171
CUT = 1008
"""A new shot begins here."""


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Linear float EXR: two panning shots of chromatic texture, some of it above 1, dirt everywhere."""
    folder = tmp_path_factory.mktemp("same_as_cli") / "scan"
    folder.mkdir()
    rng = np.random.default_rng(31)
    plates = [
        cv2.resize(
            rng.uniform(0.02, top, (18, 26, 3)).astype(np.float32), (280, 180), interpolation=cv2.INTER_CUBIC
        )
        for top in (1.6, 0.3)
    ]
    for number in FRAMES:
        start = 4 * (number - FRAMES[0])
        seen = plates[number >= CUT][10 : 10 + HEIGHT, start : start + WIDTH]
        picture = (seen * (1 + rng.normal(0, 0.01, seen.shape))).astype(np.float32)
        for _ in range(3):
            row, column = rng.integers(10, HEIGHT - 20), rng.integers(10, WIDTH - 20)
            picture[row : row + 9, column : column + 11] = 2.5
        write_exr(folder / f"scan.{number}.exr", picture)
    return folder / "scan.####.exr"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with serving(tmp_path_factory.mktemp("shipped") / "run") as path:
        yield path


def write_exr(path: Path, picture: np.ndarray) -> None:
    spec = oiio.ImageSpec(picture.shape[1], picture.shape[0], 3, "float")
    spec.attribute("compression", "none")
    sink: Any = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec)
    assert sink.write_image(picture)
    sink.close()


def pictures(scan: Path) -> dict[int, np.ndarray]:
    with open_source(str(scan)) as source:
        return {number: source.read(number).codes.planes[0] for number in source.info.frames}


def as_rgba(picture: np.ndarray) -> np.ndarray:
    """As a host has it: with an alpha of its own, here not even a constant one."""
    alpha = np.random.default_rng(1).uniform(0.9, 1, picture.shape[:2]).astype(np.float32)
    return np.dstack([picture, alpha])


@pytest.mark.parametrize(
    ("radius", "sensitivity", "quality"), [(2, 0.25, "fast"), (1, 0.6, "fast"), (0, 0.25, "best")]
)
def test_a_host_gets_the_pixels_of_the_command_line(
    radius: int,
    sensitivity: float,
    quality: str,
    scan: Path,
    shipped: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every frame, those at the ends and beside the cut too; `radius` 2 is a window of 5, and at 0 there is
    much to paint for quality best."""
    net = denoising_net(tmp_path / "net.onnx", share=0.9, added=0.3)
    monkeypatch.setattr(pipeline, "DEFAULT_PAINTER", str(net))
    out, report = tmp_path / "r.####.exr", tmp_path / "r.jsonl"
    flags = [
        "--report",
        str(report),
        "--radius",
        str(radius),
        "--sensitivity",
        str(sensitivity),
        "--quality",
        quality,
        "--colour-space",
        "Linear Rec.709 (sRGB)",
    ]
    assert main(["render", str(scan), str(out), *flags, "--device", "cpu", "--quiet"]) == 0
    rendered, source = pictures(out), pictures(scan)
    changed = 0
    with Client(shipped) as client:
        for number in FRAMES:
            near = range(number - radius - 2, number + radius + 3)
            frames = {n: as_rgba(source[n]) for n in near if n in source}
            asked = Asked(
                frames,
                number,
                "Linear Rec.709 (sRGB)",
                settings={"radius": radius, "sensitivity": sensitivity, "quality": quality},
            )
            answer = client.render(asked)
            assert answer.picture is not None, answer.fields
            assert_same_codes(np.ascontiguousarray(answer.picture[..., :3]), rendered[number])
            assert_same_codes(answer.picture[..., 3].copy(), asked.picture[..., 3].copy())
            changed += int((rendered[number] != source[number]).any(axis=2).sum())
    assert changed > 1000
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    fills = {region["fill"] for line in lines if line["type"] == "frame" for region in line["regions"]}
    assert ("diffusion" in fills) == (quality == "best")


def test_a_host_gets_the_matte_of_the_command_line(scan: Path, shipped: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.####.exr"
    flags = ["--dilation", "2", "--colour-space", "ACEScg"]
    assert main(["detect", str(scan), str(out), *flags, "--device", "cpu", "--quiet"]) == 0
    mattes, source = pictures(out), pictures(scan)
    with Client(shipped) as client:
        for number in (1001, 1004, 1007, 1011):
            frames = {n: source[n] for n in range(number - 2, number + 3) if n in source}
            answer = client.render(Asked(frames, number, "ACEScg", "detected", {"dilation": 2}))
            assert answer.picture is not None, answer.fields
            # The command line writes mattes as half or integers; the host gets its own floats.
            np.testing.assert_allclose(
                answer.picture[..., 0],
                mattes[number][..., 0].astype(np.float32) / scale_of(mattes[number]),
                atol=1e-3,
            )
            assert (mattes[number] > 0).any()


def scale_of(matte: np.ndarray) -> float:
    return float(np.iinfo(matte.dtype).max) if matte.dtype.kind == "u" else 1.0


def test_an_unknown_colour_space_is_told_with_advice(scan: Path, shipped: Path) -> None:
    with Client(shipped) as client:
        answer = client.render(Asked(pictures(scan), 1004, "Kodachrome dreams"))
    assert answer.code == "bad_colour"
    assert "Kodachrome dreams" in answer.fields["message"]


def test_an_unknown_model_is_told(scan: Path, shipped: Path) -> None:
    with Client(shipped) as client:
        answer = client.render(Asked(pictures(scan), 1004, "ACEScg", extra={"model": "no-such-net"}))
        cuda = client.render(Asked(pictures(scan), 1004, "ACEScg", extra={"device": "directml"}))
    assert (answer.code, cuda.code) == ("no_engine", "no_engine")
