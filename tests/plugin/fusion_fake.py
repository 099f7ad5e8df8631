"""What Fusion and Resolve offer to our scripts, and no more: any other call fails.

RECORDED lists the calls we make as they stand in Blackmagic Design's pages: the Fusion scripting reference
(Composition, Operator, Link, FlowView) and the README of Resolve's scripting folder (MediaPool and the rest).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RECORDED: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "Composition": {
        "AddTool": (1, 4),
        "EndUndo": (0, 1),
        "GetToolList": (0, 2),
        "Lock": (0, 0),
        "StartUndo": (1, 1),
        "Unlock": (0, 0),
    },
    "Operator": {"ConnectInput": (2, 2), "Delete": (0, 0), "FindMainOutput": (1, 1), "SetInput": (2, 3)},
    "Output": {"GetConnectedInputs": (0, 0)},
    "Input": {"ConnectTo": (0, 1)},
    "FlowView": {"GetPosTable": (1, 1)},
    "Resolve": {"GetProjectManager": (0, 0)},
    "ProjectManager": {"GetCurrentProject": (0, 0)},
    "Project": {"GetCurrentTimeline": (0, 0), "GetMediaPool": (0, 0)},
    "MediaPool": {"GetSelectedClips": (0, 0), "ImportMedia": (1, 1)},
    "MediaPoolItem": {"GetClipProperty": (0, 1), "GetName": (0, 0)},
    "Timeline": {"GetCurrentVideoItem": (0, 0)},
    "TimelineItem": {"GetMediaPoolItem": (0, 0)},
}


class Input:
    def __init__(self) -> None:
        self.source: Output | None = None

    def ConnectTo(self, source: Output | None) -> bool:  # noqa: N802
        if self.source is not None:
            self.source.followers.remove(self)
        self.source = source
        if source is not None:
            source.followers.append(self)
        return True


class Output:
    def __init__(self, tool: Operator) -> None:
        self._tool = tool
        self.followers: list[Input] = []

    def GetConnectedInputs(self) -> dict[float, Input]:  # noqa: N802
        return dict(enumerate(self.followers, 1))


class Operator:
    """A tool with `pictures` as its inputs; `controls` are those that SetInput may set."""

    def __init__(
        self, name: str, pictures: Sequence[str], controls: Mapping[str, str], outputs: int = 1
    ) -> None:
        self.Name = name
        self.pictures = {picture: Input() for picture in pictures}
        self.controls = controls
        self.values: dict[str, object] = {}
        self.deleted = False
        self.output = Output(self) if outputs else None

    def ConnectInput(self, name: str, source: Operator) -> bool:  # noqa: N802
        if name not in self.pictures or source.output is None:
            return False
        return self.pictures[name].ConnectTo(source.output)

    def FindMainOutput(self, number: int) -> Output | None:  # noqa: N802
        assert number == 1
        return self.output

    def SetInput(self, name: str, value: object) -> None:  # noqa: N802
        assert name in self.controls, f"{self.Name} has no input {name}"
        self.values[name] = value

    def Delete(self) -> None:  # noqa: N802
        self.deleted = True


class FlowView:
    def GetPosTable(self, tool: Operator) -> dict[float, float]:  # noqa: N802
        assert isinstance(tool, Operator)
        return {1.0: 4.0, 2.0: 7.0}


class Frame:
    def __init__(self) -> None:
        self.FlowView = FlowView()


class Composition:
    """`known` gives the pictures and controls of each tool that Fusion has."""

    def __init__(
        self,
        known: Mapping[str, tuple[Sequence[str], Mapping[str, str]]],
        selected: Sequence[Operator],
        is_shown: bool = True,
    ) -> None:
        self._known = known
        self._selected = selected
        self.CurrentFrame = Frame() if is_shown else None
        self.added: dict[str, Operator] = {}
        self.places: list[tuple[int, int]] = []
        self.locks = 0
        self.undo: list[str] = []

    def AddTool(self, identifier: str, x: int, y: int) -> Operator | None:  # noqa: N802
        assert isinstance(x, int)
        assert isinstance(y, int)
        assert self.locks == 1
        if identifier not in self._known:
            return None
        self.added[identifier] = Operator(identifier.rsplit(".", 1)[-1] + "1", *self._known[identifier])
        self.places.append((x, y))
        return self.added[identifier]

    def GetToolList(self, is_selected: bool) -> dict[float, Operator]:  # noqa: N802
        assert is_selected
        return dict(enumerate(self._selected, 1))

    def Lock(self) -> None:  # noqa: N802
        self.locks += 1

    def Unlock(self) -> None:  # noqa: N802
        self.locks -= 1

    def StartUndo(self, name: str) -> None:  # noqa: N802
        self.undo.append(name)

    def EndUndo(self, is_kept: bool) -> None:  # noqa: N802
        assert is_kept
        self.undo.append("end")


class MediaPoolItem:
    def __init__(self, path: str, codec: str = "") -> None:
        self._properties = {"File Path": path, "Video Codec": codec}

    def GetName(self) -> str:  # noqa: N802
        return "a clip"

    def GetClipProperty(self, name: str) -> str:  # noqa: N802
        return self._properties[name]


class MediaPool:
    def __init__(self, selected: Sequence[MediaPoolItem] = (), takes: bool = True) -> None:
        self._selected = selected
        self._takes = takes
        self.imported: list[Any] = []

    def GetSelectedClips(self) -> list[MediaPoolItem]:  # noqa: N802
        return list(self._selected)

    def ImportMedia(self, items: list[Any]) -> list[Any]:  # noqa: N802
        self.imported += items
        return items if self._takes else []


class TimelineItem:
    def __init__(self, clip: MediaPoolItem | None) -> None:
        self._clip = clip

    def GetMediaPoolItem(self) -> MediaPoolItem | None:  # noqa: N802
        return self._clip


class Timeline:
    def __init__(self, item: TimelineItem | None) -> None:
        self._item = item

    def GetCurrentVideoItem(self) -> TimelineItem | None:  # noqa: N802
        return self._item


class Project:
    def __init__(self, pool: MediaPool, timeline: Timeline | None = None) -> None:
        self._pool, self._timeline = pool, timeline

    def GetMediaPool(self) -> MediaPool:  # noqa: N802
        return self._pool

    def GetCurrentTimeline(self) -> Timeline | None:  # noqa: N802
        return self._timeline


class ProjectManager:
    def __init__(self, project: Project) -> None:
        self._project = project

    def GetCurrentProject(self) -> Project:  # noqa: N802
        return self._project


class Resolve:
    def __init__(self, project: Project) -> None:
        self._manager = ProjectManager(project)

    def GetProjectManager(self) -> ProjectManager:  # noqa: N802
        return self._manager
