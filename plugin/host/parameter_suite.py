"""OfxParameterSuiteV1 over `Parameters`."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable

from plugin.host.abi import (
    VARIADIC_DOUBLES_AS_INTEGERS,
    Refused,
    Status,
    registers_passed_over,
    store,
)
from plugin.host.handles import Handles
from plugin.host.parameters import Components, Parameter, Parameters

_C_TYPES = {int: ctypes.c_int, float: ctypes.c_double}


class ParameterSuite:
    """Values are asked for at `now`, the time that is being rendered, unless a time is given."""

    def __init__(self, handles: Handles, now: Callable[[], float]) -> None:
        self._handles = handles
        self._now = now

    def define(self, handle: int, kind: bytes, name: bytes, out: int | None) -> None:
        parameter = self._handles.find(handle, Parameters).define(name.decode(), kind.decode())
        store(out, ctypes.c_void_p, self._handles.give(parameter.properties))

    def get_handle(self, handle: int, name: bytes, out: int | None, properties: int | None) -> None:
        parameters = self._handles.find(handle, Parameters)
        if name.decode() not in parameters:
            raise Refused(Status.ERR_UNKNOWN)
        parameter = parameters[name.decode()]
        store(out, ctypes.c_void_p, self._handles.give(parameter))
        store(properties, ctypes.c_void_p, self._handles.give(parameter.properties))

    def set_get_property_set(self, handle: int, out: int) -> None:
        parameters = self._handles.find(handle, Parameters)
        store(out, ctypes.c_void_p, self._handles.give(parameters.properties))

    def get_property_set(self, handle: int, out: int) -> None:
        parameter = self._handles.find(handle, Parameter)
        store(out, ctypes.c_void_p, self._handles.give(parameter.properties))

    def get_value(self, handle: int, *out: int | None) -> None:
        self._give(handle, self._now(), out)

    def get_value_at_time(self, handle: int, time: float, *out: int | None) -> None:
        self._give(handle, time, out)

    def get_derivative(self, handle: int, time: float, *out: int | None) -> None:
        raise Refused(Status.ERR_UNSUPPORTED)

    def get_integral(self, handle: int, start: float, end: float, *out: int | None) -> None:
        raise Refused(Status.ERR_UNSUPPORTED)

    def set_value(self, handle: int, *given: float) -> None:
        parameter = self._handles.find(handle, Parameter)
        parameter.set(*_components(parameter, given))

    def set_value_at_time(self, handle: int, time: float, *given: float) -> None:
        parameter = self._handles.find(handle, Parameter)
        parameter.set_at(time, *_components(parameter, given))

    def get_num_keys(self, handle: int, out: int) -> None:
        store(out, ctypes.c_uint, len(self._handles.find(handle, Parameter).key_times))

    def get_key_time(self, handle: int, index: int, out: int) -> None:
        times = self._handles.find(handle, Parameter).key_times
        if index >= len(times):
            raise Refused(Status.ERR_BAD_INDEX)
        store(out, ctypes.c_double, times[index])

    def get_key_index(self, handle: int, time: float, direction: int, out: int) -> None:
        """The key at the time itself (0), before it (< 0) or after it (> 0)."""
        times = self._handles.find(handle, Parameter).key_times
        if direction < 0:
            found = [index for index, key in enumerate(times) if key < time][-1:]
        else:
            found = [i for i, key in enumerate(times) if (key > time if direction else key == time)][:1]
        if not found:
            raise Refused(Status.FAILED)
        store(out, ctypes.c_int, found[0])

    def delete_key(self, handle: int, time: float) -> None:
        self._handles.find(handle, Parameter).delete_key(time)

    def delete_all_keys(self, handle: int) -> None:
        self._handles.find(handle, Parameter).delete_keys()

    def copy(self, to: int, origin: int, offset: float, frame_range: int | None) -> None:
        raise Refused(Status.ERR_UNSUPPORTED)

    def edit_begin(self, handle: int, name: bytes) -> None:
        self._handles.find(handle, Parameters)

    def edit_end(self, handle: int) -> None:
        self._handles.find(handle, Parameters)

    def _give(self, handle: int, time: float, out: tuple[int | None, ...]) -> None:
        parameter = self._handles.find(handle, Parameter)
        values = parameter.at(time)
        if not values:
            raise Refused(Status.ERR_UNSUPPORTED, f"{parameter.name} ({parameter.kind}) has no value")
        places = out[registers_passed_over(1) :]
        for value, address in zip(values, places, strict=False):
            if isinstance(value, str):
                store(address, ctypes.c_void_p, parameter.properties.text_address(value))
            else:
                store(address, _C_TYPES[parameter.type], value)


def _components(parameter: Parameter, given: tuple[float, ...]) -> Components:
    """The optional arguments of a setter, by the kind of the parameter."""
    passed_over = registers_passed_over(1)
    words, doubles = given[passed_over : passed_over + 4], given[passed_over + 4 :]
    if parameter.type is float:
        if VARIADIC_DOUBLES_AS_INTEGERS:
            doubles = struct.unpack("4d", struct.pack("4q", *words))
        return tuple(doubles[: parameter.count])
    if parameter.type is str:
        return tuple((ctypes.c_char_p(int(word)).value or b"").decode() for word in words[: parameter.count])
    return tuple(ctypes.c_int(int(word)).value for word in words[: parameter.count])
