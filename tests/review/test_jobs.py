"""Jobs are told of on one thread while they work on another."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.review.jobs import Job


def _job() -> Job:
    return Job("j1", "export", "clip", "stills", work=lambda job: None, tell=lambda job: None)


def test_a_job_can_be_told_while_it_names_files(tmp_path: Path) -> None:
    job = _job()
    (tmp_path / "0").write_bytes(b"made")
    named = threading.Event()

    def name_files() -> None:
        for number in range(1500):
            job.add_file(str(number), tmp_path / "0")
        named.set()

    worker = threading.Thread(target=name_files)
    worker.start()
    while not named.is_set():
        assert all(row["bytes"] == 4 for row in job.as_json()["files"])
    worker.join()
    assert len(job.as_json()["files"]) == 1500


def test_a_file_is_listed_once_it_is_written(tmp_path: Path) -> None:
    job = _job()
    job.add_file("sheet.png", tmp_path / "sheet.png")
    assert job.as_json()["files"] == []
    (tmp_path / "sheet.png").write_bytes(b"12345")
    assert job.as_json()["files"] == [{"name": "sheet.png", "bytes": 5}]
    (tmp_path / "sheet.png").unlink()
    assert job.as_json()["files"] == []
