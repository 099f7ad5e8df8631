"""What a binary imports and exports, read from its bytes: ELF, PE and Mach-O, as far as our bundles need it.

Sources: elf(5); Microsoft's "PE Format"; Apple's <mach-o/loader.h>, <mach-o/fat.h>, <mach-o/nlist.h>.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_SHT_DYNSYM, _SHT_DYNAMIC = 11, 6
_DT_NEEDED, _DT_RPATH, _DT_SONAME, _DT_RUNPATH = 1, 15, 14, 29
_LC_SYMTAB, _LC_LOAD_DYLIB, _LC_ID_DYLIB, _LC_CODE_SIGNATURE = 0x2, 0xC, 0xD, 0x1D
_LC_BUILD_VERSION, _LC_VERSION_MIN_MACOS = 0x32, 0x24
_N_EXT, _N_TYPE = 0x01, 0x0E


@dataclass(frozen=True)
class BinaryFacts:
    """`machine` "x86_64" or "arm64"; `oldest` the oldest system it says it runs on, e.g. "11.0" or "2.17"."""

    machine: str
    libraries: tuple[str, ...]
    exports: tuple[str, ...]
    paths: tuple[str, ...] = field(default=())
    oldest: str = ""
    signed: bool = False


def elf_facts(binary: bytes) -> BinaryFacts:
    assert binary[:6] == b"\x7fELF\x02\x01", "expected a 64-bit little-endian ELF file"
    machine = {62: "x86_64", 183: "arm64"}[struct.unpack_from("<H", binary, 18)[0]]
    (table,) = struct.unpack_from("<Q", binary, 40)
    size, count = struct.unpack_from("<HH", binary, 58)
    sections = [_elf_section(binary, table + k * size) for k in range(count)]
    libraries: list[str] = []
    paths: list[str] = []
    exports: list[str] = []
    for kind, place, length, link in sections:
        names = sections[link][1] if link < len(sections) else 0
        if kind == _SHT_DYNAMIC:
            for tag, value in struct.iter_unpack("<QQ", binary[place : place + length]):
                if tag == _DT_NEEDED:
                    libraries.append(_text(binary, names + value))
                elif tag in (_DT_RPATH, _DT_RUNPATH):
                    paths.append(_text(binary, names + value))
        elif kind == _SHT_DYNSYM:
            for name, info, _, section, _, _ in struct.iter_unpack("<IBBHQQ", binary[place : place + length]):
                if section != 0 and info >> 4 in (1, 2):
                    exports.append(_text(binary, names + name))
    versions = sorted({v for v in _versions(binary) if v.startswith("GLIBC_")}, key=_numbers)
    oldest = versions[-1].removeprefix("GLIBC_") if versions else ""
    return BinaryFacts(machine, tuple(libraries), tuple(exports), tuple(paths), oldest)


def _elf_section(binary: bytes, place: int) -> tuple[int, int, int, int]:
    """Kind, offset, size, link."""
    _, kind, _, _, offset, size, link = struct.unpack_from("<IIQQQQI", binary, place)
    return kind, offset, size, link


def _versions(binary: bytes) -> Iterator[str]:
    place = binary.find(b"GLIBC_")
    while place >= 0:
        yield _text(binary, place)
        place = binary.find(b"GLIBC_", place + 1)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("GLIBC_").split(".") if part.isdigit())


def pe_facts(binary: bytes) -> BinaryFacts:
    (head,) = struct.unpack_from("<I", binary, 0x3C)
    assert binary[:2] == b"MZ"
    assert binary[head : head + 4] == b"PE\0\0"
    code, count = struct.unpack_from("<HH", binary, head + 4)
    (optional,) = struct.unpack_from("<H", binary, head + 20)
    options = head + 24
    assert struct.unpack_from("<H", binary, options)[0] == 0x20B, "expected PE32+"
    sections = [
        struct.unpack_from("<IIII", binary, options + optional + k * 40 + 8) for k in range(count)
    ]  # size in memory, address, size in file, offset

    def at(address: int) -> int:
        for size, start, kept, offset in sections:
            if start <= address < start + max(size, kept):
                return address - start + offset
        raise AssertionError(f"no section holds {address:#x}")

    exported, _, imported, _ = struct.unpack_from("<IIII", binary, options + 112)
    libraries: list[str] = []
    place = at(imported)
    while any(entry := struct.unpack_from("<IIIII", binary, place)):
        libraries.append(_text(binary, at(entry[3])))
        place += 20
    named, _, names = struct.unpack_from("<III", binary, at(exported) + 24)
    exports = [_text(binary, at(a)) for a in struct.unpack_from(f"<{named}I", binary, at(names))]
    return BinaryFacts({0x8664: "x86_64", 0xAA64: "arm64"}[code], tuple(libraries), tuple(exports))


def fat_parts(binary: bytes) -> list[bytes]:
    """The thin files of a fat one."""
    magic, count = struct.unpack_from(">II", binary)
    assert magic == 0xCAFEBABE
    parts: list[bytes] = []
    for k in range(count):
        processor, _, offset, size, power = struct.unpack_from(">IIIII", binary, 8 + k * 20)
        assert offset % (1 << power) == 0
        part = binary[offset : offset + size]
        assert len(part) == size
        assert struct.unpack_from("<I", part, 4)[0] == processor
        parts.append(part)
    return parts


def macho_facts(binary: bytes) -> BinaryFacts:
    magic, processor, _, _, count, _, _, _ = struct.unpack_from("<IIIIIIII", binary)
    assert magic == 0xFEEDFACF, "expected a 64-bit Mach-O file"
    libraries: list[str] = []
    names: list[str] = []
    exports: list[str] = []
    oldest, signed = "", False
    place = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", binary, place)
        if command in (_LC_LOAD_DYLIB, _LC_ID_DYLIB):
            name = _text(binary, place + struct.unpack_from("<I", binary, place + 8)[0])
            (libraries if command == _LC_LOAD_DYLIB else names).append(name)
        elif command == _LC_SYMTAB:
            symbols, many, strings, _ = struct.unpack_from("<IIII", binary, place + 8)
            exports += _macho_exports(binary, symbols, many, strings)
        elif command in (_LC_BUILD_VERSION, _LC_VERSION_MIN_MACOS):
            (version,) = struct.unpack_from("<I", binary, place + (12 if command == _LC_BUILD_VERSION else 8))
            oldest = f"{version >> 16}.{version >> 8 & 255}"
        signed = signed or command == _LC_CODE_SIGNATURE
        place += size
    machine = {0x01000007: "x86_64", 0x0100000C: "arm64"}[processor]
    return BinaryFacts(machine, tuple(libraries), tuple(exports), tuple(names), oldest, signed)


def _macho_exports(binary: bytes, place: int, count: int, strings: int) -> list[str]:
    found: list[str] = []
    for name, kind, _, _, _ in struct.iter_unpack("<IBBHQ", binary[place : place + count * 16]):
        if kind & _N_EXT and kind & _N_TYPE:
            found.append(_text(binary, strings + name).removeprefix("_"))
    return found


def _text(binary: bytes, place: int) -> str:
    return binary[place : binary.index(b"\0", place)].decode()
