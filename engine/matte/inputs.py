"""The mattes that are given beside a clip, as the pipeline asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import ParameterError, SourceNotFound
from engine.matte.combine import as_coverage, held
from engine.matte.contract import MatteSource
from engine.matte.infrared import Infrared
from engine.types import Bool, Float32, Frame, FrameNumber


@dataclass(frozen=True, eq=False)
class MatteInputs:
    """None for what is not given. `imported` and `infrared` say where the damage is, `hold_out` where not
    to touch the picture."""

    imported: MatteSource | None = None
    infrared: Infrared | None = None
    hold_out: MatteSource | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        """Role to what exactly was given, for the report."""
        roles = {"matte": self.imported, "infrared": self.infrared, "hold_out": self.hold_out}
        return {role: source.identity for role, source in roles.items() if source is not None}

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        """What the damage of frame `number` depends on beside the picture; hold-outs come after."""
        sources = [source for source in (self.imported, self.infrared) if source is not None]
        return (*(source.identity for source in sources), number) if sources else ()

    def check(self, mode: str) -> None:
        """Raises ParameterError where `mode` needs a matte and none is given."""
        if mode != "union" and self.imported is None and self.infrared is None:
            raise ParameterError(
                f"matte_mode is {mode}, and there is no matte to {mode} with; give one with --matte-in or "
                "--infrared, or leave the mode at union."
            )

    def require(self, number: FrameNumber) -> None:
        """Raises SourceNotFound where one of the mattes has no plane for frame `number`."""
        for role, source in (
            ("matte", self.imported), ("infrared", self.infrared), ("hold-out", self.hold_out)
        ):  # fmt: skip
            if source is not None and not source.has(number):
                raise SourceNotFound(
                    f"Frame {number} has no {role} in {source.identity}; add it, or leave the frame out with "
                    "--frames."
                )

    def coverage(self, frame: Frame) -> Float32 | None:
        """The imported coverage (H, W), 0..1; None where there is none for this frame."""
        if self.imported is None or not self.imported.has(frame.number):
            return None
        return as_coverage(self.imported.plane(frame))

    def kept(self, frame: Frame) -> Bool | None:
        """Where this frame must not be touched, (H, W); None where it may be everywhere."""
        return None if self.hold_out is None else held(self.hold_out.plane(frame))


NO_MATTES = MatteInputs()
