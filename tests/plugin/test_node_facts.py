"""The names that scripts use are those that the shim gives its controls."""

from __future__ import annotations

from tests.plugin import node_facts


def test_the_shim_has_the_controls_of_hosts() -> None:
    assert set(node_facts.HOST_CONTROLS) <= node_facts.words_of_the_shim()


def test_what_a_mask_holds_comes_in_the_order_that_scripts_rely_on() -> None:
    start = node_facts.CONTROLS.index("MASK_WORDS[]")
    line = node_facts.CONTROLS[start : node_facts.CONTROLS.index("}", start)]
    assert line.index("damage matte") < line.index("infrared") < line.index("hold-out")
