"""The mattes that are given beside a clip, as the pipeline asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.errors import ParameterError, SourceNotFound
from engine.matte.combine import as_coverage, held
from engine.matte.contract import DecisionSource, MatteSource
from engine.matte.infrared import Infrared
from engine.types import AskedFill, Bool, Float32, Frame, FrameNumber


@dataclass(frozen=True, eq=False)
class MatteInputs:
    """None for what is not given. `imported` and `infrared` say where the damage is, `hold_out` where not
    to touch the picture; `decisions` are a person's, and say both."""

    imported: MatteSource | None = None
    infrared: Infrared | None = None
    hold_out: MatteSource | None = None
    decisions: DecisionSource | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        """Role to what exactly was given, for the report."""
        roles = {
            "matte": self.imported,
            "infrared": self.infrared,
            "hold_out": self.hold_out,
            "decisions": self.decisions,
        }
        return {role: source.identity for role, source in roles.items() if source is not None}

    @property
    def fills(self) -> frozenset[AskedFill]:
        """The fills that a person asks for on any frame."""
        return frozenset() if self.decisions is None else self.decisions.fills

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        """What the damage of frame `number` depends on beside the picture; hold-outs come after."""
        sources = [source for source in (self.imported, self.infrared) if source is not None]
        given = (*(source.identity for source in sources), number) if sources else ()
        return given if self.decisions is None else (*given, *self.decisions.key(number))

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

    def added(self, frame: Frame) -> Bool | None:
        """Where a person says damage is, whatever is found or given, (H, W); None where nowhere."""
        return None if self.decisions is None else self.decisions.added(frame)

    def vetoed(self, frame: Frame) -> Bool | None:
        """Where a person says picture is, which neighbours may take, (H, W); None where nowhere."""
        return None if self.decisions is None else self.decisions.vetoed(frame)

    def kept(self, frame: Frame) -> Bool | None:
        """Where this frame must not be touched, (H, W); None where it may be everywhere."""
        masked = None if self.hold_out is None else held(self.hold_out.plane(frame))
        decided = None if self.decisions is None else self.decisions.kept(frame)
        if masked is None or decided is None:
            return decided if masked is None else masked
        return masked | decided

    def asked(self, frame: Frame) -> Mapping[AskedFill, Bool]:
        """Fill to the pixels (H, W) that a person wants filled so."""
        return {} if self.decisions is None else self.decisions.asked(frame)

    @property
    def found_alone(self) -> MatteInputs:
        """The same without what leaves the picture alone: what is damage, repaired or not."""
        return replace(
            self, hold_out=None, decisions=None if self.decisions is None else _Adding(self.decisions)
        )


@dataclass(frozen=True, eq=False)
class _Adding:
    """Decisions of which only what they add counts."""

    of: DecisionSource

    @property
    def identity(self) -> str:
        return self.of.identity

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        return self.of.key(number)

    def added(self, frame: Frame) -> Bool | None:
        return self.of.added(frame)

    def vetoed(self, frame: Frame) -> Bool | None:
        return None

    def kept(self, frame: Frame) -> Bool | None:
        return None

    @property
    def fills(self) -> frozenset[AskedFill]:
        return frozenset()

    def asked(self, frame: Frame) -> Mapping[AskedFill, Bool]:
        return {}


NO_MATTES = MatteInputs()
