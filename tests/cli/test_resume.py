"""Going on with a render that was cut off: the result is the uninterrupted one, or the refusal says why."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.errors import SinkError
from engine.media import sequence
from engine.media.movie_sink import MovieSink
from engine.render.clip import render_clip
from engine.render.request import RenderRequest
from engine.types import Frame
from tests.cli.conftest import FRAMES, Scan, shown
from tests.cli.killing import film, packets_of, pictures
from tests.render.fake_engine import write_dpx

pytestmark = pytest.mark.usefixtures("_fake_engine")


def cut_off(monkeypatch: pytest.MonkeyPatch, arguments: list[str], number: int) -> None:
    """Run a render up to the frame `number` of its sequence."""
    with monkeypatch.context() as patch:
        write = sequence.SequenceSink.write

        def fatal(sink: sequence.SequenceSink, frame: Frame) -> None:
            if frame.number == number:
                raise SinkError("the drive is gone")
            write(sink, frame)

        patch.setattr(sequence.SequenceSink, "write", fatal)
        assert main(arguments) == 1


def render(scan: Scan, out: Path, *more: str) -> list[str]:
    return ["render", scan.pattern, str(out / "r.####.dpx"), "--quiet", *more]


def test_a_render_goes_on_and_ends_as_if_never_cut_off(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    mattes = ["--matte-out", str(out / "m.####.png"), "--report", str(out / "r.jsonl")]
    assert main(render(scan, whole, "--matte-out", str(whole / "m.####.png"))) == 0
    cut_off(monkeypatch, render(scan, out, *mattes), 1004)
    assert any(path.suffix == ".journal" for path in out.iterdir())
    assert main(render(scan, out, *mattes, "--resume")) == 0
    assert pictures(out) == pictures(whole)
    assert sorted(path.name for path in out.iterdir() if path.name.startswith(".")) == []
    lines = [json.loads(line) for line in (out / "r.jsonl").read_text("utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["start"] + ["frame"] * 6 + ["summary"]
    assert [line["number"] for line in lines[1:-1]] == list(FRAMES)
    assert lines[-1]["frames"]["written"] == lines[0]["frames"] == 6
    assert lines[-1]["regions"] == sum(line["count"] for line in lines[1:-1])


def test_what_is_done_is_not_written_again(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1005)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("r.*")}
    assert len(before) == 4
    assert main(render(scan, out, "--resume")) == 0
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("r.*")}
    assert {name: after[name] for name in before} == before
    assert len(after) == 6


def test_resume_starts_where_there_is_nothing_to_go_on_with(scan: Scan, tmp_path: Path) -> None:
    assert main(render(scan, tmp_path / "out", "--resume")) == 0
    assert len(shown(tmp_path / "out")) == 6


def test_a_complete_render_has_nothing_to_go_on_with(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    extra = ["--matte-out", str(out / "m.####.png"), "--report", str(out / "r.jsonl"), "--audit", f"{out}/"]
    assert main(render(scan, out, *extra)) == 0
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.iterdir()}
    capsys.readouterr()
    assert main([part for part in render(scan, out, *extra, "--resume") if part != "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("Complete already.")
    assert main(render(scan, out, *extra, "--resume", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["frames"]["written"]) == ("complete", 0)
    assert any("made with these settings" in note for note in told["notes"])
    assert main(render(scan, out, *extra)) == 2, "without --resume it is still refused"
    capsys.readouterr()
    assert main(render(scan, out, *extra, "--resume", "--radius", "1")) == 2
    assert "settings radius: 2 then, 1 now" in capsys.readouterr().err
    assert main(render(scan, out, *extra[:4], "--resume", "--radius", "1")) == 2, "the report tells it too"
    assert "settings radius: 2 then, 1 now" in capsys.readouterr().err
    assert main(render(scan, out, "--resume", "--radius", "1", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert any("settings made them was not looked at" in note for note in told["notes"])
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.iterdir()} == before


def test_outputs_that_lack_a_file_or_are_older_than_the_source_are_no_complete_render(
    scan: Scan, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    report = ["--report", str(out / "r.jsonl")]
    assert main(render(scan, out, *report)) == 0
    later = max(path.stat().st_mtime_ns for path in out.iterdir()) + 10**9
    os.utime(scan.path(1003), ns=(later, later))
    assert main(render(scan, out, *report, "--resume")) == 2
    os.utime(scan.path(1003), ns=(0, 0))
    assert main(render(scan, out, *report, "--resume")) == 0
    (out / "r.jsonl").unlink()
    assert main(render(scan, out, *report, "--resume")) == 2


def test_a_complete_movie_has_nothing_to_go_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = film(tmp_path / "film.mkv", 4)
    arguments = [
        "render", str(source), str(tmp_path / "r.mkv"), "--resume",
        "--colour-space", "Gamma 2.4 Rec.709 - Texture",
    ]  # fmt: skip
    assert main(arguments) == 0
    before = (tmp_path / "r.mkv").read_bytes()
    capsys.readouterr()
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Complete already.")
    assert (tmp_path / "r.mkv").read_bytes() == before


def test_an_unfinished_render_is_not_lost_unasked(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1004)
    assert main(render(scan, out)) == 2
    told = capsys.readouterr().err
    assert "3 frames done" in told
    assert "--resume" in told
    assert main(render(scan, out, "--overwrite")) == 0
    assert not list(out.glob(".*"))


def test_frames_left_by_another_are_not_taken_for_ones_own(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1003)
    (out / "r.1003.dpx").write_bytes(b"half of it, written when the power went")
    (out / "r.1005.dpx").write_bytes(b"painted by hand meanwhile")
    assert main(render(scan, out, "--resume")) == 2
    assert "r.1005.dpx is there already" in capsys.readouterr().err
    assert (out / "r.1005.dpx").read_bytes() == b"painted by hand meanwhile"
    (out / "r.1005.dpx").unlink()
    assert main(render(scan, out, "--resume")) == 0
    assert len(shown(out)) == 6


def changed_settings(scan: Scan, arguments: list[str]) -> list[str]:
    return [*arguments, "--radius", "1"]


def changed_colour(scan: Scan, arguments: list[str]) -> list[str]:
    return [*arguments, "--colour-space", "ADX10"]


def another_frame(scan: Scan, arguments: list[str]) -> list[str]:
    write_dpx(scan.path(1002), np.full((48, 64, 3), 300, np.uint16))
    return arguments


def a_neighbour_ahead(scan: Scan, arguments: list[str]) -> list[str]:
    write_dpx(scan.path(1005), np.full((48, 64, 3), 300, np.uint16))
    return arguments


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed_settings, "settings radius: 2 then, 1 now"),
        (changed_colour, "engine colour_space: Cineon Film Log then, ADX10 now"),
        (another_frame, "scan.1002.dpx has changed"),
        (a_neighbour_ahead, "scan.1005.dpx has changed"),
    ],
)
def test_another_render_is_refused(
    change: Callable[[Scan, list[str]], list[str]],
    told: str,
    scan: Scan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1004)
    before = pictures(out)
    assert main(change(scan, render(scan, out, "--resume"))) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "--overwrite to start over" in said
    assert pictures(out) == before


def test_a_source_copied_elsewhere_with_new_times_is_the_same_source(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1004)
    for number in FRAMES:
        os.utime(scan.path(number), (1, 1))
    assert main(render(scan, out, "--resume")) == 0
    assert len(shown(out)) == 6


def test_a_damaged_end_of_the_journal_never_happened(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    main(render(scan, whole))
    cut_off(monkeypatch, render(scan, out), 1005)
    journal = next(out.glob(".*.journal"))
    journal.write_bytes(journal.read_bytes()[:-7])
    assert main(render(scan, out, "--resume")) == 0
    assert pictures(out) == pictures(whole)


def test_a_finished_frame_that_the_drive_lost_is_made_again(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    main(render(scan, whole))
    cut_off(monkeypatch, render(scan, out), 1005)
    lost = out / "r.1004.dpx"
    lost.write_bytes(bytes(lost.stat().st_size))
    (out / "r.1002.dpx").write_bytes(b"")
    assert main(render(scan, out, "--resume")) == 0
    assert pictures(out) == pictures(whole)


def test_unfinished_files_of_a_killed_process_go(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    cut_off(monkeypatch, render(scan, out), 1004)
    (out / ".r.1004.0123456789ab.partial.dpx").write_bytes(b"half")
    (out / ".other.1004.0123456789ab.partial.dpx").write_bytes(b"someone else's")
    assert main(render(scan, out, "--resume")) == 0
    assert [path.name for path in out.glob(".*")] == [".other.1004.0123456789ab.partial.dpx"]


def test_unfinished_files_go_even_where_no_journal_tells_of_them(scan: Scan, tmp_path: Path) -> None:
    tmp_path.joinpath("out").mkdir()
    for name in (".r.0123456789ab.partial.mkv", ".m.1001.0123456789ab.partial.png"):
        (tmp_path / "out" / name).write_bytes(b"half")
    arguments = ["render", scan.pattern, str(tmp_path / "out" / "r.mkv"), "--resume", "--quiet"]
    assert main([*arguments, "--matte-out", str(tmp_path / "out" / "m.####.png")]) == 0
    assert not list((tmp_path / "out").glob(".*"))


def test_two_at_once_do_not_write_one_result(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    at_work, over = threading.Event(), threading.Event()
    write = sequence.SequenceSink.write

    def slow(sink: sequence.SequenceSink, frame: Frame) -> None:
        write(sink, frame)
        if frame.number == 1003:
            at_work.set()
            over.wait(30)

    monkeypatch.setattr(sequence.SequenceSink, "write", slow)
    first = threading.Thread(target=render_clip, args=(RenderRequest(scan.pattern, str(out / "r.####.dpx")),))
    first.start()
    assert at_work.wait(30)
    assert main(render(scan, out, "--resume")) == 2
    assert "is locked" in capsys.readouterr().err
    over.set()
    first.join()
    assert len(shown(out)) == 6


def test_a_pulled_drive_is_noticed_before_anything_is_written_in_its_place(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, away = tmp_path / "out", tmp_path / "away"
    with monkeypatch.context() as patch:
        write = sequence.SequenceSink.write

        def pulled(sink: sequence.SequenceSink, frame: Frame) -> None:
            write(sink, frame)
            if frame.number == 1003:
                out.rename(away)
                out.mkdir()

        patch.setattr(sequence.SequenceSink, "write", pulled)
        assert main(render(scan, out)) == 1
    assert "error" in capsys.readouterr().err
    assert not list(out.iterdir())
    out.rmdir()
    away.rename(out)
    assert main(render(scan, out, "--resume")) == 0
    assert len(shown(out)) == 6


@pytest.mark.parametrize("suffix", [".mkv", ".mov", ".avi"])
def test_a_movie_goes_on_behind_its_last_whole_frame(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = film(tmp_path / "film.mkv", frames=10)
    whole, out = tmp_path / "whole", tmp_path / "out"
    colour = ["--colour-space", "Gamma 2.4 Rec.709 - Texture", "--quiet"]
    command = ["render", str(source)]
    assert main([*command, str(whole / f"r{suffix}"), *colour]) == 0
    with monkeypatch.context() as patch:
        write = MovieSink.write

        def fatal(sink: MovieSink, frame: Frame) -> None:
            if frame.number == 7:
                # As a kill leaves it: nothing is completed or renamed.
                patch.setattr(MovieSink, "_abandon", lambda self: None)
                raise SinkError("killed")
            write(sink, frame)

        patch.setattr(MovieSink, "write", fatal)
        assert main([*command, str(out / f"r{suffix}"), *colour]) == 1
    assert not (out / f"r{suffix}").exists()
    again = [*command, str(out / f"r{suffix}"), *colour, "--resume", "--json"]
    assert main(again) == 0
    assert packets_of(out / f"r{suffix}") == packets_of(whole / f"r{suffix}")
    assert [path.name for path in out.iterdir()] == [f"r{suffix}"]


def test_a_movie_stopped_by_ctrl_c_goes_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # More than can be in work between reading and writing, so that the end is not reached before the stop.
    source = film(tmp_path / "film.mkv", frames=24)
    request = RenderRequest(str(source), str(tmp_path / "r.mkv"), colour_space="Gamma 2.4 Rec.709 - Texture")
    stop = threading.Event()
    with monkeypatch.context() as patch:
        write = MovieSink.write

        def stopping(sink: MovieSink, frame: Frame) -> None:
            write(sink, frame)
            if frame.number == 3:
                stop.set()

        patch.setattr(MovieSink, "write", stopping)
        assert render_clip(request, stop=stop).outcome == "interrupted"
    assert (tmp_path / "r.partial.mkv").exists()
    assert main(["render", str(source), str(tmp_path / "r.mkv"), "--resume", "--quiet",
                 "--colour-space", "Gamma 2.4 Rec.709 - Texture"]) == 0  # fmt: skip
    assert shown(tmp_path) == ["film.mkv", "r.mkv"]
    assert len(packets_of(tmp_path / "r.mkv")["video"]) == 24


def test_a_full_disk_ends_the_render_and_room_lets_it_go_on(scan: Scan, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    main(render(scan, whole))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        assert main(render(scan, out)) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert shown(out) == []
    assert main(render(scan, out, "--resume")) == 0
    assert pictures(out) == pictures(whole)
