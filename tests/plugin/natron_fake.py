"""What Natron's Python offers to our groups and scripts, and no more: any other call fails.

RECORDED is what the reference of Natron 2.5 lists (Documentation/source/devel/PythonReference/NatronEngine in
its repository): for each class the calls we may make, and how many arguments each takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RECORDED: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "App": {"createNode": (1, 4), "createReader": (1, 3), "createWriter": (1, 3)},
    "Effect": {
        "connectInput": (2, 2),
        "getInputLabel": (1, 1),
        "getMaxInputCount": (0, 0),
        "getParam": (1, 1),
        "getScriptName": (0, 0),
        "setLabel": (1, 1),
        "setPagesOrder": (1, 1),
        "setPosition": (2, 2),
        "setScriptName": (1, 1),
        # Of UserParamHolder, which Effect inherits.
        "createBooleanParam": (2, 2),
        "createChoiceParam": (2, 2),
        "createDoubleParam": (2, 2),
        "createIntParam": (2, 2),
        "createPageParam": (2, 2),
        "refreshUserParamsGUI": (0, 0),
    },
    "Param": {
        "getHelp": (0, 0),
        "getLabel": (0, 0),
        "getTypeName": (0, 0),
        "setAsAlias": (1, 1),
        "setHelp": (1, 1),
        "setValue": (1, 2),
        "slaveTo": (1, 5),
        # Of PageParam.
        "addParam": (1, 1),
        # Of DoubleParam and IntParam.
        "getDefaultValue": (0, 1),
        "getDisplayMaximum": (1, 1),
        "getDisplayMinimum": (1, 1),
        "getMaximum": (0, 1),
        "getMinimum": (0, 1),
        "setDefaultValue": (1, 2),
        "setDisplayMaximum": (1, 2),
        "setDisplayMinimum": (1, 2),
        "setMaximum": (1, 2),
        "setMinimum": (1, 2),
    },
    "PyCoreApplication": {"getPluginIDs": (0, 1)},
}


class Param:
    def __init__(self, name: str, kind: str, label: str = "", hint: str = "") -> None:
        self.name, self.kind, self.label, self.hint = name, kind, label, hint
        self.value: object = None
        self.follows: Param | None = None
        self.held: list[Param] = []
        self.numbers: dict[str, float] = {}

    def getTypeName(self) -> str:  # noqa: N802
        return self.kind

    def getLabel(self) -> str:  # noqa: N802
        return self.label

    def getHelp(self) -> str:  # noqa: N802
        return self.hint

    def setHelp(self, hint: str) -> None:  # noqa: N802
        self.hint = hint

    def setValue(self, value: object) -> None:  # noqa: N802
        self.value = value

    def setAsAlias(self, other: Param) -> bool:  # noqa: N802
        return self._follow(other)

    def slaveTo(self, other: Param) -> bool:  # noqa: N802
        return self._follow(other)

    def addParam(self, param: Param) -> None:  # noqa: N802
        self.held.append(param)

    def getMinimum(self, dimension: int) -> float:  # noqa: N802
        return self._number("minimum", dimension)

    def getMaximum(self, dimension: int) -> float:  # noqa: N802
        return self._number("maximum", dimension)

    def getDisplayMinimum(self, dimension: int) -> float:  # noqa: N802
        return self._number("display_minimum", dimension)

    def getDisplayMaximum(self, dimension: int) -> float:  # noqa: N802
        return self._number("display_maximum", dimension)

    def getDefaultValue(self, dimension: int) -> float:  # noqa: N802
        return self._number("default", dimension)

    def setMinimum(self, value: float, dimension: int) -> None:  # noqa: N802
        self._set_number("minimum", value, dimension)

    def setMaximum(self, value: float, dimension: int) -> None:  # noqa: N802
        self._set_number("maximum", value, dimension)

    def setDisplayMinimum(self, value: float, dimension: int) -> None:  # noqa: N802
        self._set_number("display_minimum", value, dimension)

    def setDisplayMaximum(self, value: float, dimension: int) -> None:  # noqa: N802
        self._set_number("display_maximum", value, dimension)

    def setDefaultValue(self, value: float, dimension: int) -> None:  # noqa: N802
        self._set_number("default", value, dimension)

    def _number(self, name: str, dimension: int) -> float:
        assert self.kind in ("Double", "Int")
        assert dimension == 0
        return self.numbers[name]

    def _set_number(self, name: str, value: float, dimension: int) -> None:
        assert self.kind in ("Double", "Int")
        assert dimension == 0
        self.numbers[name] = value

    def _follow(self, other: Param) -> bool:
        assert isinstance(other, Param)
        if other.kind != self.kind:
            return False
        self.follows = other
        return True


class Effect:
    """A node, or the group that nodes are made in."""

    def __init__(self, identifier: str, inputs: tuple[str, ...], params: Mapping[str, Param]) -> None:
        self.identifier = identifier
        self.inputs = inputs
        self.params = dict(params)
        self.connected: dict[int, Effect] = {}
        self.name = ""
        self.pages: list[str] = []
        self.refreshed = False

    def setScriptName(self, name: str) -> bool:  # noqa: N802
        assert name.isidentifier()
        self.name = name
        return True

    def getScriptName(self) -> str:  # noqa: N802
        return self.name

    def setLabel(self, label: str) -> None:  # noqa: N802
        assert label

    def setPosition(self, x: float, y: float) -> None:  # noqa: N802
        assert (x, y) is not None

    def getMaxInputCount(self) -> int:  # noqa: N802
        return len(self.inputs)

    def getInputLabel(self, place: int) -> str:  # noqa: N802
        return self.inputs[place]

    def connectInput(self, place: int, source: Effect) -> bool:  # noqa: N802
        if not 0 <= place < len(self.inputs) or place in self.connected:
            return False
        self.connected[place] = source
        return True

    def getParam(self, name: str) -> Param | None:  # noqa: N802
        return self.params.get(name)

    def createPageParam(self, name: str, label: str) -> Param:  # noqa: N802
        return self._made(name, "Page", label)

    def createDoubleParam(self, name: str, label: str) -> Param:  # noqa: N802
        return self._made(name, "Double", label)

    def createIntParam(self, name: str, label: str) -> Param:  # noqa: N802
        return self._made(name, "Int", label)

    def createChoiceParam(self, name: str, label: str) -> Param:  # noqa: N802
        return self._made(name, "Choice", label)

    def createBooleanParam(self, name: str, label: str) -> Param:  # noqa: N802
        return self._made(name, "Bool", label)

    def setPagesOrder(self, pages: list[str]) -> None:  # noqa: N802
        self.pages = list(pages)

    def refreshUserParamsGUI(self) -> None:  # noqa: N802
        self.refreshed = True

    def _made(self, name: str, kind: str, label: str) -> Param:
        assert name not in self.params, f"{name} is there twice"
        self.params[name] = Param(name, kind, label)
        return self.params[name]


class App:
    """A project; `known` gives the inputs and parameters of each plug-in that is loaded."""

    def __init__(self, known: Mapping[str, tuple[tuple[str, ...], Mapping[str, Param]]]) -> None:
        self.known = known
        self.nodes: list[Effect] = []

    def createNode(  # noqa: N802
        self, identifier: str, version: int = -1, group: Effect | None = None
    ) -> Effect | None:
        assert isinstance(version, int)
        assert group is None or isinstance(group, Effect)
        if identifier not in self.known:
            return None
        self.nodes.append(Effect(identifier, *self.known[identifier]))
        return self.nodes[-1]

    def createReader(self, path: str) -> Effect | None:  # noqa: N802
        return self._file_node("read", (), path)

    def createWriter(self, path: str) -> Effect | None:  # noqa: N802
        return self._file_node("write", ("Source",), path)

    def _file_node(self, identifier: str, inputs: tuple[str, ...], path: str) -> Effect:
        assert path.startswith("/"), "Natron takes full paths alone"
        self.nodes.append(Effect(identifier, inputs, {"formatType": Param("formatType", "Choice")}))
        return self.nodes[-1]


class PyCoreApplication:
    def __init__(self, identifiers: list[str]) -> None:
        self.identifiers = identifiers

    def getPluginIDs(self, part: str) -> list[Any]:  # noqa: N802
        return [name for name in self.identifiers if part.lower() in name.lower()]
