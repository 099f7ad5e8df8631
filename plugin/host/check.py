"""Whether a bundle loads, describes itself and renders: the user's check of an installation."""

from __future__ import annotations

import array
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plugin.host.bundle import binary_of
from plugin.host.effects import Effect
from plugin.host.errors import HostError
from plugin.host.host import Host, Plugin
from plugin.host.node import Node, Rendered
from plugin.host.pictures import Picture, PictureFormat

SIDE = 96
"""Of the plate, in pixels."""
SPECK = range(SIDE // 2, SIDE // 2 + 8)
FRAMES = range(1, 6)
MIDDLE = 3
INSTALL = "install the nodes again: python3 install host"
"""The remedy for a bundle that is not there, or is not whole."""
_FORMAT = PictureFormat(SIDE, SIDE)


@dataclass(frozen=True)
class Finding:
    """What a check found; `remedy` is "" where nothing is wrong."""

    name: str
    detail: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.remedy


def check(bundle: Path) -> tuple[Finding, ...]:
    """Load the bundle, describe every plug-in of it in every context, and render a frame through each."""
    return tuple(_findings(bundle))


def _findings(bundle: Path) -> Iterator[Finding]:
    with Host(frames=(FRAMES[0], FRAMES[-1])) as host:
        try:
            plugins = host.open(bundle)
        except HostError as error:
            yield Finding("bundle", str(error), INSTALL)
            return
        yield Finding("bundle", f"{binary_of(bundle)} holds {len(plugins)} nodes")
        for plugin in plugins:
            yield _tried(plugin, "describes", lambda plugin=plugin: _described(plugin))
            yield _tried(plugin, "renders", lambda plugin=plugin: _rendered(plugin))
        if host.faults:
            yield Finding("OpenFX", str(host.faults), "report this as a bug of the nodes")


def _tried(plugin: Plugin, what: str, attempt: Callable[[], str]) -> Finding:
    name = f"{plugin.identifier} {what}"
    try:
        return Finding(name, attempt())
    except HostError as error:
        return Finding(name, str(error), "`engine-cli doctor` says whether the engine itself is well")


def _described(plugin: Plugin) -> str:
    contexts = [
        str(name).removeprefix("OfxImageEffectContext")
        for name in plugin.describe().properties.values("OfxImageEffectPropSupportedContexts")
    ]
    effects: list[Effect] = [plugin.describe_in(context) for context in contexts]
    label = effects[0].properties.value("OfxPropLabel", plugin.identifier)
    count = sum(parameter.count > 0 for parameter in effects[0].parameters)
    return f"{label}, {count} parameters, for {', '.join(contexts)}"


def _rendered(plugin: Plugin) -> str:
    plates = {number: _plate(number) for number in FRAMES}
    with Node(plugin) as node:
        node.connect("Source", _FORMAT, lambda time: plates.get(int(time)), (FRAMES[0], FRAMES[-1]))
        result = node.render(MIDDLE, _FORMAT)
        changed = _changed(plates[MIDDLE], result.required())
    if SPECK[4] * SIDE + SPECK[4] not in changed:
        raise HostError("a plain speck of dirt came back as it was.")
    return f"a speck of dirt is dealt with, {len(changed)} pixels of {SIDE * SIDE} in {_taken(result)}"


def _taken(result: Rendered) -> str:
    return f"{result.seconds:.2f} s"


def _plate(number: int) -> Picture:
    """Soft chromatic texture with grain; a white speck on the middle frame alone. Linear light."""
    grain = random.Random(number)
    samples = array.array("f")
    for row in range(SIDE):
        for column in range(SIDE):
            dirty = number == MIDDLE and row in SPECK and column in SPECK
            samples.extend(_pixel(row, column, grain) if not dirty else (0.9, 0.9, 0.9, 1.0))
    return Picture.of(_FORMAT, memoryview(samples).cast("B"))


def _pixel(row: int, column: int, grain: random.Random) -> tuple[float, float, float, float]:
    waves = (
        0.2 + 0.06 * math.sin(row / 9 + tint) + 0.05 * math.cos(column / 7 - tint) + grain.gauss(0, 0.004)
        for tint in (0.0, 0.7, 1.9)
    )
    red, green, blue = waves
    return red, green, blue, 1.0


def _changed(before: Picture, after: Picture) -> set[int]:
    """The pixels that differ, counted from the upper left."""
    size = _FORMAT.pixel_bytes
    old, new = before.packed(), after.packed()
    return {
        place
        for place in range(SIDE * SIDE)
        if old[place * size : (place + 1) * size] != new[place * size : (place + 1) * size]
    }
