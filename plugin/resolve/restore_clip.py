"""Restores the selected clip with `engine-cli render` and imports the result beside it.

Workspace > Scripts > Utility > Reelmend Restore Clip, with clips selected in the Media Pool, or with the
playhead on one. The environment variable REELMEND_RENDER_OPTIONS is passed on, such as --colour-space ADX10.
Runs in Resolve's own Python, which brings `resolve`; the standard library alone.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

SEQUENCE = re.compile(r"^(?P<before>.*)\[(?P<first>\d+)-(?P<last>\d+)\](?P<after>\.[^.\\/]+)$")
"""How Resolve writes the path of a sequence: /scans/reel.[1001-1100].dpx"""

FOREIGN = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD")
"""What Resolve sets for its own Python and libraries, and ours must not see."""


class CannotRestore(Exception):
    """The clip stays as it is; the message says why and what to do."""


def selected_clips(project):
    """The clips selected in the Media Pool, or the one under the playhead. Raises CannotRestore."""
    clips = list(project.GetMediaPool().GetSelectedClips() or [])
    if clips:
        return clips
    timeline = project.GetCurrentTimeline()
    item = timeline.GetCurrentVideoItem() if timeline else None
    clip = item.GetMediaPoolItem() if item else None
    if clip is None:
        raise CannotRestore("Select clips in the Media Pool, or set the playhead on one.")
    return [clip]


def plan(path, codec):
    """What to give to engine-cli and to Resolve for a clip: (source, result, options, what to import).

    Raises CannotRestore where the result could not be brought back into Resolve without loss.
    """
    sequence = SEQUENCE.match(path)
    if sequence is not None:
        return _plan_sequence(sequence)
    source = Path(path)
    if source.suffix.lower() != ".mov" or "prores 422" not in codec.lower():
        raise CannotRestore(
            f"{source.name} is {codec or 'of an unknown codec'}: Reelmend keeps its values in FFV1, which "
            "Resolve does not import. Render it as a DPX or EXR sequence or as ProRes 422 and restore that."
        )
    result = source.with_name(f"{source.stem}_reelmend.mov")
    return str(source), str(result), [], str(result)


def _plan_sequence(sequence):
    first, last = sequence.group("first"), sequence.group("last")
    before = Path(sequence.group("before") + "x")
    name = before.name[:-1] + f"%0{len(first)}d" + sequence.group("after")
    result = str(before.parent / "reelmend" / name)
    to_import = {"FilePath": result, "StartIndex": int(first), "EndIndex": int(last)}
    return str(before.parent / name), result, ["--frames", f"{int(first)}-{int(last)}"], to_import


def engine_python(variables, read_text):
    """The engine's Python and its package folder or None, as the nodes themselves find them.

    `read_text` gives a file's text, empty where there is none. Raises CannotRestore.
    """
    if variables.get("REELMEND_PYTHON"):
        return variables["REELMEND_PYTHON"], None
    for path in _notes(variables, Path.home()):
        lines = dict(line.split("=", 1) for line in read_text(path).splitlines() if "=" in line)
        if "python" in lines:
            return lines["python"], lines.get("pythonpath")
    raise CannotRestore("Reelmend's engine is not set up; run `python3 install host --resolve` of Reelmend.")


def _notes(variables, home):
    """Where a note of the engine's Python may be, the user's own first."""
    if sys.platform == "win32":
        own = Path(variables.get("APPDATA", str(home))) / "Reelmend"
        shared = Path(variables.get("CommonProgramFiles", "")) / "OFX" / "Plugins"
    elif sys.platform == "darwin":
        own = home / "Library" / "Application Support" / "Reelmend"
        shared = Path(os.sep, "Library", "OFX", "Plugins")
    else:
        own = Path(variables.get("XDG_CONFIG_HOME") or home / ".config") / "reelmend"
        shared = Path(os.sep, "usr", "OFX", "Plugins")
    yield own / "engine.txt"
    listed = [Path(part) for part in variables.get("OFX_PLUGIN_PATH", "").split(os.pathsep) if part]
    for folder in [*listed, shared]:
        yield folder / "Reelmend.ofx.bundle" / "Contents" / "Resources" / "engine.txt"


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def restore(clip, media_pool, variables, run, read_text=text_of):
    """Restore `clip` and import the result; returns its path. Raises CannotRestore."""
    path = clip.GetClipProperty("File Path")
    if not path:
        raise CannotRestore(f"{clip.GetName()} has no file: only what is read from files can be restored.")
    source, result, options, to_import = plan(path, clip.GetClipProperty("Video Codec") or "")
    python, packages = engine_python(variables, read_text)
    environment = {name: value for name, value in variables.items() if name not in FOREIGN}
    if packages:
        environment["PYTHONPATH"] = packages
    wanted = shlex.split(variables.get("REELMEND_RENDER_OPTIONS", ""))
    command = [python, "-P", "-m", "engine.cli", "render", source, result, *options, *wanted]
    print("Reelmend:", *[shlex.quote(word) for word in command])
    done = run(command, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise CannotRestore(f"engine-cli ended with {done.returncode} for {path}; it says why above.")
    if not media_pool.ImportMedia([to_import]):
        raise CannotRestore(f"{result} is restored, but Resolve did not import it; import it by hand.")
    return result


def main(resolve):
    project = resolve.GetProjectManager().GetCurrentProject()
    try:
        for clip in selected_clips(project):
            result = restore(clip, project.GetMediaPool(), os.environ, subprocess.run)
            print(f"Reelmend: restored as {result}")
    except CannotRestore as error:
        print(f"Reelmend: {error}")


# Resolve sets `resolve` in the scripts it runs; a script that is imported for its functions has none.
if "resolve" in globals():
    main(globals()["resolve"])
