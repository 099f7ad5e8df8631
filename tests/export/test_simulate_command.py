"""`python -m export.simulate` from end to end, on a split made here."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import export.shards
from engine.media.open import open_source
from export.simulate.__main__ import main
from export.simulate.banks import CROP_CLASSES, load
from export.simulate.statistics import TABLE, read_table

LABELS = ("Dust", "Dirt", "Short hair", "Long hair", "Scratch")


def _write_outlines(path: Path) -> None:
    rng = np.random.default_rng(1)
    points, labels = [], []
    for label in range(5):
        for _ in range(40):
            around = np.linspace(0, 2 * np.pi, 9)[:-1]
            radii = np.stack(
                [rng.uniform(3, 9) * (1 + label) * np.cos(around), rng.uniform(3, 6) * np.sin(around)], 1
            )
            points.append(np.rint(rng.uniform(100, 3200, 2) + radii).astype(np.int16))
            labels.append(label)
    path.parent.mkdir(parents=True)
    np.savez(
        path, points=np.concatenate(points), offsets=np.cumsum([0, *(len(p) for p in points)]),
        label=np.uint8(labels), scan=np.uint8(rng.integers(1, 3, len(labels))), label_names=np.array(LABELS),
    )  # fmt: skip


def _write_crops(folder: Path) -> None:
    folder.mkdir(parents=True)
    crop = cv2.ellipse(np.zeros((30, 40), np.uint8), (20, 15), (12, 6), 30, 0, 300, 255, 5)
    for name in CROP_CLASSES:
        np.savez(folder / f"{name}.npz", pixels=np.tile(crop.ravel(), 2), shape=np.int32([crop.shape] * 2))


def _write_residuals(damage: Path) -> None:
    rng = np.random.default_rng(2)
    for folder in ("real_pairs", "real_residuals"):
        (damage / folder).mkdir()
    restored = rng.integers(40, 180, (60, 60, 3), np.uint8)
    cv2.imwrite(str(damage / "real_pairs" / "film_restored.png"), restored)
    disc = cv2.circle(np.zeros((12, 12), np.float64), (6, 6), 3, 1.0, -1)
    marks = [np.repeat(disc[..., None] * strength, 3, 2) for strength in rng.integers(15, 60, 20)]
    np.savez(
        damage / "real_residuals" / "film.npz", mask=np.concatenate([(m[..., 0] > 0).ravel() for m in marks]),
        residual=np.concatenate([m.reshape(-1, 3) for m in marks]).astype(np.int16),
        shape=np.int32([(12, 12)] * 20), xy=rng.integers(0, 48, (20, 2)).astype(np.int32),
    )  # fmt: skip


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("split")
    _write_outlines(folder / "damage" / "real_polygons" / "polygons.npz")
    _write_crops(folder / "damage" / "synthetic")
    _write_residuals(folder / "damage")
    (folder / "clean").mkdir()
    (folder / "stills").mkdir()
    coarse = np.random.default_rng(3).integers(20, 235, (20, 30, 3), np.uint8)
    still = cv2.resize(coarse, (300, 240), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(folder / "stills" / "still.png"), still)
    writer = cv2.VideoWriter(
        str(folder / "clean" / "walk.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 24, (300, 240)
    )
    for n in range(6):
        writer.write(np.roll(still, 3 * n, axis=1))
    writer.release()
    return folder


def frames_of(name: Path) -> list[np.ndarray]:
    with open_source(str(name)) as source:
        return [source.read(number).codes.planes[0] for number in source.info.frames]


def test_overlays_are_written_and_the_seed_repeats_them(split: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        arguments = ["--count", "2", "--width", "300", "--gauge", "super8", "--dirtiness", "3", "--seed", "4"]
        assert main(["overlay", str(split), str(tmp_path / out), *arguments]) == 0
    for name in ("overlay_0001.png", "overlay_0002.png"):
        rgba = cv2.imread(str(tmp_path / "one" / name), cv2.IMREAD_UNCHANGED)
        assert rgba is not None
        assert rgba.shape == (208, 300, 4)
        assert rgba.dtype == np.uint16
        assert (rgba[..., :3] == 65535).all()
        classes = cv2.imread(str(tmp_path / "one" / name.replace(".png", "_class.png")), cv2.IMREAD_UNCHANGED)
        assert classes is not None
        assert ((classes > 0) == (rgba[..., 3] > 0)).mean() > 0.999
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    first, second = ((tmp_path / "one" / f"overlay_000{n}.png").read_bytes() for n in (1, 2))
    assert first != second


def test_dark_overlays_are_black(split: Path, tmp_path: Path) -> None:
    assert (
        main(["overlay", str(split), str(tmp_path), "--count", "1", "--width", "200", "--polarity", "dark"])
        == 0
    )
    rgba = cv2.imread(str(tmp_path / "overlay_0001.png"), cv2.IMREAD_UNCHANGED)
    assert rgba is not None
    assert not rgba[..., :3].any()


@pytest.mark.parametrize(("form", "names"), [("mkv", "{}.mkv"), ("png", "{}.####.png")])
def test_a_clip_is_damaged_where_its_matte_says_and_nowhere_else(
    split: Path, tmp_path: Path, form: str, names: str
) -> None:
    arguments = ["--frames", "3", "--format", form, "--gauge", "16", "--dirtiness", "2"]
    assert main(["clip", str(split), "walk", str(tmp_path), *arguments]) == 0
    damaged, clean, matte = (
        frames_of(tmp_path / names.format(part)) for part in ("damaged", "clean", "matte")
    )
    assert [len(damaged), len(clean), len(matte)] == [3, 3, 3]
    changed = [(d != c).any(2) for d, c in zip(damaged, clean, strict=True)]
    assert any(one.any() for one in changed)
    assert not all((changed[0] == one).all() for one in changed[1:]), "dirt is new in every frame"
    for one, covered in zip(changed, matte, strict=True):
        assert not (one & (covered[..., 0] == 0)).any()


def test_a_clip_from_a_sequence_keeps_its_codes(split: Path, tmp_path: Path) -> None:
    plates = np.random.default_rng(5).integers(0, 65536, (2, 90, 120, 3), np.uint16)
    for n, plate in enumerate(plates):
        cv2.imwrite(str(tmp_path / f"plate.{n:04d}.png"), plate[..., ::-1])
    source = str(tmp_path / "plate.####.png")
    assert main(["clip", str(split), source, str(tmp_path / "out"), "--format", "png", "--dirt-only"]) == 0
    assert (np.stack(frames_of(tmp_path / "out" / "clean.####.png")) == plates).all()
    changed = np.stack(frames_of(tmp_path / "out" / "damaged.####.png")) != plates
    assert 0 < changed.mean() < 0.7


def test_clean_film_without_reel_damage_stays_as_it_is(split: Path, tmp_path: Path) -> None:
    arguments = ["--frames", "2", "--dirt-only", "--dirtiness", "0"]
    assert main(["clip", str(split), "walk", str(tmp_path), *arguments]) == 0
    damaged, clean = (np.stack(frames_of(tmp_path / f"{part}.mkv")) for part in ("damaged", "clean"))
    assert (damaged == clean).all()


def test_fit_writes_a_table_the_simulator_can_read(
    split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = TABLE.read_bytes()
    assert main(["fit", str(split), "--out", str(tmp_path / "table.json")]) == 0
    statistics = read_table(tmp_path / "table.json")
    assert statistics.classes["dust"].size.samples == 40
    assert statistics.classes["dust"].count.shape_error is None, "40 marks name no shape"
    assert statistics.contrast.samples == 20
    assert "long hair" in capsys.readouterr().out
    assert TABLE.read_bytes() == before


def test_shards_are_drawn_as_before(split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export.shards, "SHARD", 2)
    arguments = ["--samples", "3", "--size", "32", "--seed", "7", "--cache", str(tmp_path / "cache")]
    assert main(["shards", str(split), str(tmp_path / "shards"), *arguments]) == 0
    assert len(export.shards.shards_in(tmp_path / "shards")) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["overlay", "{split}", "{out}", "--count", "0"], "--count and --width are 1 or more"),
        (["overlay", "{split}", "{out}", "--dirtiness", "-1"], "--dirtiness is 0"),
        (["overlay", "{out}", "{out}"], "cannot be read as traced outlines"),
        (["clip", "{split}", "nowhere.mkv", "{out}"], "nowhere.mkv"),
        (["clip", "{split}", "walk", "{out}", "--frames", "0"], "one frame or more"),
        (["clip", "{split}", "walk", "{out}", "--colour-space", "Nonesuch"], "no colour space"),
        (["fit", "{out}"], "cannot be read as traced outlines"),
    ],
)
def test_a_wrong_request_is_told_in_one_message(
    split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    filled = [one.format(split=split, out=tmp_path) for one in arguments]
    assert main(filled) != 0
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


@pytest.mark.parametrize("command", ["shards", "overlay", "clip", "fit"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out) > 300


def test_the_bank_keeps_its_old_shapes_and_sorts_the_new(split: Path) -> None:
    bank = load(split / "damage")
    assert [len(bank.shapes[name]) for name in ("blotch", "hair")] == [80 + 10, 80 + 6]
    for shapes in bank.film.values():
        areas = [artefact.area for artefact in shapes]
        traced = [area for area in areas if area is not None]
        assert traced == sorted(traced)
        assert areas[: len(traced)] == traced, "traced shapes come first"
