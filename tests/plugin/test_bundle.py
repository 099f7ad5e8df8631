"""The bundle: the folders that hosts look for, and binaries that need nothing but the system."""

from __future__ import annotations

import ctypes
import plistlib
import struct
import zlib
from pathlib import Path

import pytest

from plugin.bundle import compiler
from plugin.bundle.build import BUNDLE, DETECT, REPAIR, build
from plugin.bundle.compiler import CompileError, compiled, version
from plugin.bundle.fat import joined
from plugin.bundle.install import built_into, is_for_one_machine
from plugin.bundle.place import NOTE, BundleMissing, find_bundle
from plugin.bundle.targets import TARGETS, NoTarget, own_target
from tests.plugin.binary_facts import BinaryFacts, elf_facts, fat_parts, macho_facts, pe_facts

SYMBOLS = ["OfxGetNumberOfPlugins", "OfxGetPlugin"]
LINUX_LIBRARIES = {"libc.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "ld-linux-aarch64.so.1"}
PLACES = ("Linux-x86-64", "Linux-aarch64", "Win64", "MacOS")


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_compiler", lambda: ["no-such-compiler"])


@pytest.fixture
def quick_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for zig: a Mach-O head with the target's processor, or just its name."""

    def binary(target: object, cache: object) -> bytes:
        name = str(getattr(target, "name", ""))
        processor = {"macos-x86_64": 0x01000007, "macos-arm64": 0x0100000C}.get(name)
        return (
            name.encode() if processor is None else struct.pack("<III", 0xFEEDFACF, processor, 3) + bytes(99)
        )

    monkeypatch.setattr("plugin.bundle.build.compiled", binary)


@pytest.mark.usefixtures("quick_compiler")
def test_every_system_finds_its_binary(tmp_path: Path) -> None:
    made = build(tmp_path, TARGETS)
    assert made == tmp_path / "Reelmend.ofx.bundle"
    assert {p.parent.name for p in made.glob("Contents/*/Reelmend.ofx")} == set(PLACES)
    assert (made / "Contents/Linux-x86-64/Reelmend.ofx").read_bytes() == b"linux-x86_64"
    assert [part[4:8] for part in fat_parts((made / "Contents/MacOS/Reelmend.ofx").read_bytes())] == [
        struct.pack("<I", 0x01000007),
        struct.pack("<I", 0x0100000C),
    ]
    assert {p.name for p in (made / "Contents").iterdir()} == {"Info.plist", "Resources", *PLACES}


@pytest.mark.usefixtures("quick_compiler")
def test_a_bundle_replaces_the_one_before(tmp_path: Path) -> None:
    build(tmp_path, TARGETS)
    made = build(tmp_path, TARGETS[:1])
    assert [p.parent.name for p in made.glob("Contents/*/Reelmend.ofx")] == ["Linux-x86-64"]
    assert [p.name for p in tmp_path.iterdir()] == [BUNDLE]


def test_the_property_list_names_the_binary(reelmend: Path) -> None:
    facts = plistlib.loads((reelmend / "Contents" / "Info.plist").read_bytes())
    assert facts["CFBundleExecutable"] == "Reelmend.ofx"
    assert facts["CFBundlePackageType"] == "BNDL"
    assert facts["CFBundleVersion"] == version()
    assert {"CFBundleInfoDictionaryVersion", "CFBundleDevelopmentRegion"} <= facts.keys()


@pytest.mark.parametrize("identifier", [DETECT, REPAIR])
def test_each_node_has_an_icon(reelmend: Path, identifier: str) -> None:
    png = (reelmend / "Contents" / "Resources" / f"{identifier}.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack_from(">IIBB", png, 16) == (128, 128, 8, 6)
    length = struct.unpack_from(">I", png, 33)[0]
    pixels = zlib.decompress(png[41 : 41 + length])
    assert len(pixels) == 128 * (1 + 128 * 4)
    middle = pixels[64 * 513 + 1 : 65 * 513]
    assert len({middle[k : k + 4] for k in range(0, 512, 4)}) > 2


def test_the_binary_for_this_machine_needs_only_the_system(reelmend: Path) -> None:
    (binary,) = reelmend.glob("Contents/*/Reelmend.ofx")
    assert binary.parent.name == own_target().folder
    _check(own_target().folder, _facts(binary.read_bytes()))


def test_the_binary_names_no_place_of_this_machine(reelmend: Path) -> None:
    (binary,) = reelmend.glob("Contents/*/Reelmend.ofx")
    assert str(compiler.SOURCES).encode() not in binary.read_bytes()


def test_the_two_nodes_load(reelmend: Path) -> None:
    class Plugin(ctypes.Structure):
        _fields_ = (
            ("api", ctypes.c_char_p),
            ("api_version", ctypes.c_int),
            ("identifier", ctypes.c_char_p),
            ("major", ctypes.c_uint),
            ("minor", ctypes.c_uint),
            ("set_host", ctypes.c_void_p),
            ("main", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, *[ctypes.c_void_p] * 3)),
        )

    (binary,) = reelmend.glob("Contents/*/Reelmend.ofx")
    library = ctypes.CDLL(str(binary))
    library.OfxGetPlugin.restype = ctypes.POINTER(Plugin)
    assert library.OfxGetNumberOfPlugins() == 2
    plugins = [library.OfxGetPlugin(nth).contents for nth in range(2)]
    assert [p.identifier.decode() for p in plugins] == [DETECT, REPAIR]
    assert {(p.api, p.api_version) for p in plugins} == {(b"OfxImageEffectPluginAPI", 1)}
    assert not library.OfxGetPlugin(2)
    assert not library.OfxGetPlugin(-1)
    # Without a host there is nothing to load from: kOfxStatErrMissingHostFeature.
    assert {p.main(b"OfxActionLoad", None, None, None) for p in plugins} == {4}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_binary_needs_only_its_system(target: object) -> None:
    for one in TARGETS:
        if one is target:
            facts = _facts(compiled(one))
            assert facts.machine == ("x86_64" if one.name.endswith("x86_64") else "arm64")
            _check(one.folder, facts)


def _facts(binary: bytes) -> BinaryFacts:
    if binary[:4] == b"\x7fELF":
        return elf_facts(binary)
    return pe_facts(binary) if binary[:2] == b"MZ" else macho_facts(binary)


def _check(folder: str, facts: BinaryFacts) -> None:
    assert sorted(facts.exports) == SYMBOLS
    if folder == "Win64":
        system = ("KERNEL32.dll", "WS2_32.dll", "api-ms-win-crt-")
        assert all(library.startswith(system) for library in facts.libraries), facts.libraries
    elif folder == "MacOS":
        assert facts.libraries == ("/usr/lib/libSystem.B.dylib",)
        assert facts.paths == ("@rpath/Reelmend.ofx",)
        assert facts.oldest == ("11.0" if facts.machine == "arm64" else "10.15")
        # Apple's processors run nothing unsigned; the signature is the linker's own.
        assert facts.signed or facts.machine != "arm64"
    else:
        assert set(facts.libraries) <= LINUX_LIBRARIES
        assert facts.paths == ()
        assert tuple(map(int, facts.oldest.split(".")[:2])) <= (2, 17)


@pytest.mark.parametrize(
    ("system", "processor", "folder"),
    [
        ("linux", "x86_64", "Linux-x86-64"),
        ("linux", "aarch64", "Linux-aarch64"),
        ("win32", "AMD64", "Win64"),
        ("darwin", "arm64", "MacOS"),
        ("darwin", "x86_64", "MacOS"),
    ],
)
def test_each_machine_has_its_target(system: str, processor: str, folder: str) -> None:
    assert own_target(system, processor).folder == folder


def test_a_machine_without_a_target_is_named() -> None:
    with pytest.raises(NoTarget, match="linux on riscv64"):
        own_target("linux", "riscv64")


def test_only_mach_o_is_joined() -> None:
    with pytest.raises(ValueError, match="Mach-O"):
        joined([b"\x7fELF" + bytes(60)])


@pytest.mark.usefixtures("no_compiler")
def test_without_a_compiler_the_rest_is_installed_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = built_into(tmp_path, tmp_path / "cache", "own")
    assert said.startswith(f"no {BUNDLE}: The OpenFX nodes for")
    assert "no-such-compiler" in (tmp_path / NOTE).read_text(encoding="utf-8")
    monkeypatch.setattr("plugin.bundle.place.PACKAGE", tmp_path)
    with pytest.raises(BundleMissing, match="pip install ziglang"):
        find_bundle()


@pytest.mark.usefixtures("quick_compiler")
def test_a_bundle_that_could_be_built_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NOTE).write_text("no compiler", encoding="utf-8")
    assert built_into(tmp_path, tmp_path / "cache", "all").startswith(f"built {BUNDLE} for linux-x86_64, ")
    monkeypatch.setattr("plugin.bundle.place.PACKAGE", tmp_path)
    assert find_bundle() == tmp_path / BUNDLE
    assert not (tmp_path / NOTE).exists()
    assert "none" in built_into(tmp_path, tmp_path / "cache", "none")
    assert not (tmp_path / BUNDLE).exists()


def test_which_bundle_is_a_known_word(tmp_path: Path) -> None:
    assert is_for_one_machine("own")
    assert not is_for_one_machine("all")
    with pytest.raises(ValueError, match="own, all or none"):
        built_into(tmp_path, tmp_path, "both")


def test_a_fault_of_the_sources_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.c").write_text("int f(void) { return missing; }\n", encoding="utf-8")
    monkeypatch.setattr(compiler, "_arguments", lambda target: ["-c", str(tmp_path / "broken.c")])
    with pytest.raises(CompileError, match="missing"):
        compiled(own_target())
