"""What a file's own tags say about its colour space: a space and why, or the likely candidates.

Never a silent guess: where a space is assumed (8-bit pictures and movies without tags) the reason says
so, and where the tags leave it open the answer is None. The names are spaces of `film-scan.ocio`, so
every config loaded by `ocio.config` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from ocio.spaces import described

CINEON = "Cineon Film Log"
REC709 = "Gamma 2.4 Rec.709 - Texture"
REC709_GAMMA22 = "Gamma 2.2 Rec.709 - Texture"
REC2020 = "Gamma 2.4 Rec.2020 - Texture"
SRGB = "sRGB - Texture"
LINEAR_REC709 = "Linear Rec.709 (sRGB)"
LINEAR_REC2020 = "Linear Rec.2020"
LINEAR_P3 = "Linear P3-D65"

FILM_SCAN = (CINEON, "ADX10", "ARRI LogC3 (EI800)", REC709)
LOG_MASTER = (CINEON, "ADX10", "ARRI LogC3 (EI800)", "DaVinci Intermediate WideGamut", "ACEScct")
MOVIE = (REC709, CINEON, "ARRI LogC3 (EI800)", "DaVinci Intermediate WideGamut")
DEEP_STILL = (CINEON, "ADX10", SRGB, REC709, "ACEScct")
LINEAR_LIGHT = ("ACEScg", "ACES2065-1", LINEAR_REC709)
EXR = (*LINEAR_LIGHT, CINEON, "ADX10")

MOVIE_SUFFIXES = frozenset({".mov", ".mp4", ".m4v", ".mkv", ".mxf", ".avi", ".webm", ".ts", ".m2ts"})

CHROMATICITY_TOLERANCE = 1e-3
"""In CIE x and y: headers hold four decimals at best."""


class SourceTags(Protocol):
    """What the file says, in its own words; `engine.media.contract.ColourTags` is one. "" or None: nothing.

    `suffix` is the lower-case file extension. DPX: `transfer` and `colorimetric` by OpenImageIO's
    names. EXR: `chromaticities`, x and y of red, green, blue and white. Movies: `primaries` and
    `transfer` by ffmpeg's names. `named_space`: a space that the header names.
    """

    @property
    def suffix(self) -> str: ...
    @property
    def transfer(self) -> str: ...
    @property
    def colorimetric(self) -> str: ...
    @property
    def primaries(self) -> str: ...
    @property
    def chromaticities(self) -> tuple[float, ...] | None: ...
    @property
    def named_space(self) -> str: ...


@dataclass(frozen=True)
class Identification:
    """`space` is an OCIO name, or None with the likely `candidates`; `reason` is one sentence for people."""

    space: str | None
    reason: str
    candidates: tuple[str, ...] = ()

    @property
    def advice(self) -> str:
        """The candidates, a line each with what it is; "" where there are none."""
        return described(self.candidates)


def identify(tags: SourceTags, bits: int) -> Identification:
    """The colour space of a source, from its tags and its depth (8, 10, 12, 16; 16 or 32 for floats)."""
    suffix = tags.suffix.casefold()
    suffix = suffix if suffix.startswith(".") else f".{suffix}"
    if suffix in MOVIE_SUFFIXES:
        return _movie(tags, bits)
    rule = _BY_SUFFIX.get(suffix, _still)
    return rule(tags, bits)


def _cineon(tags: SourceTags, bits: int) -> Identification:
    return Identification(CINEON, "Cineon files hold printing density by definition")


def _dpx(tags: SourceTags, bits: int) -> Identification:
    transfer, colorimetric = tags.transfer.casefold(), tags.colorimetric.casefold()
    if transfer == "printing density":
        return Identification(CINEON, "the DPX header says printing density", ("ADX10",))
    if transfer == "logarithmic" and colorimetric == "printing density":
        return Identification(CINEON, "the DPX header says logarithmic, of printing density", ("ADX10",))
    if transfer == "logarithmic":
        return Identification(None, "the DPX header says logarithmic, but not which logarithm", LOG_MASTER)
    if transfer in _DPX_VIDEO:
        return Identification(REC709, f"the DPX header says {tags.transfer}: Rec.709, shown with gamma 2.4")
    if transfer == "linear" and colorimetric in _DPX_VIDEO:
        return Identification(LINEAR_REC709, f"the DPX header says linear, of {tags.colorimetric}")
    if transfer == "linear":
        reason = (
            "the DPX header says linear without saying of what, as many writers do whatever the codes are"
        )
        return Identification(None, reason, (*FILM_SCAN, LINEAR_REC709))
    if transfer.startswith("z depth"):
        return Identification(None, "the DPX header says depth: this is no picture")
    said = f"only {tags.transfer!r}" if transfer else "nothing"
    return Identification(None, f"the DPX header says {said} about the encoding of its codes", FILM_SCAN)


def _exr(tags: SourceTags, bits: int) -> Identification:
    """Readers that are told nothing call an EXR linear Rec.709: that name alone proves nothing."""
    if tags.named_space and _NAMED.get(tags.named_space.casefold()) != LINEAR_REC709:
        return _named(tags.named_space, EXR)
    if tags.chromaticities is None:
        reason = (
            "the EXR has no chromaticities; its standard would have Rec.709 assumed, but scanners and "
            "compositors leave them out for ACES and for log codes alike"
        )
        return Identification(None, reason, EXR)
    for name, known in _PRIMARIES.items():
        if _alike(tags.chromaticities, known):
            return Identification(name, f"the chromaticities of the EXR are those of {name}")
    return Identification(
        None, "the chromaticities of the EXR are those of no space known here", LINEAR_LIGHT
    )


def _still(tags: SourceTags, bits: int) -> Identification:
    """PNG, TIFF, JPEG. OpenImageIO calls every PNG sRGB: beyond 8 bits that name proves nothing."""
    named = _NAMED.get(tags.named_space.casefold())
    if tags.named_space and not (named == SRGB and bits > 8):
        return _named(tags.named_space, DEEP_STILL)
    if bits <= 8:
        return Identification(SRGB, "assumed: 8-bit pictures without another tag are sRGB by custom")
    if bits == 32:
        return Identification(None, "nothing says in which space these floats are", EXR)
    return Identification(None, f"nothing in the file says how its {bits}-bit codes are encoded", DEEP_STILL)


def _movie(tags: SourceTags, bits: int) -> Identification:
    transfer, primaries = _stated(tags.transfer), _stated(tags.primaries)
    if transfer in _HDR:
        reason = (
            f"the movie is {_HDR[transfer]}, which is not supported: convert it to a log or linear master"
        )
        return Identification(None, reason)
    if transfer.startswith("log"):
        return Identification(None, "the movie says logarithmic, but not which logarithm", LOG_MASTER)
    if transfer in _MOVIE_TRANSFERS:
        return _movie_of(transfer, primaries)
    if transfer:
        return Identification(None, f"the movie's transfer {tags.transfer!r} is not known here", MOVIE)
    if bits > 8:
        reason = f"the movie says nothing of its transfer, and {bits}-bit movies are often log scans"
        return Identification(None, reason, MOVIE)
    if primaries not in _REC709_LIKE:
        return Identification(
            None, f"the movie says primaries {primaries}, and nothing of its transfer", MOVIE
        )
    return Identification(REC709, "assumed: 8-bit movies that do not say otherwise are Rec.709")


def _movie_of(transfer: str, primaries: str) -> Identification:
    kind = _MOVIE_TRANSFERS[transfer]
    said = f"the movie says transfer {transfer}" + (f", primaries {primaries}" if primaries else "")
    family = "bt709" if primaries in _REC709_LIKE else primaries
    space = _MOVIE_SPACES.get((kind, family))
    if space is None:
        return Identification(None, f"{said}: no space known here has both", MOVIE)
    near = ", whose primaries are close enough" if primaries in _STANDARD_DEFINITION else ""
    return Identification(space, f"{said}: read as {space}{near}")


def _named(name: str, candidates: tuple[str, ...]) -> Identification:
    space = _NAMED.get(name.casefold())
    if space is None:
        return Identification(None, f"the header names the space {name!r}, not known here", candidates)
    return Identification(space, f"the header names the space {name!r}")


def _alike(found: tuple[float, ...], known: tuple[float, ...]) -> bool:
    return len(found) == len(known) and all(
        abs(a - b) <= CHROMATICITY_TOLERANCE for a, b in zip(found, known, strict=True)
    )


def _stated(tag: str) -> str:
    value = tag.strip().casefold().replace("_", "-")
    return "" if value in {"unknown", "unspecified", "reserved", "none"} else value


_BY_SUFFIX: Mapping[str, Callable[[SourceTags, int], Identification]] = MappingProxyType(
    {".dpx": _dpx, ".cin": _cineon, ".exr": _exr}
)

_DPX_VIDEO = frozenset(
    {"itu-r 709-4", "smpte 274m", "itu-r 601-5 system b or g", "itu-r 601-5 system m"}
    | {"ntsc composite video", "pal composite video"}
)

_D65 = (0.3127, 0.3290)
_ACES_WHITE = (0.32168, 0.33767)
_PRIMARIES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "ACES2065-1": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, *_ACES_WHITE),
        "ACEScg": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, *_ACES_WHITE),
        LINEAR_REC709: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65),
        LINEAR_REC2020: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
        LINEAR_P3: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    }
)

_HDR: Mapping[str, str] = MappingProxyType(
    {"smpte2084": "HDR video (PQ, SMPTE ST 2084)", "arib-std-b67": "HDR video (HLG, ARIB STD-B67)"}
)

_STANDARD_DEFINITION = frozenset({"smpte170m", "bt470bg", "smpte240m"})
_REC709_LIKE = _STANDARD_DEFINITION | {"bt709", ""}

_MOVIE_TRANSFERS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("bt709", "smpte170m", "smpte240m", "bt470bg", "bt2020-10", "bt2020-12"), "video"),
        "iec61966-2-1": "srgb",
        "gamma22": "gamma22",
        "bt470m": "gamma22",
        "linear": "linear",
    }
)
"""ffmpeg's names of transfers. Those of camera standards are read as the display shows them (BT.1886)."""

_MOVIE_SPACES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("video", "bt709"): REC709,
        ("video", "bt2020"): REC2020,
        ("srgb", "bt709"): SRGB,
        ("gamma22", "bt709"): REC709_GAMMA22,
        ("linear", "bt709"): LINEAR_REC709,
        ("linear", "bt2020"): LINEAR_REC2020,
        ("linear", "smpte432"): LINEAR_P3,
    }
)

_NAMED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("aces2065-1", "aces2065_1", "lin_ap0", "lin_ap0_scene"), "ACES2065-1"),
        **dict.fromkeys(("acescg", "lin_ap1", "lin_ap1_scene"), "ACEScg"),
        **dict.fromkeys(("acescct", "acescct_ap1", "acescct_ap1_scene"), "ACEScct"),
        **dict.fromkeys(("adx10",), "ADX10"),
        **dict.fromkeys(("adx16",), "ADX16"),
        **dict.fromkeys(("cineon film log", "cineon", "kodaklog"), CINEON),
        **dict.fromkeys(("arri logc3 (ei800)", "arri_logc3_ei800"), "ARRI LogC3 (EI800)"),
        **dict.fromkeys(("lin_rec709", "lin_srgb", "lin_rec709_scene", "linear"), LINEAR_REC709),
        **dict.fromkeys(("lin_rec2020", "lin_rec2020_scene"), LINEAR_REC2020),
        **dict.fromkeys(("lin_p3d65", "lin_p3d65_scene", "lin_displayp3"), LINEAR_P3),
        **dict.fromkeys(("srgb", "srgb_tx", "srgb_rec709_scene", "srgb_rec709_display"), SRGB),
        **dict.fromkeys(("rec709", "g24_rec709", "g24_rec709_scene", "g24_rec709_display"), REC709),
        **dict.fromkeys(("g22_rec709", "g22_rec709_scene", "g22_rec709_display"), REC709_GAMMA22),
    }
)
"""Space names found in headers, among them OpenImageIO's, in lower case."""
