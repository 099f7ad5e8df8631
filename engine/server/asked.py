"""What a client asks for, read from a message and checked once: everything after may rely on it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, get_args

from engine.errors import ParameterError, RequestRefused
from engine.inference.runtime import DEVICES, Device
from engine.parameters import BY_ID, Settings, Value
from engine.server import limits
from engine.server.pictures import CHANNELS, FORMATS, PictureFormat
from engine.types import FrameNumber

Role: TypeAlias = Literal["frame", "imported", "infrared", "hold_out"]
ROLES: tuple[Role, ...] = get_args(Role)
Want: TypeAlias = Literal["result", "matte", "overlay", "difference", "detected", "detected_overlay"]
WANTS: tuple[Want, ...] = get_args(Want)

Word = TypeVar("Word", bound=str)

_DEVICES: tuple[Device | Literal[""], ...] = ("", *DEVICES)
_KEY = re.compile(r"[0-9a-f]{16}")
_WHOLE = re.compile(r"-?[0-9]{1,10}")
_NUMBER = re.compile(r"-?[0-9.]{1,24}(e[-+]?[0-9]{1,3})?", re.IGNORECASE)


@dataclass(frozen=True)
class PlaneAsked:
    """A plane by its content: the picture of frame `number`, or a matte for it."""

    role: Role
    number: FrameNumber
    key: str


@dataclass(frozen=True)
class Area:
    """Where in shared memory, in bytes."""

    segment: str
    offset: int


@dataclass(frozen=True)
class RenderAsked:
    """A `render` message. Colour config, model and device are "" where the client leaves them open."""

    id: int
    picture: PictureFormat
    colour_space: str
    colour_config: str
    model: str
    device: Device | Literal[""]
    centre: FrameNumber
    want: Want
    render_scale: float
    result: Area
    settings: Settings
    planes: tuple[PlaneAsked, ...]

    @property
    def detects_only(self) -> bool:
        return self.want in ("detected", "detected_overlay")

    def plane_bytes(self, place: int) -> int:
        """Of the plane `place`; a matte has one float32 a pixel."""
        picture = self.picture
        return picture.bytes if self.planes[place].role == "frame" else 4 * picture.width * picture.height


class Reader:
    """Takes the fields of a message one by one. Raises RequestRefused (bad_request) for what is amiss."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._left = dict(fields)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._left.pop(name, default)
        if value is None:
            raise _amiss(f"{name}= is missing")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        return _whole(name, self.text(name), least, most)

    def number(self, name: str, default: str | None = None) -> float:
        return _number(name, self.text(name, default))

    def word(self, name: str, words: tuple[Word, ...], default: str | None = None) -> Word:
        value = self.text(name, default)
        if value not in words:
            raise _amiss(f"{name} is {value[:40]!r}, not one of {', '.join(words)}")
        return words[words.index(value)]

    def area(self, name: str) -> Area:
        segment, _, offset = self.text(name).rpartition(" ")
        at = _whole(name, offset, 0, limits.SEGMENT_BYTES)
        if at % limits.ALIGNMENT:
            raise _amiss(f"{name} is at {at}, which is no multiple of {limits.ALIGNMENT}")
        return Area(segment, at)

    def beginning(self, prefix: str) -> dict[str, str]:
        """All fields that begin so, without the beginning."""
        names = [name for name in self._left if name.startswith(prefix)]
        return {name.removeprefix(prefix): self._left.pop(name) for name in names}

    def end(self) -> None:
        """Everything has been taken."""
        if self._left:
            raise _amiss(f"{', '.join(sorted(self._left)[:5])} is not known here")


def id_of(fields: dict[str, str]) -> int:
    """The request that a message belongs to. Raises RequestRefused."""
    return _whole("id", fields.get("id", ""), 1, limits.HIGHEST_ID)


def render_asked(fields: dict[str, str]) -> RenderAsked:
    """A `render` message in full. Raises RequestRefused (bad_request, too_large, bad_setting)."""
    read = Reader(fields)
    read.text("type")
    asked = RenderAsked(
        id=read.whole("id", 1, limits.HIGHEST_ID),
        picture=_picture(read),
        colour_space=read.text("colour_space"),
        colour_config=read.text("colour_config", ""),
        model=read.text("model", ""),
        device=read.word("device", _DEVICES, ""),
        centre=read.whole("frame", -(2**31), 2**31 - 1),
        want=read.word("want", WANTS),
        render_scale=_scale(read),
        result=read.area("result"),
        settings=_settings(read.beginning("set.")),
        planes=_planes(read.beginning("plane.")),
    )
    read.end()
    _check(asked)
    return asked


def areas_asked(fields: dict[str, str]) -> tuple[int, dict[int, Area]]:
    """A `pixels` message: the request, and where each of its planes is. Raises RequestRefused."""
    read = Reader(fields)
    read.text("type")
    number = read.whole("id", 1, limits.HIGHEST_ID)
    named = read.beginning("at.")
    read.end()
    places = {_whole("at", place, 0, limits.PLANES - 1): text for place, text in named.items()}
    return number, {place: Reader({"at": text}).area("at") for place, text in places.items()}


def _picture(read: Reader) -> PictureFormat:
    width, height = (read.whole(side, 1, 2**31 - 1) for side in ("width", "height"))
    if max(width, height) > limits.SIDE or width * height > limits.PIXELS:
        raise RequestRefused(
            "too_large",
            f"A picture of {width} x {height} is larger than {limits.SIDE} a side or {limits.PIXELS} pixels; "
            "render a proxy of it.",
        )
    return PictureFormat(
        width, height, read.word("format", tuple(FORMATS)), read.word("channels", tuple(CHANNELS))
    )


def _scale(read: Reader) -> float:
    scale = read.number("render_scale", "1")
    least, most = limits.SCALES
    if not least <= scale <= most:
        raise _amiss(f"render_scale is {scale:g}, not {least:g} to {most:g}")
    return scale


def _settings(given: dict[str, str]) -> Settings:
    values: dict[str, Value] = {}
    for name, text in given.items():
        parameter = BY_ID.get(name)
        word = parameter is None or parameter.kind == "choice"
        values[name] = text if word else _number(f"set.{name}", text)
    try:
        return Settings.of(values)
    except ParameterError as error:
        raise RequestRefused("bad_setting", str(error)) from error


def _planes(given: dict[str, str]) -> tuple[PlaneAsked, ...]:
    if len(given) > limits.PLANES:
        raise RequestRefused("too_large", f"{len(given)} planes are more than {limits.PLANES}.")
    if set(given) != {str(place) for place in range(len(given))}:
        raise _amiss("the planes are not numbered plane.0, plane.1 and so on")
    return tuple(_plane(given[str(place)]) for place in range(len(given)))


def _plane(text: str) -> PlaneAsked:
    role, number, key = [*text.split(" "), "", "", ""][:3]
    if role not in ROLES or _KEY.fullmatch(key) is None or text.count(" ") != 2:
        raise _amiss(f"a plane is {text[:60]!r}, not ROLE NUMBER KEY")
    return PlaneAsked(ROLES[ROLES.index(role)], _whole("plane", number, -(2**31), 2**31 - 1), key)


def _check(asked: RenderAsked) -> None:
    """What several fields say together."""
    named = Counter((plane.role, plane.number) for plane in asked.planes)
    frames = [number for role, number in named if role == "frame"]
    if asked.centre not in frames:
        raise _amiss(f"frame {asked.centre} is to be made, and no plane is its picture")
    if max(named.values()) > 1:
        raise _amiss("two planes have the same role and number")
    for role in ROLES[1:]:
        if any(of == role for of, _ in named) and (role, asked.centre) not in named:
            raise _amiss(f"there are planes {role}, and none for frame {asked.centre}")
    total = sum(asked.plane_bytes(place) for place in range(len(asked.planes)))
    if len(frames) > limits.FRAMES or total > limits.REQUEST_BYTES:
        raise RequestRefused(
            "too_large",
            f"{len(frames)} frames and {total} bytes of pixels are more than {limits.FRAMES} and "
            f"{limits.REQUEST_BYTES}; give fewer neighbours, or a proxy.",
        )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if _WHOLE.fullmatch(text) is None or not least <= int(text) <= most:
        raise _amiss(f"{name} is {text[:40]!r}, not a whole number from {least} to {most}")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _amiss(f"{name} is {text[:40]!r}, not a number")
    return value


def _amiss(what: str) -> RequestRefused:
    return RequestRefused(
        "bad_request", f"The request is not one of protocol 1 (plugin/PROTOCOL.md): {what}."
    )
