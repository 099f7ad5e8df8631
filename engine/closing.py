"""What every source and sink here does at the end of a `with` block, and whoever owns another thing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Closes when its `with` block is left, however that happens."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def close_owned(thing: object) -> None:
    """Close `thing` where there is anything to close: a detector without a net holds nothing."""
    close = getattr(thing, "close", None)
    if close is not None:
        close()
