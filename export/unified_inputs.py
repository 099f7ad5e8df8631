"""What the unified net is for: damage that nobody has marked, in any place of a window.

Its planes are those of `engine.repair.diffusion_inputs` for a frame without a matte and without a first
repair: nothing is in the hole, and where a neighbour does not reach, the damaged frame itself stands in. What
is sought is the truth less the damaged frame, everywhere, and where that is damage.
"""

from __future__ import annotations

from engine.inference.model_spec import TensorSpec
from engine.repair.diffusion_inputs import STATE

REACH = 0.25
"""ACEScct per unit of the residual: opaque marks lie up to twice that from the picture under them."""
OUTPUTS = (TensorSpec("residual", STATE), TensorSpec("damage", ("damage",)))
"""`residual`: in units of REACH, to be added to the damaged frame; `damage`: its probability, 0..1."""
