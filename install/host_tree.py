"""MLT's melt, a real OpenFX host that needs no screen, fetched from Debian sid into a folder of its own.

Nothing is installed on the system and no rights are needed: apt-get resolves and downloads with lists and a
package status of its own, dpkg-deb unpacks, and the tree's own loader runs melt on top of the running system,
so that the engine, its sockets and its shared memory are all within reach. MLT is an OpenFX host since 7.38,
which Debian's stable releases are too old for.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from install.steps import InstallError, run_quietly

MODULES = ("core", "avformat", "openfx", "xml")
"""The parts of MLT that load: the others only bring a desktop's libraries with them."""

MINIMUM = (7, 38)
BYTES_NEEDED = 2 << 30
ARCHITECTURES = {
    "x86_64": ("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
"""Debian's name, library folder and loader, by the machine's name."""

APT = Path("/etc/apt")


class HostUnavailable(InstallError):
    """This machine cannot have the host; the message says why."""


@dataclass(frozen=True)
class MeltTree:
    """An unpacked melt in `folder`; `machine` is a key of ARCHITECTURES."""

    folder: Path
    machine: str

    @property
    def libraries(self) -> Path:
        return self.folder / "usr" / "lib" / ARCHITECTURES[self.machine][1]

    @property
    def modules(self) -> Path:
        return self.folder / "reelmend-modules"

    @property
    def complete(self) -> bool:
        return (self.folder / "reelmend-complete").exists()

    def command(self, *arguments: str | Path) -> list[str]:
        """melt with `arguments`, started through the tree's own loader."""
        loader = self.libraries / ARCHITECTURES[self.machine][2]
        # What the alternatives of a real installation would link to stands one folder deeper.
        folders = [self.libraries, *(self.libraries / name for name in ("blas", "lapack", "pulseaudio"))]
        path = ":".join(str(folder) for folder in folders)
        words = [loader, "--library-path", path, self.folder / "usr" / "bin" / "melt-7", *arguments]
        return [str(word) for word in words]

    def variables(self) -> dict[str, str]:
        """Where melt finds its own files when it is not under /usr."""
        share = self.folder / "usr" / "share" / "mlt-7"
        return {
            "MLT_REPOSITORY": str(self.modules),
            "MLT_DATA": str(share),
            "MLT_PROFILES_PATH": str(share / "profiles"),
            "MLT_PRESETS_PATH": str(share / "presets"),
        }


def tree_of(variables: Mapping[str, str]) -> MeltTree:
    """Where the tree is, or would be, in the user's cache. Raises HostUnavailable on other systems."""
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in ARCHITECTURES:
        raise HostUnavailable(
            f"melt comes from Debian's packages for Linux on {', '.join(ARCHITECTURES)}, and this is "
            f"{platform.system()} on {machine}."
        )
    cache = variables.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return MeltTree(Path(cache) / "reelmend" / "melt-sid", machine)


def prepare_tree(variables: Mapping[str, str]) -> MeltTree:
    """The tree, made first where it is not there yet (about a minute, 250 MB of packages).

    Raises HostUnavailable where this machine cannot have it, with the reason.
    """
    tree = tree_of(variables)
    if tree.complete:
        return tree
    _require_programs()
    source = debian_source(APT)
    tree.folder.parent.mkdir(parents=True, exist_ok=True)
    _require_room(tree.folder.parent)
    with tempfile.TemporaryDirectory(prefix="melt-sid-", dir=tree.folder.parent) as scratch:
        unfinished = MeltTree(Path(scratch) / "tree", tree.machine)
        try:
            _fetch(Path(scratch), source, tree.machine)
            _unpack(Path(scratch), unfinished)
            _check(unfinished)
        except InstallError as error:
            output = getattr(error, "output", "").strip()
            raise HostUnavailable(f"melt cannot be had here. {error} {output}".strip()) from error
        (unfinished.folder / "reelmend-complete").touch()
        shutil.rmtree(tree.folder, ignore_errors=True)
        unfinished.folder.rename(tree.folder)
    return tree


def debian_source(apt: Path) -> str:
    """A line for sid from the Debian mirror that the apt configuration in `apt` names already."""
    for uri, key in _stanzas(apt):
        if re.search(r"/debian[^/]*/?$", uri) and "security" not in uri:
            signed = f"[signed-by={key}] " if key else ""
            return f"deb {signed}{uri} sid main\n"
    raise HostUnavailable(f"melt comes from Debian's packages, and {apt} names no Debian mirror.")


def _stanzas(apt: Path) -> Iterator[tuple[str, str]]:
    """Every address in apt's sources, with the key file named beside it or an empty text."""
    parts = apt / "sources.list.d"
    for path in sorted(parts.glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(encoding="utf-8", errors="replace")):
            key = re.search(r"^Signed-By:\s*(/\S+)", stanza, re.MULTILINE)
            for uris in re.findall(r"^URIs:\s*(.+)$", stanza, re.MULTILINE):
                yield from ((uri, key.group(1) if key else "") for uri in uris.split())
    for path in [apt / "sources.list", *sorted(parts.glob("*.list"))]:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        for options, uri in re.findall(r"^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)", text, re.MULTILINE):
            key = re.search(r"signed-by=(\S+)", options)
            yield uri, key.group(1) if key else ""


def _require_programs() -> None:
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise HostUnavailable(f"melt comes from Debian's packages, and {', '.join(missing)} is not here.")


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < BYTES_NEEDED:
        raise HostUnavailable(
            f"melt needs {BYTES_NEEDED >> 30} GB in {folder} while it is unpacked; {free >> 20} MB are free."
        )


def _fetch(scratch: Path, source: str, machine: str) -> None:
    """Download melt and all it needs into `scratch`/cache/archives, in apt's own way of checking them."""
    for name in ("etc/parts", "state/lists/partial", "cache/archives/partial"):
        (scratch / name).mkdir(parents=True)
    (scratch / "status").touch()
    (scratch / "etc" / "sources.list").write_text(source, encoding="utf-8")
    apt = ["apt-get", "-q", *_apt_options(scratch, ARCHITECTURES[machine][0])]
    run_quietly("Reading Debian sid's package list", [*apt, "update"], scratch)
    wanted = ["install", "--download-only", "--no-install-recommends", "-y", "melt"]
    run_quietly("Downloading melt and what it needs", [*apt, *wanted], scratch)


def _apt_options(scratch: Path, architecture: str) -> Iterator[str]:
    options = {
        "Dir::Etc::sourcelist": scratch / "etc" / "sources.list",
        "Dir::Etc::sourceparts": scratch / "etc" / "parts",
        "Dir::Etc::Preferences": scratch / "etc" / "none",
        "Dir::Etc::PreferencesParts": scratch / "etc" / "parts",
        "Dir::State": scratch / "state",
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        # The user that apt downloads as cannot reach into the cache of the one who asks.
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
    }
    for name, value in options.items():
        yield from ("-o", f"{name}={value}")


def _unpack(scratch: Path, tree: MeltTree) -> None:
    packages = sorted((scratch / "cache" / "archives").glob("*.deb"))
    script = 'folder=$1; shift; for package; do dpkg-deb -x "$package" "$folder" || exit 1; done'
    tree.folder.mkdir()
    run_quietly(
        f"Unpacking {len(packages)} packages", ["sh", "-c", script, "unpack", tree.folder, *packages], scratch
    )
    _prune(tree)
    tree.modules.mkdir()
    for name in MODULES:
        # Relative, since the tree is moved once it is complete.
        target = os.path.relpath(tree.libraries / "mlt-7" / f"libmlt{name}.so", tree.modules)
        (tree.modules / f"libmlt{name}.so").symlink_to(target)


def _prune(tree: MeltTree) -> None:
    """Keep melt, its libraries and its own files; the rest of a system is not needed to run it."""
    for folder, kept in ((tree.folder, "usr"), (tree.folder / "usr" / "share", "mlt-7")):
        for path in folder.iterdir():
            if path.name != kept and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)


def _check(tree: MeltTree) -> None:
    """Raise InstallError unless the melt in `tree` starts, is new enough and holds OpenFX."""
    text = _output(tree, ["-version"])
    found = re.search(r"(\d+)\.(\d+)\.\d+", text)
    if found is None or tuple(int(part) for part in found.groups()) < MINIMUM:
        needed = ".".join(str(part) for part in MINIMUM)
        raise InstallError(f"A melt of {needed} or later was expected, and this one says {text.strip()!r}.")
    if not (tree.modules / "libmltopenfx.so").exists():
        raise InstallError("This melt was packaged without its module openfx.")


def _output(tree: MeltTree, arguments: Sequence[str]) -> str:
    done = subprocess.run(
        tree.command(*arguments),
        env={**os.environ, **tree.variables()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.stdout
