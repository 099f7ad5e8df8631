"""The names that scripts use are those that the shim gives its controls."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.host.host import Host
from tests.plugin import node_facts

NATRON_KINDS = {
    "Double": "Double",
    "Integer": "Int",
    "Choice": "Choice",
    "Boolean": "Bool",
}


@pytest.mark.parametrize(
    ("identifier", "facts"),
    [("org.reelmend.DetectDamage", node_facts.DETECT), ("org.reelmend.RepairDamage", node_facts.REPAIR)],
)
def test_the_nodes_have_just_these_controls(reelmend: Path, identifier: str, facts: dict[str, str]) -> None:
    with Host() as host:
        (plugin,) = (plugin for plugin in host.open(reelmend) if plugin.identifier == identifier)
        found = {parameter.name: parameter.kind for parameter in plugin.describe_in("General").parameters}
    kinds = {name: NATRON_KINDS[kind] for name, kind in found.items() if kind in NATRON_KINDS}
    assert kinds == facts


def test_the_shim_has_the_controls_of_hosts() -> None:
    assert set(node_facts.HOST_CONTROLS) <= node_facts.words_of_the_shim()


def test_what_a_mask_holds_comes_in_the_order_that_scripts_rely_on() -> None:
    start = node_facts.CONTROLS.index("MASK_WORDS[]")
    line = node_facts.CONTROLS[start : node_facts.CONTROLS.index("}", start)]
    assert line.index("damage matte") < line.index("infrared") < line.index("hold-out")
