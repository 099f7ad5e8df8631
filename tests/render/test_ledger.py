"""What a render tells of its frames when it ends."""

from __future__ import annotations

from engine.render.contract import Unwatched
from engine.render.ledger import Ledger
from engine.types import FrameReport


def ledger_of(*reports: FrameReport) -> Ledger:
    ledger = Ledger(Unwatched(), None, repairs=True)
    for report in reports:
        ledger.written(report)
    return ledger


def frame(number: int, suspected: float = 0.0, repeats: int | None = None) -> FrameReport:
    return FrameReport(number, 0.0, (), (), {}, duplicate_of=repeats, suspected=suspected)


def test_a_sound_reel_needs_no_notes() -> None:
    assert ledger_of(frame(1), frame(2, suspected=0.003)).notes == ()


def test_frames_with_much_that_is_likely_damaged_and_left_are_named() -> None:
    (note,) = ledger_of(frame(1), frame(29, 0.076), frame(30), frame(34, 0.043)).notes
    assert note == (
        "More than 1 % of the picture is likely damaged and was left as it is: 29,34; "
        "look at these frames in engine-cli review."
    )


def test_every_note_has_its_say() -> None:
    ledger = ledger_of(frame(1), frame(2, 0.5, repeats=1))
    ledger.closed(("The sound was left out.",), {})
    kept, repeated, suspected = ledger.notes
    assert kept == "The sound was left out."
    assert repeated == "The same picture as the frame before: 2."
    assert suspected.startswith("More than 1 %")
