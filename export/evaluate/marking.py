"""What a render would mark at a given threshold, so that evaluations judge what is shipped."""

from __future__ import annotations

from dataclasses import replace

from engine.detect.cleanup import Limits, MatteRule, accepted, sensitivity_of
from engine.parameters import Settings
from engine.types import Bool, DamageMatte


def marks_at(found: DamageMatte, threshold: float, still: bool = False) -> Bool:
    """What a render with this threshold, else the default settings, marks (H, W) where a detector has `found`
    that, before dilation; `still`: a frame without neighbours."""
    limits = Limits.of(threshold)
    return accepted(found.coverage, rule_at(threshold), limits if still else limits.eased(found))


def rule_at(threshold: float) -> MatteRule:
    """The default settings, their sensitivity such that this probability is the threshold."""
    return replace(MatteRule.of(Settings.of({})), sensitivity=sensitivity_of(threshold))
