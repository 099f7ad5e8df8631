"""Names: canonical ones, near ones, and a line of advice for each."""

from __future__ import annotations

import pytest

from ocio.config import ColourConfig
from ocio.errors import OcioError, UnknownSpace
from ocio.spaces import EXPLANATIONS, canonical, described, near


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ADX10", "ADX10"),
        ("adx10", "ADX10"),
        (" adx10 ", "ADX10"),
        ("academy density", "ADX10"),
        ("film scan", "Cineon Film Log"),
        ("Cineon", "Cineon Film Log"),
        ("KODAK LOG", "Cineon Film Log"),
        ("printing density", "Cineon Film Log"),
        ("logc3", "ARRI LogC3 (EI800)"),
        ("rec709", "Gamma 2.4 Rec.709 - Texture"),
        ("rec709 gamma 2.4", "Gamma 2.4 Rec.709 - Texture"),
        ("srgb", "sRGB - Texture"),
        ("ACESCCT", "ACEScct"),
        ("davinci intermediate", "DaVinci Intermediate WideGamut"),
        ("lin_ap1", "ACEScg"),
        ("scene_linear", "ACEScg"),
        ("Scene_Linear", "ACEScg"),
        ("aces_interchange", "ACES2065-1"),
        ("S-Log3 S-Gamut3", "S-Log3 S-Gamut3"),
    ],
)
def test_a_name_alias_or_role_in_any_case(config: ColourConfig, name: str, expected: str) -> None:
    assert canonical(config.handle, name) == expected


@pytest.mark.parametrize(
    ("name", "meant"), [("ADX-10", "ADX10"), ("cinon", "Cineon Film Log"), ("logc", "ARRI LogC3 (EI800)")]
)
def test_near_names(config: ColourConfig, name: str, meant: str) -> None:
    assert meant in near(config.handle, name)


def test_an_unknown_space_lists_what_is_near(config: ColourConfig) -> None:
    with pytest.raises(UnknownSpace, match=r"'ADX-10'.*ADX10") as caught:
        canonical(config.handle, "ADX-10")
    assert "ADX10" in caught.value.near
    assert isinstance(caught.value, OcioError)


def test_nothing_near_is_said_plainly(config: ColourConfig) -> None:
    with pytest.raises(UnknownSpace, match="qqqqqqqq") as caught:
        canonical(config.handle, "qqqqqqqq")
    assert caught.value.near == ()
    assert "nearest" not in str(caught.value)


def test_an_empty_name_is_unknown(config: ColourConfig) -> None:
    with pytest.raises(UnknownSpace):
        canonical(config.handle, "  ")


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_every_explained_space_is_in_the_config_under_that_name(config: ColourConfig, name: str) -> None:
    assert canonical(config.handle, name) == name


def test_described_is_a_line_a_name() -> None:
    lines = described(["ADX10", "Show Log"]).splitlines()
    assert [line.strip() for line in lines] == [f"ADX10: {EXPLANATIONS['ADX10']}", "Show Log"]
