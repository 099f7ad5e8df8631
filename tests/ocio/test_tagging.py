"""Every rule by which a source space is found, and that each answer is one the config can use."""

from __future__ import annotations

import pytest

from engine.media.contract import ColourTags
from ocio import tagging
from ocio.config import ColourConfig, film_scan_config
from ocio.spaces import EXPLANATIONS, canonical
from ocio.tagging import CINEON, REC709, SRGB, identify

AP0 = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
AP1 = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
BT709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.329)
BT2020 = (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)
P3 = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
DCI = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351)


def dpx(transfer: str = "", colorimetric: str = "") -> ColourTags:
    return ColourTags(".dpx", transfer=transfer, colorimetric=colorimetric)


def mov(transfer: str = "", primaries: str = "", matrix: str = "") -> ColourTags:
    return ColourTags(".mov", transfer=transfer, primaries=primaries, matrix=matrix)


KNOWN = [
    (ColourTags(".cin"), 10, CINEON, "by definition"),
    (ColourTags("CIN"), 10, CINEON, "by definition"),
    (dpx("Printing density", "Printing density"), 10, CINEON, "printing density"),
    (dpx("Printing density", "Linear"), 16, CINEON, "printing density"),
    (dpx("Logarithmic", "Printing density"), 10, CINEON, "printing density"),
    (dpx("ITU-R 709-4", "ITU-R 709-4"), 10, REC709, "ITU-R 709-4"),
    (dpx("SMPTE 274M"), 8, REC709, "SMPTE 274M"),
    (dpx("ITU-R 601-5 system M"), 8, REC709, "601-5"),
    (dpx("PAL composite video"), 8, REC709, "PAL"),
    (dpx("Linear", "ITU-R 709-4"), 16, "Linear Rec.709 (sRGB)", "linear"),
    (ColourTags(".exr", chromaticities=AP0), 16, "ACES2065-1", "chromaticities"),
    (ColourTags(".exr", chromaticities=AP1), 16, "ACEScg", "chromaticities"),
    (ColourTags(".exr", chromaticities=BT709), 32, "Linear Rec.709 (sRGB)", "chromaticities"),
    (ColourTags(".exr", chromaticities=BT2020), 16, "Linear Rec.2020", "chromaticities"),
    (ColourTags(".exr", chromaticities=P3), 16, "Linear P3-D65", "chromaticities"),
    (ColourTags(".exr", named_space="lin_ap1_scene"), 16, "ACEScg", "lin_ap1_scene"),
    (ColourTags(".exr", named_space="ADX10", chromaticities=AP1), 16, "ADX10", "ADX10"),
    (ColourTags(".exr", named_space="lin_rec709", chromaticities=AP1), 16, "ACEScg", "chromaticities"),
    (ColourTags(".png"), 8, SRGB, "assumed"),
    (ColourTags(".tif"), 8, SRGB, "assumed"),
    (ColourTags(".jpg", named_space="srgb_rec709_scene"), 8, SRGB, "names"),
    (ColourTags(".png", named_space="g22_rec709_scene"), 16, "Gamma 2.2 Rec.709 - Texture", "g22"),
    (ColourTags(".tiff", named_space="ACEScct"), 16, "ACEScct", "names"),
    (mov("bt709", "bt709", "bt709"), 8, REC709, "transfer bt709"),
    (mov("BT709"), 10, REC709, "transfer bt709"),
    (mov("smpte170m", "smpte170m"), 8, REC709, "close enough"),
    (mov("bt709", "bt470bg"), 8, REC709, "close enough"),
    (mov("bt2020-10", "bt2020"), 10, "Gamma 2.4 Rec.2020 - Texture", "bt2020"),
    (mov("iec61966-2-1", "bt709"), 8, SRGB, "iec61966"),
    (mov("iec61966_2_1", "unspecified"), 8, SRGB, "iec61966"),
    (mov("gamma22"), 8, "Gamma 2.2 Rec.709 - Texture", "gamma22"),
    (mov("linear", "bt709"), 16, "Linear Rec.709 (sRGB)", "linear"),
    (mov("linear", "bt2020"), 16, "Linear Rec.2020", "linear"),
    (mov("linear", "smpte432"), 16, "Linear P3-D65", "linear"),
    (mov(), 8, REC709, "assumed"),
    (mov("unknown", "unknown"), 8, REC709, "assumed"),
    (mov("", "bt709", "bt709"), 8, REC709, "assumed"),
    (ColourTags(".mkv"), 8, REC709, "assumed"),
]

OPEN = [
    (dpx(), 10, "nothing", CINEON),
    (dpx("User defined"), 10, "User defined", "ADX10"),
    (dpx("Undefined", "Undefined"), 8, "Undefined", REC709),
    (dpx("Unspecified video"), 10, "Unspecified video", REC709),
    (dpx("Logarithmic"), 10, "which logarithm", "ARRI LogC3 (EI800)"),
    (dpx("Linear", "Linear"), 10, "without saying of what", CINEON),
    (dpx("Linear", "Printing density"), 16, "without saying of what", CINEON),
    (ColourTags(".exr"), 16, "Rec.709", "ACEScg"),
    (ColourTags(".exr", named_space="lin_rec709"), 16, "no chromaticities", "Linear Rec.709 (sRGB)"),
    (ColourTags(".exr", named_space="Show Log 3"), 16, "Show Log 3", CINEON),
    (ColourTags(".exr", chromaticities=DCI), 16, "no space known", "ACEScg"),
    (ColourTags(".exr", chromaticities=AP1[:4]), 16, "no space known", "ACEScg"),
    (ColourTags(".png"), 16, "16-bit", CINEON),
    (ColourTags(".png", named_space="srgb_rec709_scene"), 16, "16-bit", SRGB),
    (ColourTags(".tif"), 16, "16-bit", "ADX10"),
    (ColourTags(".tif"), 32, "floats", "ACEScg"),
    (ColourTags(".tif", named_space="Show Log 3"), 8, "Show Log 3", CINEON),
    (mov(), 10, "10-bit", CINEON),
    (mov("unknown", "bt709", "bt709"), 12, "12-bit", REC709),
    (mov("", "bt2020"), 8, "nothing of its transfer", REC709),
    (mov("log100"), 10, "which logarithm", CINEON),
    (mov("smpte428", "smpte428"), 12, "smpte428", REC709),
    (mov("bt709", "smpte431"), 10, "no space known here has both", REC709),
]

UNSUPPORTED = [
    (mov("smpte2084", "bt2020"), 10, "PQ"),
    (mov("arib-std-b67", "bt2020"), 10, "HLG"),
    (mov("smpte2084"), 8, "PQ"),
    (dpx("Z depth linear"), 16, "no picture"),
]


@pytest.mark.parametrize(("tags", "bits", "space", "reason"), KNOWN)
def test_tags_that_say_the_space(tags: ColourTags, bits: int, space: str, reason: str) -> None:
    found = identify(tags, bits)
    assert found.space == space
    assert reason in found.reason


@pytest.mark.parametrize(("tags", "bits", "reason", "candidate"), OPEN)
def test_tags_that_leave_it_open_list_candidates(
    tags: ColourTags, bits: int, reason: str, candidate: str
) -> None:
    found = identify(tags, bits)
    assert found.space is None
    assert reason in found.reason
    assert candidate in found.candidates
    assert len(found.advice.splitlines()) == len(found.candidates) >= 3


@pytest.mark.parametrize(("tags", "bits", "reason"), UNSUPPORTED)
def test_what_is_not_supported_says_so(tags: ColourTags, bits: int, reason: str) -> None:
    found = identify(tags, bits)
    assert found.space is None
    assert reason in found.reason
    assert found.candidates == ()
    assert found.advice == ""


def answers() -> set[str]:
    rows = [*KNOWN, *OPEN, *UNSUPPORTED]
    found = [identify(row[0], row[1]) for row in rows]
    tables = [*tagging._NAMED.values(), *tagging._MOVIE_SPACES.values(), *tagging._PRIMARIES]
    return {name for answer in found for name in (answer.space, *answer.candidates) if name} | set(tables)


@pytest.mark.parametrize("name", sorted(answers()))
def test_every_answer_is_a_space_of_ours_with_an_explanation(config: ColourConfig, name: str) -> None:
    assert canonical(film_scan_config(), name) == name
    assert canonical(config.handle, name) == name
    assert EXPLANATIONS[name]
