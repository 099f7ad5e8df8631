"""Bundles on disk: which file of one this system loads, and the plug-ins in it."""

from __future__ import annotations

import ctypes
import platform
import sys
from pathlib import Path

from plugin.host.abi import OfxHost, OfxPlugin
from plugin.host.errors import HostError

_SUFFIX = ".ofx.bundle"


def system_folders() -> tuple[str, ...]:
    """The folders of a bundle that hold binaries of this system, the best first."""
    if sys.platform == "darwin":
        return ("MacOS", "MacOS-x86-64")
    wide = sys.maxsize > 2**32
    if sys.platform == "win32":
        return ("Win64",) if wide else ("Win32",)
    if platform.machine() in ("aarch64", "arm64"):
        return ("Linux-aarch64", "Linux-arm64")
    return ("Linux-x86-64",) if wide else ("Linux-x86",)


def binary_of(bundle: Path) -> Path:
    """The binary of a bundle for this system; a binary itself is taken as it is. Raises HostError."""
    if bundle.is_file():
        return bundle
    if not bundle.name.endswith(_SUFFIX):
        raise HostError(f"{bundle} is no bundle; expected a folder named NAME{_SUFFIX}.")
    name = bundle.name.removesuffix(_SUFFIX) + ".ofx"
    for folder in system_folders():
        binary = bundle / "Contents" / folder / name
        if binary.is_file():
            return binary
    raise HostError(
        f"{bundle} holds nothing for this system; expected Contents/{system_folders()[0]}/{name}. "
        "Install the bundle again."
    )


class Library:
    """The loaded binary of a bundle, until `close`."""

    def __init__(self, bundle: Path) -> None:
        self.path = binary_of(bundle)
        try:
            self._library = ctypes.CDLL(str(self.path))
            self._library.OfxGetNumberOfPlugins.restype = ctypes.c_int
            self._library.OfxGetPlugin.restype = ctypes.POINTER(OfxPlugin)
        except (OSError, AttributeError) as error:
            raise HostError(f"{self.path} cannot be loaded as an OpenFX plug-in: {error}.") from error

    def offer(self, host: OfxHost) -> None:
        """Tell the library of its host before its plug-ins are looked at (OpenFX 1.5, optional)."""
        try:
            function = self._library.OfxSetHost
        except AttributeError:
            return
        function(ctypes.byref(host))

    def plugins(self) -> tuple[OfxPlugin, ...]:
        count = self._library.OfxGetNumberOfPlugins()
        found = [self._library.OfxGetPlugin(place) for place in range(count)]
        if not found or not all(found):
            raise HostError(f"{self.path} holds no plug-in.")
        return tuple(pointer.contents for pointer in found)

    def close(self) -> None:
        """Take the library out of the process, as hosts do when they end (not on Windows)."""
        if sys.platform == "win32":
            return
        close = ctypes.CDLL(None).dlclose
        close.argtypes = (ctypes.c_void_p,)
        close(self._library._handle)
