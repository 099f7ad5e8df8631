"""What the documents say has to be so: commands parse, files are there, dependencies are named."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from engine.cli.program import build_parser
from engine.parameters import PARAMETERS
from install.command import parser as install_parser

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OURS = ("engine/", "ocio/", "export/", "install/", "plugin/", "tests/", "docs/", ".ci/")


def _commands(program: str) -> list[str]:
    """What follows `program` in code blocks and between backticks; "  # ..." at the end is a comment."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in GUIDES)
    found = re.findall(rf"(?:^ {{4}}|`)[\w./-]*{re.escape(program)} +([a-z][^`\n]*)", text, re.MULTILINE)
    return sorted({re.sub(r"\s{2,}# .*", "", command).strip() for command in found})


@pytest.mark.parametrize("command", _commands("engine-cli"))
def test_documented_commands_of_the_engine_parse(command: str) -> None:
    words = shlex.split(command.replace("#", "0"))
    if len(words) == 1:  # only mentioned
        assert words[0] in _parsers()
    else:
        build_parser().parse_args(words)


@pytest.mark.parametrize("command", _commands("python3 install"))
def test_documented_commands_of_the_set_up_parse(command: str) -> None:
    install_parser().parse_args(shlex.split(command))


def test_the_readme_starts_with_the_two_commands() -> None:
    commands = [
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line[:4] == "    "
    ]
    assert [command.split("#")[0].strip() for command in commands[:2]] == [
        "python3 install demo",
        "python3 install test",
    ]
    assert len(_commands("engine-cli")) >= 4


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_files_named_in_a_document_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([\w./-]+)\)", text)
    quoted = [name for name in re.findall(r"`([\w./-]+)`", text) if name.startswith(OURS)]
    places = {(name, path.parent / name) for name in linked} | {(name, ROOT / name) for name in quoted}
    gone = sorted(name for name, place in places if not place.exists())
    assert not gone, f"{path.name} names {', '.join(gone)}"


def test_every_flag_named_in_the_readme_exists() -> None:
    flags = set(re.findall(r"`(--[a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    known = {"--gpu", "--sensitivity"} | {f"--{p.id.replace('_', '-')}" for p in PARAMETERS}
    known |= set(re.findall(r"--[a-z-]+", _parsers()["render"].format_help()))
    assert flags <= known, flags - known


def _parsers() -> dict[str, argparse.ArgumentParser]:
    """The commands of engine-cli by name."""
    subparsers = build_parser()._subparsers
    assert subparsers is not None
    return dict(subparsers._group_actions[0].choices)


def test_every_dependency_has_its_notice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(x for extra in project["optional-dependencies"].values() for x in extra),
    ]
    names = {re.match(r"[\w.-]+", line)[0] for line in lines}
    spoken = {"torch": "PyTorch", "av": "PyAV", "xxhash": "xxHash"}
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8").lower()
    assert [name for name in sorted(names) if spoken.get(name, name).lower() not in notices] == []
