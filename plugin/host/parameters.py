"""Parameters: as described, and their values over time."""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeAlias

from plugin.host.abi import Refused, Status
from plugin.host.properties import PropertySet
from plugin.host.standard import PARAMETER_SET, parameter_properties

Components: TypeAlias = "tuple[float | int | str, ...]"

_PREFIX = "OfxParamType"
_TYPES: dict[str, tuple[type, int]] = {
    "Integer": (int, 1),
    "Integer2D": (int, 2),
    "Integer3D": (int, 3),
    "Double": (float, 1),
    "Double2D": (float, 2),
    "Double3D": (float, 3),
    "RGB": (float, 3),
    "RGBA": (float, 4),
    "Boolean": (int, 1),
    "Choice": (int, 1),
    "String": (str, 1),
    "Custom": (str, 1),
    "StrChoice": (str, 1),
    "Group": (int, 0),
    "Page": (int, 0),
    "PushButton": (int, 0),
}


class Parameter:
    """One parameter with its value, the same at all times or by keyframes.

    Doubles run straight from key to key, whole numbers too and are rounded down; all else holds.
    """

    def __init__(self, name: str, kind: str, properties: PropertySet) -> None:
        self.name = name
        self.kind = kind
        self.type, self.count = _TYPES[kind]
        self.properties = properties
        self._value: Components | None = None
        self._keys: dict[float, Components] = {}

    @staticmethod
    def described(name: str, kind_name: str) -> Parameter:
        """A new parameter of "OfxParamTypeDouble" and so on. Raises Refused for a kind that is not known."""
        kind = kind_name.removeprefix(_PREFIX)
        if not kind_name.startswith(_PREFIX) or kind not in _TYPES:
            raise Refused(Status.ERR_UNKNOWN, f"parameter {name} has the unknown kind {kind_name}")
        properties = PropertySet(parameter_properties(kind), f"parameter {name}")
        properties.put("OfxPropType", "OfxTypeParameter")
        properties.put("OfxPropName", name)
        properties.put("OfxParamPropType", kind_name)
        properties.put("OfxParamPropSecret", 0)
        properties.put("OfxParamPropEnabled", 1)
        if _TYPES[kind][1]:
            properties.put("OfxParamPropAnimates", int(_TYPES[kind][0] is float))
        return Parameter(name, kind, properties)

    def copy(self) -> Parameter:
        """A parameter of an instance: the same description, at its default."""
        return Parameter(self.name, self.kind, self.properties.copy(self.properties.title))

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(str(option) for option in self.properties.values("OfxParamPropChoiceOption"))

    @property
    def default(self) -> Components:
        given = self.properties.values("OfxParamPropDefault")
        return (*given, *(self.type(),) * self.count)[: self.count]

    @property
    def key_times(self) -> tuple[float, ...]:
        return tuple(sorted(self._keys))

    def set(self, *components: float | int | str) -> None:
        """Give one value for all times; a choice also by its label. Raises ValueError."""
        self._value = self._checked(components)
        self._keys.clear()

    def set_at(self, time: float, *components: float | int | str) -> None:
        self._keys[float(time)] = self._checked(components)

    def delete_key(self, time: float) -> None:
        if self._keys.pop(float(time), None) is None:
            raise Refused(Status.ERR_BAD_INDEX)

    def delete_keys(self) -> None:
        self._keys.clear()

    def at(self, time: float) -> Components:
        """The value at a time."""
        times = self.key_times
        if not times:
            return self.default if self._value is None else self._value
        place = bisect_right(times, time)
        if place == 0:
            return self._keys[times[0]]
        if place == len(times) or not self._interpolates:
            return self._keys[times[place - 1]]
        before, after = times[place - 1], times[place]
        along = (time - before) / (after - before)
        pairs = zip(self._keys[before], self._keys[after], strict=True)
        return tuple(self.type(a + (b - a) * along) for a, b in pairs)  # type: ignore[operator]

    @property
    def _interpolates(self) -> bool:
        return self.type is float or self.kind.startswith("Integer")

    def _checked(self, components: Components) -> Components:
        if self.kind == "Choice" and len(components) == 1 and isinstance(components[0], str):
            if components[0] not in self.choices:
                raise ValueError(f"{self.name} is one of {', '.join(self.choices)}, not {components[0]}")
            components = (self.choices.index(components[0]),)
        if len(components) != self.count:
            raise ValueError(f"{self.name} has {self.count} components, {len(components)} were given")
        return tuple(self.type(component) for component in components)


class Parameters:
    """The parameters of one effect by name, in the order of their definition."""

    def __init__(self) -> None:
        self.properties = PropertySet(PARAMETER_SET, "the parameter set")
        self._by_name: dict[str, Parameter] = {}

    def define(self, name: str, kind_name: str) -> Parameter:
        if name in self._by_name:
            raise Refused(Status.ERR_EXISTS, f"parameter {name} is defined twice")
        parameter = self._by_name[name] = Parameter.described(name, kind_name)
        return parameter

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._by_name:
            raise KeyError(f"there is no parameter {name}; there are {', '.join(self._by_name)}")
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __iter__(self):
        return iter(tuple(self._by_name.values()))

    def copy(self) -> Parameters:
        other = Parameters()
        other._by_name = {parameter.name: parameter.copy() for parameter in self}
        return other
