"""Marks, areas and boxes are those that OpenCV's statistics give."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.connected import chosen, connected


@given(
    arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)), elements=st.booleans()),
)
def test_marks_are_those_of_the_library(mask: np.ndarray) -> None:
    found = connected(mask)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    assert found.count == count
    assert ((found.labels > 0) == mask).all()
    ours = {
        (int(a), int(t), int(e), int(b), int(r))
        for a, t, e, b, r in zip(
            found.area[1:], found.top[1:], found.left[1:], found.bottom[1:], found.right[1:], strict=True
        )
    }
    theirs = {(a, y, x, y + h, x + w) for x, y, w, h, a in stats[1:].tolist()}
    assert ours == theirs
    for n in range(1, count):
        assert len(np.unique(labels[found.labels == n])) == 1
        assert (found.labels == n).sum() == found.area[n]
        assert found.longest[n] == max(found.bottom[n] - found.top[n], found.right[n] - found.left[n])


def test_nothing_is_no_mark() -> None:
    found = connected(np.zeros((5, 7), np.bool_))
    assert found.count == 1
    assert found.area.tolist() == [0]


@given(
    arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)), elements=st.booleans()),
    st.integers(0, 2**32 - 1),
)
def test_chosen_marks_are_numbered_anew_and_keep_what_is_told_of_them(mask: np.ndarray, seed: int) -> None:
    marks = connected(mask)
    assert marks.places.tolist() == np.flatnonzero(mask).tolist()
    keep = np.random.default_rng(seed).random(marks.count) < 0.5
    kept = np.flatnonzero(keep[1:]) + 1
    found = chosen(marks, keep)
    assert found.count == len(kept) + 1
    assert (found.labels > 0).sum() == found.places.size == found.area.sum()
    assert (found.of_places > 0).all()
    for number, before in enumerate(kept, start=1):
        assert ((found.labels == number) == (marks.labels == before)).all()
        for name in ("area", "top", "left", "bottom", "right"):
            assert getattr(found, name)[number] == getattr(marks, name)[before]
