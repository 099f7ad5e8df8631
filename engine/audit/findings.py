"""What verification counts and finds; of many differences the first ones are kept, and all are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.types import FrameNumber

KEPT = 5
"""Differences of each kind that are named."""

Kind = Literal["frame", "pixel", "header", "bytes", "stream", "time", "audio"]
KINDS: Mapping[Kind, str] = {
    "frame": "frames that are missing, too many or not alike",
    "pixel": "pixels outside the matte that are not the source's",
    "header": "header fields that are not the source's",
    "bytes": "bytes that are not the source's, nor codes inside the matte",
    "stream": "facts of the stream that are not the source's",
    "time": "frames shown at another time",
    "audio": "audio streams that are not the source's",
}


@dataclass(frozen=True)
class Difference:
    """One difference: in which frame (None: the clip), where, and both values for people."""

    kind: Kind
    frame: FrameNumber | None
    where: str
    source: str
    result: str

    def told(self) -> str:
        place = self.where if self.frame is None else f"frame {self.frame}, {self.where}"
        return f"{place}: {self.source} in the source, {self.result} in the result"


@dataclass(frozen=True)
class Verification:
    """What was compared, and what differed. `pixels` counts over all frames.

    `inside` are the pixels of the matte, `changed` those of them that differ; `fields` header fields (tags,
    chunks, attributes) that agree, `bytes_beside` the bytes beside the picture of files that are compared bit
    for bit, `packets` the audio packets.
    """

    frames: int
    pixels: int
    inside: int
    changed: int
    fields: int
    bytes_beside: int
    packets: int
    counts: Mapping[Kind, int]
    first: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def identical(self) -> bool:
        return not any(self.counts.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "identical": self.identical,
            "frames": self.frames,
            "pixels": self.pixels,
            "inside": self.inside,
            "changed": self.changed,
            "fields": self.fields,
            "bytes_beside": self.bytes_beside,
            "packets": self.packets,
            "differences": dict(self.counts),
            "first": [
                {"kind": d.kind, "frame": d.frame, "where": d.where, "source": d.source, "result": d.result}
                for d in self.first
            ],
            "notes": list(self.notes),
        }


@dataclass(eq=False)
class Findings:
    """Adds up a verification while it runs."""

    frames: int = 0
    pixels: int = 0
    inside: int = 0
    changed: int = 0
    fields: int = 0
    bytes_beside: int = 0
    packets: int = 0
    counts: Counter[Kind] = field(default_factory=lambda: Counter())
    first: list[Difference] = field(default_factory=lambda: [])
    notes: dict[str, None] = field(default_factory=lambda: {})

    def differ(
        self,
        kind: Kind,
        frame: FrameNumber | None,
        where: str,
        source: object,
        result: object,
        *,
        count: int = 1,
    ) -> None:
        """Note a difference that stands for `count` of its kind."""
        if self.named(kind) < KEPT:
            self.first.append(Difference(kind, frame, where, _shown(source), _shown(result)))
        self.counts[kind] += count

    def named(self, kind: Kind) -> int:
        return sum(1 for known in self.first if known.kind == kind)

    def note(self, sentence: str) -> None:
        self.notes[sentence] = None

    def done(self) -> Verification:
        return Verification(
            self.frames, self.pixels, self.inside, self.changed, self.fields, self.bytes_beside, self.packets,
            dict(self.counts), tuple(self.first), tuple(self.notes),
        )  # fmt: skip


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
