# Natron PyPlug
"""Repair Damage with the scanner's infrared pass: dirt blocks that light, colour film's dyes do not."""

from reelmend_nodes import (
    MASK_HOLDS_INFRARED,
    REPAIR,
    connect,
    connect_mask,
    create,
    create_input,
    create_output,
    expose,
    finish,
    set_value,
)

PAGE = "reelmend"
OF_REPAIR = (
    "view",
    "colour_space",
    "infrared_polarity",
    "infrared_threshold",
    "infrared_refused",
    "matte_mode",
    "sensitivity",
    "dilation",
    "feather",
    "radius",
    "grain",
    "caution",
    "quality",
)


def getPluginID():
    return "org.reelmend.natron.Infrared"


def getLabel():
    return "ReelmendInfrared"


def getVersion():
    return 1


def getGrouping():
    return "Reelmend"


def getPluginDescription():
    return "Repairs what the scanner's infrared pass shows as dirt. Connect the pass as Infrared."


def createInstance(app, group):
    plate = create_input(app, group, "Source", (0, 0))
    infrared = create_input(app, group, "Infrared", (150, 0))
    repair = create(app, group, REPAIR, "RepairDamage1", (0, 100))
    connect(repair, 0, plate)
    connect_mask(repair, infrared)
    set_value(repair, "use_mask", True)
    set_value(repair, "mask_holds", MASK_HOLDS_INFRARED)
    create_output(app, group, repair, (0, 200))

    page = group.createPageParam(PAGE, "Reelmend")
    expose(group, page, repair, OF_REPAIR)
    finish(group, PAGE)
