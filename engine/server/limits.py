"""The caps of protocol 1, as `plugin/PROTOCOL.md` gives them."""

from __future__ import annotations

PROTOCOL = 1

MESSAGE_BYTES = 65536
SIDE = 16384
"""Pixels."""
PIXELS = 2**27
FRAMES = 31
"""In one request; the engine looks at most at 15 on either side."""
PLANES = 96
REQUEST_BYTES = 2**33
"""Pixels of one request, all its planes together."""
SEGMENT_BYTES = 2**33
SEGMENTS = 16
"""Of one connection, as are the requests in flight."""
IN_FLIGHT = 8
CONNECTIONS = 64
ALIGNMENT = 64
"""Offsets in shared memory are multiples of it."""
BAND = 64
"""Rows that are hashed, and handed back, as one."""
HIGHEST_ID = 2**31 - 1
SCALES = (0.01, 16.0)
"""`render_scale`."""
