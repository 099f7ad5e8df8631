"""Natron runs this at its start, for every folder on its path, before any project is there.

The groups beside it need no more registration than to lie in this folder. What can go wrong is that their
OpenFX nodes are not loaded, and the groups would fail one by one later: it is said here, once.
"""

import sys

import NatronEngine


def _missing_nodes():
    loaded = [identifier.lower() for identifier in NatronEngine.natron.getPluginIDs("org.reelmend.")]
    wanted = ("org.reelmend.DetectDamage", "org.reelmend.RepairDamage")
    return [identifier for identifier in wanted if identifier.lower() not in loaded]


if _missing_nodes():
    sys.stderr.write(
        f"Reelmend: Natron has not loaded {' and '.join(_missing_nodes())}. Run `python3 install host` of "
        "Reelmend, or let OFX_PLUGIN_PATH name the folder that holds Reelmend.ofx.bundle.\n"
    )
