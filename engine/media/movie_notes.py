"""What of a movie does not come along when it is written anew, said in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import av.container
import av.video.stream

from engine.media.movie_colour import FULL, UNSPECIFIED, ColourNumbers
from engine.media.movie_encoding import MovieEncoding
from engine.media.movie_open import sounds


def not_carried(
    source: av.container.InputContainer,
    pictures: av.video.stream.VideoStream,
    encoding: MovieEncoding,
    colours: ColourNumbers,
    with_sound: bool,
) -> tuple[str, ...]:
    """What a target of this encoding cannot take over from the source; empty if all comes along."""
    return (
        *_beside_the_picture(source, with_sound),
        *_of_the_picture(pictures, encoding, colours),
    )


def _beside_the_picture(source: av.container.InputContainer, with_sound: bool) -> Iterator[str]:
    if source.streams.audio and not with_sound:
        yield "Frames are left out, so the sound no longer fits and is not carried over."
    elif len(sounds(source)) < len(source.streams.audio):
        yield "Sound of a codec that is not known here is not carried over."
    if source.streams.subtitles:
        yield "Subtitles are not carried over."
    if source.chapters():
        yield "Chapter marks are not carried over."


def _of_the_picture(
    pictures: av.video.stream.VideoStream, encoding: MovieEncoding, colours: ColourNumbers
) -> Iterator[str]:
    if encoding.muxer == "avi":
        yield "AVI has no room for colour tags and timecode; .mkv keeps them."
    said = (colours.primaries, colours.transfer, colours.matrix)
    anything = any(tag != UNSPECIFIED for tag in said) or colours.range == FULL
    if encoding.muxer == "mp4" and anything and UNSPECIFIED in said:
        yield (
            "The source has some colour tags and lacks others, and FFV1 in .mov keeps them only together;"
            " .mkv keeps them as they are."
        )
    aspect = pictures.sample_aspect_ratio
    if aspect not in (None, 0, 1) and encoding.muxer in ("matroska", "avi"):
        # PyAV 18 sets the aspect of the codec only, and these writers take that of the stream.
        yield f"The pixel aspect {aspect} is not carried over; .mov keeps it."
