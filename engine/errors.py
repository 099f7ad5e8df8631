"""Every error the engine raises on purpose.

    ReelmendError
    ├── UsageError                 the request itself is wrong (exit code 2)
    │   ├── ParameterError         a parameter is unknown, of the wrong type or out of range
    │   └── OutputExists           the output is there already and --overwrite was not given
    ├── SourceError                the source cannot be read
    │   ├── SourceNotFound         no such file or frame
    │   ├── UnsupportedFormat      nobody here reads this format, or cannot write it without loss
    │   ├── CorruptSource          the file is there and its content is broken
    │   └── InconsistentFrames     frames of one clip differ in size, depth or channels
    ├── SinkError                  the result cannot be written: permission, full disk
    ├── ColourError                the colour space cannot be converted
    │   └── UnknownColour          nothing says the colour space, or what is named is none (exit code 2)
    ├── ModelError                 a model file is missing, altered, or not what its spec says
    ├── DeviceError                the compute device asked for is not there
    ├── RequestRefused             a client of the engine process breaks its protocol; `code` says how
    └── Interrupted                stopped by the user; what is written so far is valid

A message is one sentence or two: what was expected, what came, in which file and frame, and what to do.
"""

from __future__ import annotations


class ReelmendError(Exception):
    """Base of all; `exit_code` is what `engine-cli` ends with."""

    exit_code = 1


class UsageError(ReelmendError):
    exit_code = 2


class ParameterError(UsageError):
    pass


class OutputExists(UsageError):
    pass


class SourceError(ReelmendError):
    pass


class SourceNotFound(SourceError):
    pass


class UnsupportedFormat(SourceError):
    pass


class CorruptSource(SourceError):
    pass


class InconsistentFrames(SourceError):
    pass


class SinkError(ReelmendError):
    pass


class ColourError(ReelmendError):
    pass


class UnknownColour(ColourError):
    exit_code = 2


class ModelError(ReelmendError):
    pass


class DeviceError(ReelmendError):
    pass


class RequestRefused(ReelmendError):
    def __init__(self, code: str, message: str) -> None:
        """`code` is one of the error codes of `plugin/PROTOCOL.md`."""
        super().__init__(message)
        self.code = code


class Interrupted(ReelmendError):
    exit_code = 130
