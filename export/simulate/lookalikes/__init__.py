"""What is not damage and looks like it, drawn into the *clean* frames of a training sample."""

from export.simulate.lookalikes.extras import film_extras, scene_extras
from export.simulate.lookalikes.marks import mouldings, scene_marks
from export.simulate.lookalikes.passing import thrown_things
from export.simulate.lookalikes.structures import structured
from export.simulate.lookalikes.weather import rain

__all__ = ["film_extras", "mouldings", "rain", "scene_extras", "scene_marks", "structured", "thrown_things"]
