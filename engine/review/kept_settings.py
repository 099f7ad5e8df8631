"""The settings of a clip, kept from one session to the next."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.audit.json_file import read_json
from engine.errors import ReelmendError
from engine.media.atomic import complete_file
from engine.parameters import Settings


class KeptSettings:
    """The file that they are kept in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def over(self, asked: Settings) -> Settings:
        """Those kept, where none were asked for on the command line; what cannot be read is passed over."""
        if asked != Settings() or not self._path.exists():
            return asked
        with suppress(ReelmendError):
            told: Any = read_json(self._path, "settings file")
            if isinstance(told, dict):
                return Settings.of(told)
        return asked

    def keep(self, settings: Settings) -> None:
        """Raises SinkError."""
        with complete_file(self._path, overwrite=True) as temporary:
            temporary.write_text(json.dumps(settings.as_dict()), "utf-8")
