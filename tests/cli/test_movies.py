"""Movies through the command line: codes, sound, and what is told of what could not be kept."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.cli import main
from engine.media.open import open_source
from tests.cli.conftest import digest

pytestmark = pytest.mark.usefixtures("_fake_engine")
DIRT = (slice(8, 16), slice(16, 24))


def film(path: Path, encoder: str, pixels: str, options: dict[str, str]) -> Path:
    """Six frames of a static chromatic plate, 64 x 48, dirt in the third, and a second of sound."""
    rng = np.random.default_rng(4)
    plate = rng.integers(60, 180, (24, 32, 3)).repeat(2, 0).repeat(2, 1).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(encoder, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        sound = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        for index in range(6):
            picture = plate.copy()
            if index == 2:
                picture[DIRT] = 250
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        tone = av.AudioFrame.from_ndarray(np.arange(12000, dtype=np.int16)[None], format="s16", layout="mono")
        tone.sample_rate, tone.pts = 48000, 0
        container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    return path


def test_a_subsampled_movie_keeps_every_code_outside_the_matte(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mkv", "ffv1", "yuv422p10le", {})
    before = digest(tmp_path)
    out, matte = tmp_path / "out" / "r.mkv", tmp_path / "matte" / "m.####.png"
    arguments = ["render", str(source), str(out), "--matte-out", str(matte), "--quiet"]
    assert main([*arguments, "--colour-space", "Gamma 2.4 Rec.709 - Texture"]) == 0
    assert {name: sha for name, sha in digest(tmp_path).items() if name == "film.mkv"} == before
    with open_source(str(source)) as old, open_source(str(out)) as new, open_source(str(matte)) as mattes:
        assert new.info.layout == old.info.layout
        for number in old.info.frames:
            kept = mattes.read(number).codes.planes[0][..., 0] == 0
            assert kept.mean() > 0.8
            planes = zip(old.read(number).codes.planes, new.read(number).codes.planes, strict=True)
            for one, two in planes:
                there = kept[:, :: kept.shape[1] // one.shape[1]]
                np.testing.assert_array_equal(one[there], two[there])
        third = old.info.frames[2]
        assert new.read(third).codes.planes[0][DIRT].max() < old.read(third).codes.planes[0][DIRT].min()
    with av.open(str(out)) as container:
        assert len(container.streams.audio) == 1


def test_left_out_sound_and_a_lossy_codec_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = film(tmp_path / "film.mov", "prores_ks", "yuv422p10le", {"profile": "hq"})
    colour = ["--colour-space", "Gamma 2.4 Rec.709 - Texture"]
    out = tmp_path / "out" / "r.mov"
    first = info_first(source)
    frames = f"{first}-{first + 4}x2"
    assert main(["render", str(source), str(out), "--frames", frames, *colour, "--json"]) == 0
    notes = json.loads(capsys.readouterr().out.splitlines()[-1])["notes"]
    assert any("sound" in note for note in notes)
    assert any("lossy" in note and ".mkv" in note for note in notes)
    assert main(["render", str(source), str(out.with_suffix(".mkv")), *colour]) == 0
    assert "lossy" not in capsys.readouterr().out


def info_first(source: Path) -> int:
    with open_source(str(source)) as clip:
        return clip.info.frames[0]


def test_info_of_a_movie(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = film(tmp_path / "film.mkv", "ffv1", "yuv420p", {})
    assert main(["info", str(source)]) == 0
    told = capsys.readouterr().out
    for word in ("64 x 48", "24 frames per second", "8-bit", "Rec.709", "audio"):
        assert word in told
    assert [line.split()[0] for line in told.splitlines()].count("rate") == 1
