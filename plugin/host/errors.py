"""What the host raises."""

from __future__ import annotations


class HostError(Exception):
    """A bundle cannot be used, or was used wrongly; the message says what to do."""
