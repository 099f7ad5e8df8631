"""The nodes while engines die, hosts abort, and others render at once: no crash, no hang, no wrong frame."""

from __future__ import annotations

import hashlib
import itertools
import random
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from engine.types import AnyArray
from plugin.host.node import Node, Rendered
from plugin.host.profiles import MELT
from tests.plugin.engine_home import ROOT, EngineHome, segments
from tests.plugin.host_plates import pixels_of
from tests.plugin.reel import DETECT, FIRST, LAST, REPAIR, Reel, Suite, make_reel

pytestmark = pytest.mark.usefixtures("home")

Case = tuple[int, str, str, float]
"""Frame, node, view and sensitivity."""
CASES: tuple[Case, ...] = (
    *itertools.product((FIRST, 1004, LAST), (REPAIR,), ("result", "matte", "difference"), (0.25, 0.6)),
    *itertools.product((1002, 1005), (DETECT,), ("matte", "overlay"), (0.3,)),
)
HANG = 5.0
"""Seconds that no render may take, a new engine's start included."""


@pytest.fixture
def suite(fresh: Path, reel: Reel) -> Iterator[Suite]:
    with Suite(fresh, reel) as suite:
        yield suite


def rendered(suite: Suite, case: Case) -> Rendered:
    frame, identifier, view, sensitivity = case
    return suite.render(frame, identifier, view=view, sensitivity=sensitivity)


def told(result: Rendered) -> str:
    return "; ".join(message.text for message in result.messages)


@dataclass
class Tally:
    """What came of many renders while the engine was killed again and again."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    silent: int = 0
    wrong: list[Case] = field(default_factory=list)
    kills: int = 0

    def count(self, case: Case, result: Rendered, expected: AnyArray) -> None:
        self.seconds.append(result.seconds)
        if not result.ok:
            self.failures.append(told(result))
            self.silent += not result.messages
        elif pixels_of(result.picture).tobytes() != expected.tobytes():
            self.wrong.append(case)

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} renders, {self.kills} kills, {len(self.failures)} failures (all told: "
            f"{not self.silent}), {len(self.wrong)} wrong, longest {max(self.seconds):.2f} s, "
            f"median {statistics.median(self.seconds):.3f} s, failures: {set(self.failures)}"
        )


def survive(suite: Suite, home: EngineHome, renders: int, every: int, seed: int = 1) -> Tally:
    """Render at random; about once in `every` renders the engine is killed, at a random moment of it."""
    expected = {case: pixels_of(rendered(suite, case).required()).copy() for case in CASES}
    chance, tally = random.Random(seed), Tally()
    for _ in range(renders):
        killer = None
        if chance.random() * every < 1:
            killer = threading.Timer(chance.uniform(0, 0.12), home.end, (signal.SIGKILL,))
            killer.start()
            tally.kills += 1
        case = chance.choice(CASES)
        tally.count(case, rendered(suite, case), expected[case])
        if killer is not None:
            killer.join()
    return tally


def test_a_few_renders_survive_killed_engines(suite: Suite, home: EngineHome) -> None:
    tally = survive(suite, home, renders=20, every=7)
    assert tally.kills
    assert not tally.wrong, str(tally)
    assert not tally.silent, str(tally)
    assert not segments()


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_thousand_renders_survive_killed_engines(suite: Suite, home: EngineHome) -> None:
    tally = survive(suite, home, renders=1000, every=20)
    print(f"\n{tally}")
    assert tally.kills > 25
    assert not tally.wrong, str(tally)
    assert not tally.silent, str(tally)
    assert max(tally.seconds) < HANG, str(tally)
    assert not segments()


def test_a_killed_engine_is_started_again(suite: Suite, home: EngineHome) -> None:
    before = pixels_of(suite.render(1004).required()).copy()
    killed = home.end(signal.SIGKILL)
    assert killed is not None
    assert pixels_of(suite.render(1004).required()).tobytes() == before.tobytes()
    assert home.pid() not in (None, killed)


def test_many_threads_render_one_node(suite: Suite, reel: Reel) -> None:
    numbers = [FIRST + k % len(reel) for k in range(16)]
    alone = {number: pixels_of(suite.render(number).required()).copy() for number in reel}
    with suite.node() as node, ThreadPoolExecutor(4) as pool:
        running = [pool.submit(node.render, number, suite.format) for number in numbers]
        for number, future in zip(numbers, running, strict=True):
            assert pixels_of(future.result().required()).tobytes() == alone[number].tobytes()
    assert not suite.host.faults, str(suite.host.faults)


def test_a_node_for_every_frame_on_several_threads(fresh: Path, reel: Reel) -> None:
    """As melt renders with real_time=-3."""
    with Suite(fresh, reel, MELT) as suite:
        alone = {number: pixels_of(suite.render(number).required()).copy() for number in reel}
        with ThreadPoolExecutor(3) as pool:
            for number, result in zip(reel, pool.map(suite.render, reel), strict=True):
                assert pixels_of(result.required()).tobytes() == alone[number].tobytes()


def test_an_aborted_render_leaves_the_next_one_whole(suite: Suite) -> None:
    whole = pixels_of(suite.render(1004).required()).copy()
    with suite.node() as node:
        for patience in (0.0, 0.002, 0.01, 0.02):
            node.render(1003, suite.format, abort_after=patience)
            assert pixels_of(node.render(1004, suite.format).required()).tobytes() == whole.tobytes()


@pytest.mark.slow
def test_abort_is_heard_within_100_ms(fresh: Path, home: EngineHome) -> None:
    """At 2K, at any moment of the render, hashing and copying included."""
    clip = make_reel(1080, 2048, last=FIRST + 4)
    with Suite(fresh, clip) as suite, suite.node() as node:
        whole = node.render(FIRST + 2, suite.format)
        moments = np.linspace(0.001, whole.seconds * 0.9, 12)
        late = [_lateness(node, suite, number % 5, moment) for number, moment in enumerate(moments)]
    heard = [each for each in late if each is not None]
    print(
        f"\nwhole {whole.seconds:.2f} s; aborted {len(heard)}: {', '.join(f'{each:.3f}' for each in heard)}"
    )
    assert len(heard) > 4
    assert max(heard) < 0.1


def _lateness(node: Node, suite: Suite, frame: int, moment: float) -> float | None:
    node.set("sensitivity", 0.2 + 0.01 * moment)
    return node.render(FIRST + frame, suite.format, abort_after=float(moment)).aborted_for


CHILD = """
import hashlib, sys
from pathlib import Path
from tests.plugin.host_plates import pixels_of
from tests.plugin.reel import Suite, make_reel
reel = make_reel()
with Suite(Path(sys.argv[1]), reel) as suite:
    for number in (*reel, *reversed(list(reel))):
        print(hashlib.sha256(pixels_of(suite.render(number).required()).tobytes()).hexdigest(), flush=True)
"""


def test_two_hosts_at_once_get_the_same_frames_from_one_engine(
    suite: Suite, reel: Reel, home: EngineHome
) -> None:
    command = [sys.executable, "-c", CHILD, str(suite.bundle)]
    other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    ours = {
        number: hashlib.sha256(pixels_of(suite.render(number).required()).tobytes()).hexdigest()
        for number in reel
    }
    engine = home.pid()
    told, _ = other.communicate(timeout=120)
    assert other.returncode == 0
    assert told.split() == [ours[number] for number in (*reel, *reversed(list(reel)))]
    assert home.pid() == engine
