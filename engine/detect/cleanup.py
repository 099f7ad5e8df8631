"""From probabilities to the matte that is repaired: threshold, whole marks, sizes, soft rim."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.connected import connected
from engine.detect.dirtiness import eased
from engine.detect.marks import of_one_frame, of_polarity
from engine.detect.odds import shifted
from engine.detect.witness import Witness
from engine.parameters import Settings
from engine.types import DAMAGE_CLASSES, Bool, DamageClass, DamageMatte, Float32

_STEEPNESS = 9.0
"""Logits between the ends of the sensitivity scale: 0 asks for p > 0.99, 0.5 for p > 0.5, 1 for p > 0.01."""
_RIM = 1.5
"""Logits by which a mark's rim may be less certain than its core."""
_RIM_WHEN_EASED = 0.4
"""The same where a dirty frame has eased what is asked of cores: no reason to take more around them."""
_DUST: tuple[DamageClass, ...] = ("blotch", "hair")
_DOUBT = 6.0
"""Logits that full doubt about the motion asks for on top: at the usual 0.5 that is p > 0.998."""
_SUSPECTED = 0.15
"""Probability from which a pixel may be damage and is no witness of the picture around it."""
_LIKELY = 0.5
"""Probability above which a pixel outside the matte is no picture to fill from."""
_CLASS_SIDE = 5
"""px over which the classes are averaged, so that one mark is not cut to pieces by two thresholds."""


@dataclass(frozen=True)
class MatteRule:
    """The part of the settings that shapes a matte: what a cached matte depends on.

    `trims` are added to the sensitivity per class, in the order of DAMAGE_CLASSES; sizes are in px.
    """

    sensitivity: float
    minimum_area: int
    dilation: float
    feather: float
    trims: tuple[float, ...] = (0.0,) * len(DAMAGE_CLASSES)
    maximum_area: int = 0
    polarity: str = "both"
    protect_motion: float = 0.0
    single_frame: str = "off"
    mode: str = "union"
    infrared_polarity: str = "dark"
    infrared_threshold: float = 6.0

    @staticmethod
    def of(settings: Settings) -> MatteRule:
        return MatteRule(
            sensitivity=settings.sensitivity,
            minimum_area=settings.minimum_area,
            dilation=settings.in_pixels(settings.dilation),
            feather=settings.in_pixels(settings.feather),
            trims=(
                settings.sensitivity_blotch,
                settings.sensitivity_hair,
                settings.sensitivity_scratch,
                settings.sensitivity_other,
            ),
            maximum_area=settings.maximum_area,
            polarity=settings.polarity,
            protect_motion=settings.protect_motion,
            single_frame=settings.single_frame,
            mode=settings.matte_mode,
            infrared_polarity=settings.infrared_polarity,
            infrared_threshold=settings.infrared_threshold,
        )

    @property
    def asks_the_picture(self) -> bool:
        """Whether the probabilities alone are not enough to apply this rule."""
        return self.polarity != "both" or self.single_frame == "on" or self.protect_motion > 0


@dataclass(frozen=True, eq=False)
class Limits:
    """Probabilities that the `core` of a mark and its `rim` must pass, for the whole frame or (H, W)."""

    core: float | Float32
    rim: float | Float32

    @staticmethod
    def of(core: float | Float32) -> Limits:
        return Limits(core, shifted(core, np.exp(_RIM)))

    def shifted(self, odds: Float32) -> Limits:
        """With `odds` (H, W) times the odds against damage."""
        return Limits(shifted(self.core, odds), shifted(self.rim, odds))

    def eased(self, found: DamageMatte) -> Limits:
        """What a frame as dirty as its probabilities say asks of dust and hairs.

        A scratch or lost emulsion taken for certain is often wrong together with others, on the edges of one
        wall; of those a dirty frame asks as much as any.
        """
        if not found.classes.keys() >= {*_DUST}:
            return self
        core = eased(self.core, found.coverage)
        if core is self.core:
            return self
        rim = np.minimum(self.rim, shifted(core, np.exp(_RIM_WHEN_EASED)))
        dust = _is_dust(found)
        return Limits(*(np.where(dust, low, usual) for low, usual in ((core, self.core), (rim, self.rim))))


def clean_matte(found: DamageMatte, rule: MatteRule, witness: Witness | None = None) -> DamageMatte:
    """The matte to repair, from a detector's probabilities (H, W) 0..1.

    Coverage is 1 on every accepted mark and falls off around it, see `softened`.
    The class planes share the coverage out by the classes' probabilities; `suspected` is what was left out
    although it is likelier damaged than not. `witness` speaks for the picture; raises ValueError where the
    rule asks for it and none is given.
    """
    marks = accepted(found.coverage, rule, limits_of(found, rule, witness))
    if witness is not None:
        marks = _witnessed(marks, found, rule, witness)
    coverage = softened(marks, rule.dilation, rule.feather)
    return DamageMatte(coverage, shared_out(found, coverage), found.origin, _suspected(found, coverage))


def threshold(sensitivity: float) -> float:
    """The probability above which a pixel is damage at this sensitivity."""
    return float(1 / (1 + np.exp(-_STEEPNESS * (0.5 - sensitivity))))


def sensitivity_of(probability: float) -> float:
    """The sensitivity whose threshold is `probability` (0..1, neither); may lie outside 0..1 itself."""
    return float(0.5 - np.log(probability / (1 - probability)) / _STEEPNESS)


def limits_of(found: DamageMatte, rule: MatteRule, witness: Witness | None = None) -> Limits:
    """What marks of this frame must pass.

    Each pixel goes by the sensitivity of the class it is likeliest to be of; a dirty frame that has
    neighbours asks for less (`engine.detect.dirtiness`; of a single one too much is taken for certain), doubt
    about the motion for more. A detector that tells no classes apart has the one sensitivity.
    """
    if rule.asks_the_picture and witness is None:
        raise ValueError("this rule asks about the picture: a witness is needed to apply it")
    limits = Limits.of(_limit_by_class(found, rule))
    if witness is not None and witness.accompanied:
        limits = limits.eased(found)
    if rule.protect_motion > 0 and witness is not None and (found.coverage > _SUSPECTED).any():
        doubt = witness.doubt(found.coverage > _SUSPECTED)
        return limits.shifted(np.exp(-rule.protect_motion * _DOUBT * doubt))
    return limits


def accepted(probability: Float32, rule: MatteRule, limits: Limits | None = None) -> Bool:
    """Marks whose core passes `limits`, with their less certain rims (hysteresis, Canny 1986).

    `limits` None: those of the rule's sensitivity, however dirty the frame.
    """
    limits = limits or Limits.of(threshold(rule.sensitivity))
    rim = probability > limits.rim
    if not rim.any():
        return rim
    marks = connected(rim)
    keep = np.zeros(marks.count, np.bool_)
    keep[marks.of_places[(probability > limits.core).ravel()[marks.places]]] = True
    keep &= marks.area >= rule.minimum_area
    if rule.maximum_area:
        keep &= marks.area <= rule.maximum_area
    return marks.those(keep)


def softened(marks: Bool, dilation: float, feather: float) -> Float32:
    """Coverage (H, W) float32: 1 on the marks and up to `dilation` px from their edge, then a soft rim.

    The rim's last pixel is cut by its distance, as anti-aliasing would; `feather` px of it lie inside the
    dilation. With no dilation only the marks themselves are covered, wholly.
    """
    if dilation == 0 or not marks.any():
        return marks.astype(np.float32)
    distance = cv2.distanceTransform((~marks).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ramp = np.clip((np.float32(dilation + 1) - distance) / np.float32(1 + feather), 0, 1)
    return np.where(marks, np.float32(1), ramp).astype(np.float32)


def _witnessed(marks: Bool, found: DamageMatte, rule: MatteRule, witness: Witness) -> Bool:
    """The marks that stay once the picture has been asked."""
    if rule.single_frame == "on":
        marks = of_one_frame(marks, _is_scratch(found), witness)
    if rule.polarity != "both":
        marks = of_polarity(marks, witness, bright=rule.polarity == "bright")
    return marks


def _suspected(found: DamageMatte, coverage: Float32) -> Bool:
    """(H, W): likelier damaged than not, and not covered.

    Not along line scratches: whole lengths of them are suspected, and a fill of the rest that must not look
    there has nothing to go by.
    """
    return (found.coverage > _LIKELY) & (coverage == 0) & ~_is_scratch(found)


def _is_scratch(found: DamageMatte) -> Bool:
    scratch = found.classes.get("scratch")
    return np.zeros(found.coverage.shape, np.bool_) if scratch is None else scratch > 0.5 * found.coverage


def _is_dust(found: DamageMatte) -> Bool:
    """(H, W): dust or a hair is likelier than the rest, on the mean of a few px."""
    for_it = np.zeros(found.coverage.shape, np.float32)
    for name, plane in found.classes.items():
        for_it += plane if name in _DUST else -plane
    return np.asarray(cv2.blur(for_it, (_CLASS_SIDE, _CLASS_SIDE)) > 0)


def _limit_by_class(found: DamageMatte, rule: MatteRule) -> float | Float32:
    limits: dict[DamageClass, float] = {
        name: threshold(min(max(rule.sensitivity + trim, 0.0), 1.0))
        for name, trim in zip(DAMAGE_CLASSES, rule.trims, strict=True)
        if name in found.classes
    }
    if not any(rule.trims) or not limits:
        return threshold(rule.sensitivity)
    side = (_CLASS_SIDE, _CLASS_SIDE)
    likeliest = np.argmax([cv2.blur(found.classes[name], side) for name in limits], axis=0)
    return np.array(list(limits.values()), np.float32)[likeliest]


def shared_out(found: DamageMatte, coverage: Float32) -> dict[DamageClass, Float32]:
    """`coverage` (H, W) by class, in proportion to the classes' probabilities in `found`."""
    covered = np.flatnonzero(coverage)
    likely: dict[DamageClass, Float32] = {
        name: plane.ravel()[covered] for name, plane in found.classes.items()
    }
    total = np.full(covered.size, 1e-6, np.float32)
    for values in likely.values():
        total += values
    share = coverage.ravel()[covered] / total
    shared: dict[DamageClass, Float32] = {}
    for name, values in likely.items():
        # Fresh zeros take no memory until they are written to.
        shared[name] = np.zeros(coverage.shape, np.float32)
        shared[name].ravel()[covered] = share * values
    return shared
