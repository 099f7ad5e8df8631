"""Sends a clip through one of our nodes in melt."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.types import AnyArray
from install.host_tree import MeltTree
from tests.hosts.clip import BYTE, COLOUR_SPACE, DamagedClip, Depth, read

PATIENCE = 120


@dataclass(frozen=True)
class Rendered:
    """What melt wrote, (frames, height, width, RGBA), and what it said meanwhile."""

    codes: AnyArray
    said: str


@dataclass(frozen=True)
class Melt:
    """`bundles` is the folder that holds our bundle; `engine` are the variables that lead to the engine."""

    tree: MeltTree
    bundles: Path
    engine: dict[str, str]

    def render(
        self,
        clip: DamagedClip,
        result: Path,
        node: str | None = "RepairDamage",
        depth: Depth = BYTE,
        threads: int = 1,
        **controls: object,
    ) -> Rendered:
        """`clip` through `node` with `controls` set, without a node where it is None, written to `result`."""
        values = {"colour_space": COLOUR_SPACE, **controls}
        node_words = [f"openfx.org.reelmend.{node}", *(f"{name}={value}" for name, value in values.items())]
        done = self._run(
            # Without "abnormal", melt adds converters of its own, which go through Y'CbCr 4:2:2.
            f"abnormal:{clip.movies[depth.bits]}",
            *(["-filter", *node_words] if node else []),
            "-consumer", f"avformat:{result}", "vcodec=ffv1", f"pix_fmt={depth.format}",
            f"mlt_image_format={depth.in_melt}", f"real_time=-{threads}", "an=1",
        )  # fmt: skip
        return Rendered(read(result, depth), done.stderr)

    def description(self, node: str) -> str:
        return self._run("-query", f"filter=openfx.org.reelmend.{node}").stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        variables = {
            **os.environ,
            **self.tree.variables(),
            **self.engine,
            "OFX_PLUGIN_PATH": str(self.bundles),
        }
        command = self.tree.command("-loglevel", "debug", *words)
        return subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
