"""Adds Detect Damage and Repair Damage after the selected tool of the Fusion page, wired to each other.

Fusion page: Workspace > Scripts > Comp > Reelmend Detect and Repair. What followed the tool then follows the
repair. Runs in Fusion's own Python, which brings `comp`; the standard library alone.
"""

DETECT = "ofx.org.reelmend.DetectDamage"
REPAIR = "ofx.org.reelmend.RepairDamage"
# Fusion calls an OpenFX node's picture inputs as its clips: `Source`, where its own tools say `Input`.
PICTURE = "Source"
MASK = "Mask"
MASK_HOLDS_MATTE = 0
AUTOMATIC = -32768
"""Fusion's word for a place that it picks by itself."""


class CannotAdd(Exception):
    """Nothing was added; the message says why and what to do."""


def add_after_selected(comp):
    """The two new tools, detecting and repairing. Raises CannotAdd and leaves the composition as it was."""
    selected = list((comp.GetToolList(True) or {}).values())
    if len(selected) != 1:
        raise CannotAdd(f"Select the one tool whose picture is to be restored; {len(selected)} are selected.")
    output = selected[0].FindMainOutput(1)
    if output is None:
        raise CannotAdd("The selected tool gives no picture.")
    followers = list((output.GetConnectedInputs() or {}).values())
    comp.Lock()
    comp.StartUndo("Reelmend: detect and repair")
    try:
        detect, repair = _add_both(comp, selected[0])
        for follower in followers:
            follower.ConnectTo(repair.FindMainOutput(1))
    finally:
        comp.EndUndo(True)
        comp.Unlock()
    return detect, repair


def _add_both(comp, source):
    made = []
    try:
        x, y = _place(comp, source)
        detect = _add(comp, DETECT, x + 1, y + 1, made)
        repair = _add(comp, REPAIR, x + 1, y, made)
        _connect(detect, PICTURE, source)
        _connect(repair, PICTURE, source)
        _connect(repair, MASK, detect)
        repair.SetInput("use_mask", 1)
        repair.SetInput("mask_holds", MASK_HOLDS_MATTE)
    except CannotAdd:
        for tool in made:
            tool.Delete()
        raise
    return detect, repair


def _place(comp, tool):
    """Where `tool` stands in the flow, in tiles; a composition that is not shown has no places."""
    frame = comp.CurrentFrame
    if frame is None or frame.FlowView is None:
        return AUTOMATIC - 1, AUTOMATIC
    x, y = frame.FlowView.GetPosTable(tool).values()
    return round(x), round(y)


def _add(comp, identifier, x, y, made):
    tool = comp.AddTool(identifier, max(x, AUTOMATIC), max(y, AUTOMATIC))
    if tool is None:
        raise CannotAdd(
            f"Fusion has no tool {identifier}. Run `python3 install host --resolve` of Reelmend, then switch "
            "Reelmend on under Preferences > Video Plugins and start Resolve again."
        )
    made.append(tool)
    return tool


def _connect(tool, name, source):
    if not tool.ConnectInput(name, source):
        raise CannotAdd(f"The input {name} of {tool.Name} takes no picture; is this another version?")


def main(comp):
    try:
        detect, repair = add_after_selected(comp)
    except CannotAdd as error:
        print(f"Reelmend: {error}")
    else:
        print(f"Reelmend: added {detect.Name} and {repair.Name}.")


# Fusion sets `comp` in the scripts it runs; a script that is imported for its functions has none.
if "comp" in globals():
    main(globals()["comp"])
