"""The rules of the architecture that no linter knows; they hold for every file, of today and tomorrow."""

from __future__ import annotations

import ast
import os
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.parameters import PARAMETERS, Settings
from install.steps import environment

ROOT = Path(__file__).resolve().parent.parent
CODE = ("engine", "ocio", "plugin", "install", "export")
MOST_LINES = 400
BANNED_FILES = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?)(_|$)")
BANNED_NAMES = {"img", "image", "vid", "preds", "utils"}
MACHINE_PATH = re.compile(r"(?<![\w./~$}-])/(?:work|root|home|farm|Users)/\w")
TEXT = {".py", ".md", ".toml", ".c", ".h", ".json", ".yml", ".yaml", ".txt", ".sh", ".ocio", ""}


def _python_files() -> list[Path]:
    return [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]


def _text_files() -> Iterator[Path]:
    for folder in (*CODE, "tests", "docs", ".ci"):
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
        yield from (path for path in files if path.suffix in TEXT and "__pycache__" not in path.parts)
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in {".md", ".toml", ".cfg"})


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _modules(package: str) -> list[str]:
    found = pkgutil.walk_packages([str(ROOT / package)], prefix=f"{package}.", onerror=None)
    return [package, *(module.name for module in found if not module.name.endswith("__main__"))]


def _loaded_after_importing(modules: list[str]) -> set[str]:
    """The top-level names in sys.modules of a fresh Python after it imported `modules`."""
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    script += "print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script, *modules],
        cwd=ROOT,
        env=environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_engine_and_ocio_import_without_torch() -> None:
    modules = _modules("engine") + _modules("ocio")
    assert len(modules) > 10, "the walk over the packages found almost nothing"
    loaded = _loaded_after_importing(modules)
    assert "engine" in loaded
    assert not loaded & {"torch", "onnx", "export", "plugin", "install"}


@pytest.mark.parametrize("package", ["plugin", "install"])
def test_plugin_and_install_need_the_standard_library_only(package: str) -> None:
    loaded = _loaded_after_importing(_modules(package))
    assert package in loaded
    assert not loaded & {"engine", "ocio", "export", "numpy"}


@pytest.mark.parametrize("path", _python_files(), ids=_name)
def test_file_is_short_and_well_named(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{_name(path)} has {lines} lines; split it by responsibility"
    assert not BANNED_FILES.search(path.stem), f"{_name(path)}: name it for what it holds"


@pytest.mark.parametrize("path", _python_files(), ids=_name)
def test_file_uses_the_words_of_the_field(path: Path) -> None:
    banned = sorted({name for name in _bound_names(path) if name in BANNED_NAMES or name.endswith("Manager")})
    assert not banned, f"{_name(path)} binds {banned}; say plate, clip, matte, result, or what it is"


def _bound_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [
        f"{_name(path)}:{number}: {line.strip()}"
        for path in _text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not found, "\n".join(found)


def test_a_place_on_one_machine_would_be_found() -> None:
    assert MACHINE_PATH.search('source = "' + "/ho" + 'me/ada/scan.dpx"')
    assert not MACHINE_PATH.search("../shared/data and $HOME/home/reels")


def test_every_parameter_has_one_id_and_sane_limits() -> None:
    counts = Counter(parameter.id for parameter in PARAMETERS)
    assert [name for name, count in counts.items() if count > 1] == []
    for parameter in PARAMETERS:
        low, high = parameter.display
        assert parameter.minimum <= low < high <= parameter.maximum, parameter.id
        if isinstance(parameter.default, str):
            assert parameter.default in parameter.choices, parameter.id
            assert (parameter.minimum, parameter.maximum) == (0, len(parameter.choices) - 1), parameter.id
        else:
            assert parameter.minimum <= parameter.default <= parameter.maximum, parameter.id
        assert parameter.hint.endswith("."), parameter.id


def test_settings_default_to_the_table() -> None:
    assert Settings().as_dict() == {parameter.id: parameter.default for parameter in PARAMETERS}
    assert Settings.of({}) == Settings()
