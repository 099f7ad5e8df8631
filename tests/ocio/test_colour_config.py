"""Which config is used, what is added to it, and which configs are refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import PyOpenColorIO
import pytest

from ocio import config as colour_config
from ocio.config import BUILT_IN, ColourConfig, load
from ocio.errors import ConfigNotUsable
from ocio.processor import ColourRoute
from ocio.spaces import canonical

SHIPPED = Path(colour_config.__file__).parent / "configs" / "film-scan.ocio"

SMALL = """
ocio_profile_version: 2
environment: {{}}
roles: {{ {roles} default: plain, scene_linear: plain }}
file_rules:
  - !<Rule> {{name: Default, colorspace: default}}
displays:
  screen:
    - !<View> {{name: Raw, colorspace: plain}}
colorspaces:
  - !<ColorSpace> {{name: plain, encoding: scene-linear}}
  - !<ColorSpace>
    name: aces
    to_scene_reference: !<MatrixTransform> {{matrix: [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1]}}
{more}
"""
"""A studio's config whose reference is a space of its own, a matrix away from ACES2065-1."""

INTERCHANGE = "aces_interchange: aces,"


def written(folder: Path, roles: str = INTERCHANGE, more: str = "") -> str:
    path = folder / "show.ocio"
    path.write_text(SMALL.format(roles=roles, more=more), encoding="utf-8")
    return str(path)


def test_the_shipped_config_is_valid_by_itself() -> None:
    shipped = PyOpenColorIO.Config.CreateFromFile(str(SHIPPED))
    shipped.validate()
    assert "Cineon Film Log" in shipped.getColorSpaceNames()
    assert shipped.getColorSpaceFromFilepath("reel.0001.cin")[0] == "Cineon Film Log"


def test_the_shipped_config_can_be_used_alone() -> None:
    assert ColourRoute(load(str(SHIPPED))).to_model("cineon").source == "Cineon Film Log"


@pytest.mark.parametrize(
    "name", [s.getName() for s in colour_config.film_scan_config().getColorSpaces() if not s.isData()]
)
def test_a_space_means_the_same_in_the_shipped_and_the_built_in_config(
    name: str, chromatic: np.ndarray, route: ColourRoute
) -> None:
    alone = ColourRoute(load(str(SHIPPED)))
    ours, theirs = alone.to_model(name)(chromatic), route.to_model(name)(chromatic)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_without_a_name_or_environment_the_pinned_built_in_is_used() -> None:
    assert BUILT_IN in load(environment={}).origin
    assert BUILT_IN in load(environment={"OCIO": ""}).origin


def test_the_environment_is_honoured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OCIO", written(tmp_path))
    loaded = load()
    assert "$OCIO" in loaded.origin
    assert canonical(loaded.handle, "plain") == "plain"


def test_a_named_config_goes_before_the_environment(tmp_path: Path) -> None:
    loaded = load(BUILT_IN, {"OCIO": written(tmp_path)})
    assert "plain" not in [space.getName() for space in loaded.handle.getColorSpaces()]


def test_our_spaces_reach_a_config_with_another_reference(tmp_path: Path, chromatic: np.ndarray) -> None:
    theirs = ColourRoute(load(written(tmp_path)))
    ours = ColourRoute(load(BUILT_IN))
    for space in ("cineon", "adx10", "rec709", "lin_ap0"):
        found, expected = theirs.to_model(space)(chromatic), ours.to_model(space)(chromatic)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_what_the_config_has_stays_as_it_has_it(tmp_path: Path) -> None:
    own = """  - !<ColorSpace>
    name: Cineon Film Log
    aliases: [show log]
    to_scene_reference: !<ExponentTransform> {value: 3}
  - !<ColorSpace> {name: srgb, description: ours}
"""
    loaded = load(written(tmp_path, more=own))
    assert canonical(loaded.handle, "cineon") == canonical(loaded.handle, "show log") == "Cineon Film Log"
    assert canonical(loaded.handle, "srgb") == "srgb"
    assert canonical(loaded.handle, "srgb_tx") == "sRGB - Texture"
    space = loaded.handle.getColorSpace("cineon")
    assert space is not None
    assert "ExponentTransform" in str(space.getTransform(PyOpenColorIO.COLORSPACE_DIR_TO_REFERENCE))


def test_merging_leaves_the_next_load_untouched(config: ColourConfig) -> None:
    fresh = PyOpenColorIO.Config.CreateFromFile(BUILT_IN)
    assert fresh.getColorSpace("Cineon Film Log") is None
    assert fresh.getColorSpace("film scan") is None


@pytest.mark.parametrize("name", ["no-such.ocio", "ocio://no-such-config"])
def test_a_config_that_is_not_there(name: str) -> None:
    with pytest.raises(ConfigNotUsable, match=f"{re.escape(name)}.*--ocio-config"):
        load(name)


def test_a_config_that_is_no_config(tmp_path: Path) -> None:
    path = tmp_path / "broken.ocio"
    path.write_bytes(b"\x00\xff not yaml: [")
    with pytest.raises(ConfigNotUsable, match=r"broken\.ocio"):
        load(str(path))


def test_a_config_without_the_interchange_role(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotUsable, match="role aces_interchange"):
        load(written(tmp_path, roles=""))


def test_the_error_names_the_environment_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotUsable, match=r"\$OCIO"):
        load(environment={"OCIO": str(tmp_path / "gone.ocio")})


def test_another_space_called_acescct_is_refused(tmp_path: Path) -> None:
    own = "  - !<ColorSpace> {name: ACEScct, to_scene_reference: !<ExponentTransform> {value: 2.2}}\n"
    with pytest.raises(ConfigNotUsable, match="S-2016-001"):
        load(written(tmp_path, more=own))
