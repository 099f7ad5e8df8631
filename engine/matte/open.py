"""From what a user names to a source of mattes: a channel of the clip, or files."""

from __future__ import annotations

from contextlib import ExitStack

from engine.errors import SourceNotFound
from engine.matte.channels import ChannelMatte, channel_of, extra_channels
from engine.matte.contract import MatteSource
from engine.matte.files import FileMatte
from engine.media.contract import ClipInfo
from engine.media.open import open_source


def open_matte(
    asked: str, clip: ClipInfo, role: str, held: ExitStack, marks_damage: bool = False
) -> tuple[MatteSource, ClipInfo | None]:
    """The matte that `asked` names for `clip`, and what its files are; None where it is a channel.

    The name of a channel beyond colour (A, IR) is that channel, whatever files are called so; anything
    else is a sequence, a movie or a still, which `held` closes. `role` is what messages call it. Raises
    SourceNotFound, InconsistentFrames, UsageError, and what `open_source` raises.
    """
    if channel_of(asked, clip.layout) is not None:
        return ChannelMatte(asked, marks_damage), None
    try:
        source = held.enter_context(open_source(asked))
    except SourceNotFound as error:
        extra = ", ".join(extra_channels(clip.layout)) or "none beyond colour"
        raise SourceNotFound(
            f"The {role} cannot be opened, and the clip's channels are {extra}: {error}"
        ) from error
    return FileMatte(source, clip, role), source.info
