"""Renders in processes of their own that can be killed at any moment, and what to compare afterwards."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FAKE_RENDER = """
import sys
from engine import pipeline
from tests.render import fake_engine
pipeline.build = fake_engine.build_fake
from engine.cli import main
sys.exit(main(sys.argv[1:]))
"""
REAL_RENDER = "import sys; from engine.cli import main; sys.exit(main(sys.argv[1:]))"


def start(arguments: list[str], real: bool = False) -> subprocess.Popen[str]:
    """`engine-cli` with an engine that needs no network, or with the real one."""
    return subprocess.Popen(
        [sys.executable, "-c", REAL_RENDER if real else FAKE_RENDER, *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def film(path: Path, frames: int, encoder: str = "ffv1", options: dict[str, str] | None = None) -> Path:
    """A static chromatic plate, 64 x 48, with dirt in every third frame, and sound."""
    rng = np.random.default_rng(4)
    plate = rng.integers(60, 180, (24, 32, 3)).repeat(2, 0).repeat(2, 1).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(encoder, rate=24, options=options or {"g": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        sound = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        for index in range(frames):
            picture = np.clip(plate + rng.integers(-2, 3, plate.shape), 0, 255).astype(np.uint8)
            if index % 3 == 1:
                picture[8:16, 16:24] = 250
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
            tone = av.AudioFrame.from_ndarray(
                (np.arange(2000, dtype=np.int32) * (index + 1) % 3001).astype(np.int16)[None],
                format="s16", layout="mono",
            )  # fmt: skip
            tone.sample_rate, tone.pts = 48000, 2000 * index
            container.mux(sound.encode(tone))
        container.mux(stream.encode(None))
        container.mux(sound.encode(None))
    return path


def pictures(folder: Path) -> dict[str, str]:
    """Name to SHA-256 of the frames in a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.suffix in (".dpx", ".png") and not path.name.startswith(".")
    }


def packets_of(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Stream to its packets: timestamp, duration, SHA-256."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size:
                mark = (packet.pts, packet.duration, hashlib.sha256(bytes(packet)).hexdigest())
                found.setdefault(packet.stream.type, []).append(mark)
    return found


def report_of(path: Path) -> list[dict]:
    """The frames of a report, but for the time they took."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds[0] == "start"
    assert kinds[-1] == "summary"
    return [{**line, "seconds": None} for line in lines[1:-1]]
