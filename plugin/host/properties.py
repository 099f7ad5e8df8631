"""Property sets: named lists of pointers, texts, doubles or whole numbers, and the suite over them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, TypeAlias

from plugin.host.abi import Refused, Status, store
from plugin.host.handles import Handles


class Address(int):
    """A pointer among values; a plain int is a whole number."""


Value: TypeAlias = "Address | str | float | int"


class Kind(Enum):
    POINTER = ctypes.c_void_p
    STRING = ctypes.c_char_p
    DOUBLE = ctypes.c_double
    INT = ctypes.c_int


class PropertySet:
    """Properties by name. With `known`, a plug-in may set these alone, each by its kind.

    The texts handed to a plug-in stay where they are for as long as the set is there.
    """

    def __init__(self, known: Mapping[str, Kind] | None = None, title: str = "a property set") -> None:
        self.title = title
        self._known = known
        self._kinds: dict[str, Kind] = {}
        self._values: dict[str, list[Value]] = {}
        self._defaults: dict[str, list[Value]] = {}
        self._texts: dict[bytes, Any] = {}

    def put(self, name: str, *values: Value) -> None:
        """Set a property as the host; all values are of one kind."""
        self._values[name] = list(values)
        self._defaults[name] = list(values)
        if values:
            self._kinds[name] = _kind_of(values[0])
        else:
            self._kinds.pop(name, None)

    def forget(self, *names: str) -> None:
        for name in names:
            self._values.pop(name, None)

    def values(self, name: str) -> tuple[Value, ...]:
        return tuple(self._values.get(name, ()))

    def value(self, name: str, default: Any = None) -> Any:
        values = self._values.get(name)
        return values[0] if values else default

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._values))

    def copy(self, title: str) -> PropertySet:
        """The same properties in a set of their own."""
        other = PropertySet(self._known, title)
        for name, values in self._values.items():
            other.put(name, *values)
        return other

    def set_at(self, name: str, kind: Kind, index: int, value: Value, strict: bool = True) -> None:
        """Set one value as the plug-in; unless `strict`, any name will do. Raises Refused."""
        if strict:
            self._allow(name, kind)
        values = self._values.setdefault(name, [])
        if not 0 <= index <= len(values):
            raise Refused(
                Status.ERR_BAD_INDEX, f"{name} of {self.title} has {len(values)} values, none at {index}"
            )
        self._kinds[name] = kind
        values[index : index + 1] = [value]

    def get_at(self, name: str, kind: Kind, index: int) -> Value:
        """One value as the plug-in asks for it. Raises Refused."""
        values = self._values.get(name)
        if not values:
            raise Refused(Status.ERR_UNKNOWN)
        if self._kinds[name] is not kind:
            raise Refused(
                Status.ERR_VALUE, f"{name} of {self.title} is {self._kinds[name].name}, read as {kind.name}"
            )
        if not 0 <= index < len(values):
            raise Refused(Status.ERR_BAD_INDEX)
        return values[index]

    def reset(self, name: str) -> None:
        self._values[name] = list(self._defaults.get(name, ()))

    def dimension(self, name: str) -> int:
        if name not in self._values:
            raise Refused(Status.ERR_UNKNOWN)
        return len(self._values[name])

    def text_address(self, text: str) -> int:
        encoded = text.encode("utf-8", "surrogateescape")
        if encoded not in self._texts:
            self._texts[encoded] = ctypes.create_string_buffer(encoded)
        return ctypes.addressof(self._texts[encoded])

    def _allow(self, name: str, kind: Kind) -> None:
        if self._known is None:
            return
        expected = self._known.get(name)
        if expected is None:
            raise Refused(Status.ERR_UNKNOWN, f"{self.title} has no property {name}")
        if expected is not kind:
            raise Refused(Status.ERR_VALUE, f"{name} of {self.title} is {expected.name}, set as {kind.name}")


def _kind_of(value: Value) -> Kind:
    if isinstance(value, Address):
        return Kind.POINTER
    if isinstance(value, str):
        return Kind.STRING
    return Kind.DOUBLE if isinstance(value, float) else Kind.INT


class PropertySuite:
    """OfxPropertySuiteV1."""

    def __init__(self, handles: Handles, strict: bool) -> None:
        self._handles = handles
        self._strict = strict

    def set_pointer(self, handle: int, name: bytes, index: int, value: int | None) -> None:
        self._set(handle, name, Kind.POINTER, index, Address(value or 0))

    def set_string(self, handle: int, name: bytes, index: int, value: bytes | None) -> None:
        if value is None:
            raise Refused(Status.ERR_VALUE, f"{name!r} was set to a NULL text")
        self._set(handle, name, Kind.STRING, index, _text(value))

    def set_double(self, handle: int, name: bytes, index: int, value: float) -> None:
        self._set(handle, name, Kind.DOUBLE, index, float(value))

    def set_int(self, handle: int, name: bytes, index: int, value: int) -> None:
        self._set(handle, name, Kind.INT, index, int(value))

    def set_pointers(self, handle: int, name: bytes, count: int, values: int) -> None:
        for index, value in enumerate((ctypes.c_void_p * count).from_address(values)):
            self.set_pointer(handle, name, index, value)

    def set_strings(self, handle: int, name: bytes, count: int, values: int) -> None:
        for index, value in enumerate((ctypes.c_char_p * count).from_address(values)):
            self.set_string(handle, name, index, value)

    def set_doubles(self, handle: int, name: bytes, count: int, values: int) -> None:
        for index, value in enumerate((ctypes.c_double * count).from_address(values)):
            self.set_double(handle, name, index, value)

    def set_ints(self, handle: int, name: bytes, count: int, values: int) -> None:
        for index, value in enumerate((ctypes.c_int * count).from_address(values)):
            self.set_int(handle, name, index, value)

    def get_pointer(self, handle: int, name: bytes, index: int, out: int) -> None:
        self._get(handle, name, Kind.POINTER, index, out)

    def get_string(self, handle: int, name: bytes, index: int, out: int) -> None:
        self._get(handle, name, Kind.STRING, index, out)

    def get_double(self, handle: int, name: bytes, index: int, out: int) -> None:
        self._get(handle, name, Kind.DOUBLE, index, out)

    def get_int(self, handle: int, name: bytes, index: int, out: int) -> None:
        self._get(handle, name, Kind.INT, index, out)

    def get_pointers(self, handle: int, name: bytes, count: int, out: int) -> None:
        self._get_all(handle, name, Kind.POINTER, count, out)

    def get_strings(self, handle: int, name: bytes, count: int, out: int) -> None:
        self._get_all(handle, name, Kind.STRING, count, out)

    def get_doubles(self, handle: int, name: bytes, count: int, out: int) -> None:
        self._get_all(handle, name, Kind.DOUBLE, count, out)

    def get_ints(self, handle: int, name: bytes, count: int, out: int) -> None:
        self._get_all(handle, name, Kind.INT, count, out)

    def reset(self, handle: int, name: bytes) -> None:
        self._handles.find(handle, PropertySet).reset(_text(name))

    def get_dimension(self, handle: int, name: bytes, out: int) -> None:
        store(out, ctypes.c_int, self._handles.find(handle, PropertySet).dimension(_text(name)))

    def _set(self, handle: int, name: bytes, kind: Kind, index: int, value: Value) -> None:
        properties = self._handles.find(handle, PropertySet)
        properties.set_at(_text(name), kind, index, value, self._strict)

    def _get(self, handle: int, name: bytes, kind: Kind, index: int, out: int, place: int = 0) -> None:
        properties = self._handles.find(handle, PropertySet)
        value = properties.get_at(_text(name), kind, index)
        if kind is Kind.STRING:
            store(out, ctypes.c_void_p, properties.text_address(str(value)), place)
        else:
            store(out, kind.value, value, place)

    def _get_all(self, handle: int, name: bytes, kind: Kind, count: int, out: int) -> None:
        for index in range(count):
            self._get(handle, name, kind, index, out, index)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "surrogateescape")
