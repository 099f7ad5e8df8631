"""Restores a sequence without a screen, through NatronRenderer:

    NatronRenderer restore_sequence.py -c "source='/scans/reel.####.exr'; result='/restored/reel.####.exr'" \
        -w ReelmendWrite 1001-1100

`source` and `result` are full paths, one # for each digit. A dictionary `settings` may follow them, of
parameters by their names: -c "settings={'sensitivity': 0.4, 'view': 1}" (a choice by its place, from 0).
Where Natron itself is not needed, `engine-cli render` does the same and is exact in every format.
"""

# It has no createInstance: Natron would import it then, and hide what -c says from it.

USAGE = "restore_sequence.py needs -c \"source='/full/path.####.exr'; result='/full/path.####.exr'\""
FORMAT_OF_THE_INPUT = 0


def build(app, source, result, settings):
    """Read, restore, write: the nodes ReelmendRead, ReelmendRestore, ReelmendWrite of `app`."""
    reader = app.createReader(source)
    restore = app.createNode("org.reelmend.natron.Restore")
    writer = app.createWriter(result)
    if reader is None or restore is None or writer is None:
        raise RuntimeError(
            f"Natron cannot read {source}, cannot write {result}, or lacks the group ReelmendRestore"
        )
    reader.setScriptName("ReelmendRead")
    restore.setScriptName("ReelmendRestore")
    writer.setScriptName("ReelmendWrite")
    for name, value in settings.items():
        found = restore.getParam(name)
        if found is None:
            raise RuntimeError(f"ReelmendRestore has no parameter {name}")
        found.setValue(value)
    restore.connectInput(0, reader)
    writer.connectInput(0, restore)
    writer.getParam("formatType").setValue(FORMAT_OF_THE_INPUT)


# Natron also looks at every script in its plug-in folders; there is no project then, and nothing to do.
if "app" in globals():
    if "source" not in globals() or "result" not in globals():
        raise RuntimeError(USAGE)
    build(globals()["app"], globals()["source"], globals()["result"], globals().get("settings", {}))
