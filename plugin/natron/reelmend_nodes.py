"""What the groups for Natron share. No group itself: Natron finds it on its path, as all of this folder.

Runs in Natron's own Python, in NatronRenderer too: nothing but NatronEngine, and nothing of the engine.
"""

DETECT = "org.reelmend.DetectDamage"
REPAIR = "org.reelmend.RepairDamage"

MASK_HOLDS_MATTE = 0
MASK_HOLDS_INFRARED = 1
"""Places in the choice `mask_holds` of Repair Damage."""


class ReelmendMissing(Exception):
    """Natron lacks what the group is made of; the message says what to do."""


def create(app, group, identifier, name, position):
    """A node of `identifier` in `group`. Raises ReelmendMissing."""
    node = app.createNode(identifier, -1, group)
    if node is None:
        raise ReelmendMissing(
            f"Natron has no plug-in {identifier}. Run `python3 install host` of Reelmend, or let "
            "OFX_PLUGIN_PATH name the folder that holds Reelmend.ofx.bundle, and start Natron again."
        )
    node.setScriptName(name)
    node.setLabel(name)
    node.setPosition(*position)
    return node


def create_input(app, group, name, position, is_optional=False):
    """An input arrow of the group."""
    node = create(app, group, "fr.inria.built-in.Input", name, position)
    if is_optional:
        set_value(node, "optional", True)
    return node


def create_output(app, group, source, position):
    """The group's result, which is what `source` gives."""
    node = create(app, group, "fr.inria.built-in.Output", "Output1", position)
    connect(node, 0, source)


def connect(node, place, source):
    if not node.connectInput(place, source):
        raise ReelmendMissing(
            f"{source.getScriptName()} cannot be connected to {node.getScriptName()} at input {place}; is "
            "this Reelmend of another version?"
        )


def connect_mask(repair, source):
    """Connect `source` to the input Mask, wherever this Natron puts it among the inputs."""
    for place in range(repair.getMaxInputCount()):
        if repair.getInputLabel(place) == "Mask":
            connect(repair, place, source)
            return
    raise ReelmendMissing("The node Repair Damage has no input Mask; is this Reelmend of another version?")


def parameter(node, name):
    """The parameter `name` of `node`. Raises ReelmendMissing."""
    found = node.getParam(name)
    if found is None:
        raise ReelmendMissing(
            f"{node.getScriptName()} has no parameter {name}; is this Reelmend of another version?"
        )
    return found


def set_value(node, name, value):
    parameter(node, name).setValue(value)


def expose(group, page, node, names):
    """Show parameters of `node` on the group's `page` under their own names, labels and hints."""
    makers = {
        "Double": group.createDoubleParam,
        "Int": group.createIntParam,
        "Choice": group.createChoiceParam,
        "Bool": group.createBooleanParam,
    }
    for name in names:
        inner = parameter(node, name)
        shown = makers[inner.getTypeName()](name, inner.getLabel())
        page.addParam(shown)
        shown.setHelp(inner.getHelp())
        if inner.getTypeName() in ("Double", "Int"):
            _copy_range(shown, inner)
        if not shown.setAsAlias(inner):
            raise ReelmendMissing(f"{name} of {node.getScriptName()} cannot be shown on the group.")


def _copy_range(shown, inner):
    """The limits and the slider's ends, which an alias does not take over."""
    shown.setMinimum(inner.getMinimum(0), 0)
    shown.setMaximum(inner.getMaximum(0), 0)
    shown.setDisplayMinimum(inner.getDisplayMinimum(0), 0)
    shown.setDisplayMaximum(inner.getDisplayMaximum(0), 0)
    shown.setDefaultValue(inner.getDefaultValue(0), 0)


def finish(group, page_name):
    group.setPagesOrder([page_name, "Node", "Settings"])
    group.refreshUserParamsGUI()
