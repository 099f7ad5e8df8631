"""The contract test runs once for every medium of `tests/media/media_cases.py`."""

from __future__ import annotations

import pytest

from tests.media.media_cases import MEDIA, Medium


@pytest.fixture(params=MEDIA, ids=lambda medium: medium.name)
def medium(request: pytest.FixtureRequest) -> Medium:
    return request.param
