"""Why a request to the review server is refused; every other refusal is one of engine/errors.py."""

from __future__ import annotations

from engine.errors import ReelmendError, UsageError


class NotThere(ReelmendError):
    """No such clip, frame, defect, job or kind of picture."""


class NotMade(NotThere):
    """It could be made, but has not been, and this request never makes it."""


class Conflict(UsageError):
    """The state has changed since the page looked at it, or does not allow this."""


class NothingLeft(Conflict):
    """There is nothing to undo, or to redo."""


class BadRequest(UsageError):
    """The request is not of the form that API.md tells."""


class TooLarge(UsageError):
    """The body of the request is larger than `limits.body_bytes`."""
