# Natron PyPlug
"""Detect Damage and Repair Damage in one node: what is detected is what is repaired, and both are in sight.

Open the group to look at the matte or to paint into it between the two nodes.
"""

from reelmend_nodes import (
    DETECT,
    MASK_HOLDS_MATTE,
    REPAIR,
    connect,
    connect_mask,
    create,
    create_input,
    create_output,
    expose,
    finish,
    parameter,
    set_value,
)

PAGE = "reelmend"
OF_REPAIR = ("view", "colour_space", "radius", "grain", "caution", "quality")
OF_DETECT = (
    "sensitivity",
    "sensitivity_blotch",
    "sensitivity_hair",
    "sensitivity_scratch",
    "sensitivity_other",
    "protect_motion",
    "single_frame",
    "polarity",
    "minimum_area",
    "maximum_area",
    "dilation",
    "feather",
    "size_unit",
    "pixel_pitch",
)


def getPluginID():
    return "org.reelmend.natron.Restore"


def getLabel():
    return "ReelmendRestore"


def getVersion():
    return 1


def getGrouping():
    return "Reelmend"


def getPluginDescription():
    return (
        "Finds dirt, dust, hairs and scratches and fills them with picture from the neighbouring frames. "
        "Every pixel outside the damage keeps its value."
    )


def createInstance(app, group):
    plate = create_input(app, group, "Source", (0, 0))
    detect = create(app, group, DETECT, "DetectDamage1", (150, 100))
    repair = create(app, group, REPAIR, "RepairDamage1", (0, 200))
    connect(detect, 0, plate)
    connect(repair, 0, plate)
    connect_mask(repair, detect)
    set_value(repair, "use_mask", True)
    set_value(repair, "mask_holds", MASK_HOLDS_MATTE)
    create_output(app, group, repair, (0, 300))

    page = group.createPageParam(PAGE, "Reelmend")
    expose(group, page, repair, OF_REPAIR)
    expose(group, page, detect, OF_DETECT)
    # One picture has one colour space: the inner node follows the control that is shown.
    parameter(detect, "colour_space").slaveTo(parameter(repair, "colour_space"))
    finish(group, PAGE)
