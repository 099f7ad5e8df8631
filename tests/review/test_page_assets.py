"""What is built and shipped is what the source says."""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "review-page"
NAMED = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


def source_hash(folder: Path) -> str:
    """As `recordSource` in review-page/vite.config.ts sums."""
    paths = [folder / name for name in NAMED] + [
        path for path in (folder / "src").rglob("*") if path.is_file()
    ]
    total = hashlib.sha256()
    for name in sorted(path.relative_to(folder).as_posix() for path in paths):
        total.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return total.hexdigest()


@pytest.fixture(scope="module")
def built() -> dict[str, str]:
    folder = resources.files("engine.review").joinpath("page/dist")
    pages = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.is_file()}
    assets = {
        f"assets/{entry.name}": entry.read_text("utf-8") for entry in folder.joinpath("assets").iterdir()
    }
    return pages | assets


def test_the_built_page_fits_its_source(built: dict[str, str]) -> None:
    if not SOURCE.is_dir():
        pytest.skip("an installed engine comes without the page's source")
    assert built["source.sha256"].strip() == source_hash(SOURCE), (
        "review-page/ was changed and not built: cd review-page && npm ci && npm run build"
    )


def test_a_changed_source_is_noticed(tmp_path: Path) -> None:
    for name in (*NAMED, "src/main.tsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    before = source_hash(tmp_path)
    (tmp_path / "src/main.tsx").write_text("two")
    assert source_hash(tmp_path) != before


def test_the_page_asks_nothing_of_other_machines(built: dict[str, str]) -> None:
    for name, text in built.items():
        hosts = set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text))
        # Names of namespaces, which nobody fetches.
        assert hosts <= {"www.w3.org"}, name


def test_the_page_names_only_files_that_are_there_and_runs_nothing_inline(built: dict[str, str]) -> None:
    page = built["index.html"]
    named = re.findall(r'(?:src|href)="/([^"]+)"', page)
    assert len(named) == 2
    assert set(named) <= set(built)
    assert not re.search(r"<script[^>]*>[^<]", page)


def test_the_lock_file_names_no_registry() -> None:
    if not SOURCE.is_dir():
        pytest.skip("an installed engine comes without the page's source")
    assert '"resolved"' not in (SOURCE / "package-lock.json").read_text("utf-8")
