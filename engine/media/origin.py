"""The bytes of a file on disk, and remembering which they were."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from engine.errors import SourceError, SourceNotFound

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Origin:
    """Which file a frame was read from: its path and the xxh3-128 of its bytes."""

    path: Path
    digest: str

    def content(self) -> Bytes:
        """The file's bytes again, to be changed freely. Raises SourceError where they are others by now."""
        content = file_bytes(self.path)
        if digest_of(content) != self.digest:
            raise SourceError(
                f"{self.path} has changed since it was read; let nothing write to the source and render the "
                "frame again."
            )
        return content


def origin_of(path: Path, content: Bytes) -> Origin:
    return Origin(path, digest_of(content))


def digest_of(content: Bytes) -> str:
    return xxhash.xxh3_128(content.data).hexdigest()


def file_bytes(path: Path) -> Bytes:
    """The whole file. Raises SourceNotFound and SourceError."""
    with reading(path), path.open("rb") as file:
        return np.fromfile(file, np.uint8)


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """The beginning of a file. Raises SourceNotFound and SourceError."""
    with reading(path), path.open("rb") as file:
        return file.read(count)


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Says what the file system refuses in the engine's errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"The frame {path} is missing; restore the file, or leave it out with --frames."
        ) from error
    except PermissionError as error:
        raise SourceError(f"The frame {path} may not be read; change its permissions.") from error
    except OSError as error:
        raise SourceError(f"The frame {path} cannot be read ({error.strerror}).") from error
