"""Everything that is written is remembered and can be taken away; nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.host_files import HostFile, read_manifest, remove_files, write_files
from install.steps import InstallError


def listing(folder: Path) -> dict[str, bytes | None]:
    """All that is in `folder`: the content of each file, None for a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "notes" / "host-files.json"


def files(folder: Path, *names: str, part: str = "nodes", content: bytes = b"x") -> list[HostFile]:
    return [HostFile(folder / name, content, part) for name in names]


def test_what_was_written_is_removed_and_nothing_else(tmp_path: Path, manifest: Path) -> None:
    (tmp_path / "host" / "theirs").mkdir(parents=True)
    (tmp_path / "host" / "theirs" / "file").write_bytes(b"theirs")
    before = listing(tmp_path)
    write_files(files(tmp_path / "host", "ours/deep/a.py", "theirs/b.py"), manifest)
    assert (tmp_path / "host" / "ours" / "deep" / "a.py").read_bytes() == b"x"
    removal = remove_files(manifest)
    assert len(removal.removed) == 2
    assert listing(tmp_path) == before


def test_a_program_may_be_run(tmp_path: Path, manifest: Path) -> None:
    write_files([HostFile(tmp_path / "a.ofx", b"", "nodes", is_program=True)], manifest)
    assert (tmp_path / "a.ofx").stat().st_mode & 0o777 == 0o755


def test_folders_that_others_use_now_are_left(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path / "host", "a.py"), manifest)
    (tmp_path / "host" / "theirs.py").write_bytes(b"theirs")
    remove_files(manifest)
    assert listing(tmp_path) == {"host": None, "host/theirs.py": b"theirs"}


def test_what_a_hosts_python_made_of_ours_goes_too(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path / "host", "a.py"), manifest)
    cache = tmp_path / "host" / "__pycache__"
    cache.mkdir()
    (cache / "a.cpython-310.pyc").touch()
    remove_files(manifest)
    assert listing(tmp_path) == {}


def test_a_changed_file_is_kept_and_can_be_removed_once_put_back(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path / "host", "a.py", "b.py"), manifest)
    (tmp_path / "host" / "a.py").write_bytes(b"edited by hand")
    removal = remove_files(manifest)
    assert removal.kept == (tmp_path / "host" / "a.py",)
    assert manifest.exists()
    (tmp_path / "host" / "a.py").write_bytes(b"x")
    remove_files(manifest)
    assert listing(tmp_path) == {}


def test_a_foreign_file_is_never_overwritten(tmp_path: Path, manifest: Path) -> None:
    (tmp_path / "b.py").write_bytes(b"theirs")
    with pytest.raises(InstallError, match=r"b\.py is there already.*move it away first"):
        write_files(files(tmp_path, "a.py", "b.py"), manifest)
    assert listing(tmp_path) == {"b.py": b"theirs"}


def test_a_file_changed_by_hand_is_not_overwritten_either(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path, "a.py"), manifest)
    (tmp_path / "a.py").write_bytes(b"edited by hand")
    with pytest.raises(InstallError, match="is not what this set-up wrote"):
        write_files(files(tmp_path, "a.py", content=b"newer"), manifest)
    assert (tmp_path / "a.py").read_bytes() == b"edited by hand"


def test_an_update_replaces_and_drops_what_is_no_more(tmp_path: Path, manifest: Path) -> None:
    before = listing(tmp_path)
    write_files(files(tmp_path, "a.py", "b.py"), manifest)
    removal = write_files(files(tmp_path, "a.py", content=b"newer"), manifest)
    assert removal.removed == (tmp_path / "b.py",)
    assert (tmp_path / "a.py").read_bytes() == b"newer"
    remove_files(manifest)
    assert listing(tmp_path) == before


def test_one_host_after_the_other(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path, "a.py", part="natron"), manifest)
    write_files(files(tmp_path, "b.py", part="resolve"), manifest)
    assert {file.path for file in read_manifest(manifest).files} == {
        str(tmp_path / "a.py"),
        str(tmp_path / "b.py"),
    }
    remove_files(manifest)
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("is_update", [False, True])
def test_an_interruption_leaves_nothing_that_cannot_be_removed(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch, is_update: bool
) -> None:
    if is_update:
        write_files(files(tmp_path, "a.py", "b.py"), manifest)
    write = Path.write_bytes

    def interrupted(path: Path, content: bytes) -> int:
        if path.name.startswith("b.py"):
            raise KeyboardInterrupt
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_files(files(tmp_path, "a.py", "b.py", content=b"newer"), manifest)
    write_files(files(tmp_path, "a.py", "b.py", content=b"newest"), manifest)
    remove_files(manifest)
    assert listing(tmp_path) == {}


def test_a_folder_without_rights_is_told_with_what_to_do(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, content: bytes) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refused)
    with pytest.raises(InstallError, match=r"cannot be written \(Permission denied\).*sudo.*or with --user"):
        write_files(files(tmp_path, "a.py"), manifest)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": [{"path": "a"}], "folders": []}'])
def test_a_damaged_manifest_is_told(manifest: Path, text: str) -> None:
    manifest.parent.mkdir()
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(InstallError, match="lists what was installed, and cannot be read"):
        read_manifest(manifest)


def test_removing_twice_is_harmless(tmp_path: Path, manifest: Path) -> None:
    write_files(files(tmp_path, "a.py"), manifest)
    remove_files(manifest)
    assert remove_files(manifest).removed == ()
