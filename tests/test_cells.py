"""A frame seen as cells, against a count by hand."""

import numpy as np
import pytest

from engine.cells import any_of_cells


@pytest.mark.parametrize("side", [1, 2, 3, 7])
def test_a_cell_is_hit_by_any_of_its_pixels_and_by_no_other(side: int) -> None:
    plane = np.random.default_rng(side).random((19, 23)) < 0.05
    found = any_of_cells(plane, side)
    assert found.shape == (-(-19 // side), -(-23 // side))
    for (row, column), hit in np.ndenumerate(found):
        cell = plane[row * side : (row + 1) * side, column * side : (column + 1) * side]
        assert hit == cell.any()
