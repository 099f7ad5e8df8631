"""The Fusion macro: a table that Fusion can read, of tools that are there, with our controls' defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.parameters import BY_ID
from tests.plugin import node_facts
from tests.plugin.setting_file import BadSetting, Table, parse

SETTING = Path(__file__).resolve().parents[2] / "plugin" / "resolve" / "restore.setting"
CONTROLS = {"Detect": node_facts.DETECT, "Repair": node_facts.REPAIR}
PICTURES = {"Plate": {"Input"}, "Detect": {"Source"}, "Repair": {"Source", "Mask"}}


@pytest.fixture(scope="module")
def macro() -> Table:
    return parse(SETTING.read_text(encoding="utf-8")).table("Tools").table("ReelmendRestore")


@pytest.mark.parametrize(
    "text", ["{", "{ A = }", "{ A = 1 B = 2 }", "{ A = 1, A = 2 }", "{ A = Kind }", "{ } }", "{ A = 'x' }"]
)
def test_a_broken_table_is_noticed(text: str) -> None:
    with pytest.raises((BadSetting, IndexError)):
        parse(text)


def test_both_nodes_are_wired(macro: Table) -> None:
    tools = macro.table("Tools")
    assert {name: tools.table(name).kind for name in tools.entries} == {
        "Plate": "PipeRouter",
        "Detect": "ofx.org.reelmend.DetectDamage",
        "Repair": "ofx.org.reelmend.RepairDamage",
    }
    wires = {
        (name, place, source.entries["SourceOp"])
        for name in tools.entries
        if "Inputs" in tools.table(name).entries
        for place, source in tools.table(name).table("Inputs").entries.items()
        if isinstance(source, Table) and "SourceOp" in source.entries
    }
    assert wires == {
        ("Detect", "Source", "Plate"),
        ("Repair", "Source", "Plate"),
        ("Repair", "Mask", "Detect"),
    }
    repair = tools.table("Repair").table("Inputs")
    assert repair.table("use_mask").entries["Value"] == 1
    assert repair.table("mask_holds").entries["Value"] == 0


def test_what_is_shown_leads_to_what_is_there(macro: Table) -> None:
    shown = macro.table("Inputs")
    assert shown.kind == "ordered()"
    for name, control in shown.entries.items():
        assert isinstance(control, Table)
        tool, source = str(control.entries["SourceOp"]), str(control.entries["Source"])
        assert source in PICTURES[tool] | set(CONTROLS.get(tool, {})), name
    output = macro.table("Outputs").table("MainOutput1")
    assert (output.entries["SourceOp"], output.entries["Source"]) == ("Repair", "Output")


def test_every_control_of_detection_is_shown_with_its_default(macro: Table) -> None:
    shown = macro.table("Inputs")
    assert set(node_facts.DETECT) <= set(shown.entries)
    for name in set(shown.entries) & set(BY_ID):
        parameter, control = BY_ID[name], shown.table(name)
        expected = (
            parameter.choices.index(str(parameter.default))
            if parameter.kind == "choice"
            else parameter.default
        )
        assert control.entries["Default"] == expected
        assert control.entries["Name"] == parameter.label


def test_one_colour_space_holds_for_both_nodes(macro: Table) -> None:
    follower = macro.table("Tools").table("Detect").table("Inputs").table("colour_space")
    assert follower.entries["Expression"] == "Repair.colour_space"
