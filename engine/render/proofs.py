"""What a render leaves behind as proof: the audit, the patches, and the verification of its result."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.audit.checksums import XXH3, of_codes, of_file
from engine.audit.decisions import Decisions
from engine.audit.file import AuditFile
from engine.audit.findings import Verification
from engine.audit.lines import (
    JsonObject,
    failure_object,
    frame_object,
    models_of,
    source_object,
    summary_object,
)
from engine.audit.patch_writer import PatchWriter
from engine.audit.regions import left_alone_regions, repaired_regions
from engine.audit.spool import MatteSpool
from engine.audit.verify import verify_clips
from engine.errors import ReelmendError
from engine.media.open import MOVIE_SUFFIXES, open_source
from engine.media.pattern import FramePattern
from engine.render.contract import Rendered
from engine.render.opening import OpenClip
from engine.render.places import Places
from engine.render.versions import versions
from engine.report.summary import FrameFailure, Outcome, RenderSummary
from engine.types import FrameNumber, FrameReport
from ocio import config as colour_config
from ocio.spaces import MODEL_ENCODING

Checksums = Mapping[str, Mapping[str, str]]


class Proofs:
    """Told of every frame on the writing thread, after its files are complete; of failures on any other."""

    def __init__(self, clip: OpenClip, places: Places) -> None:
        self._clip, self._plan, self._places = clip, clip.plan, places
        self._held = ExitStack()
        self._lock = threading.Lock()
        self._audit: AuditFile | None = None
        self._patches: PatchWriter | None = None
        self._spool: MatteSpool | None = None
        self._waiting: list[FrameFailure] = []
        self._done: Collection[FrameNumber] = ()
        self._left_alone = 0
        self._verification: Verification | None = None
        self.notes: tuple[str, ...] = ()
        """Sentences for the summary."""

    def begin(self, done: Collection[FrameNumber]) -> None:
        """Open what is asked for; `done` are the frames that an earlier run finished.

        Raises OutputExists, SinkError, CorruptSource (of what the earlier run left).
        """
        plan, request = self._plan, self._plan.request
        self._done = done
        if "audit" in plan.outputs:
            path = Path(plan.outputs["audit"])
            overwrite = request.overwrite or plan.unfinished is not None
            self._audit = self._held.enter_context(AuditFile(path, self._header(), overwrite, done))
        if request.patches is not None:
            source = source_object(plan.info)
            header = {name: source[name] for name in ("path", "kind", "size", "codes")}
            self._patches = self._held.enter_context(PatchWriter(request.patches, header, bool(done)))
        if request.verify:
            self._spool = MatteSpool()
            self._held.callback(self._spool.close)

    def written(self, rendered: Rendered, report: FrameReport) -> None:
        """A frame whose files are complete. Raises SinkError, SourceError."""
        checksums = self._checksums(rendered, report) if self._audit or self._patches else {}
        if self._patches is not None and rendered.picture is not None:
            file = checksums["source"][XXH3] if self._of_files else ""
            self._patches.write(rendered.source, rendered.picture, rendered.matte, file)
        if self._spool is not None and report.copy_of is None:
            self._spool.put(report.number, rendered.matte.coverage > 0)
        if self._audit is not None:
            self._tell(self._audit, rendered, report, checksums)

    def _tell(self, audit: AuditFile, rendered: Rendered, report: FrameReport, checksums: Checksums) -> None:
        decisions = self._decisions
        regions = repaired_regions(
            report, rendered.matte, rendered.source, decisions, rendered.picture is not None
        )
        if rendered.found is not None:
            spared = left_alone_regions(
                rendered.found, rendered.matte, rendered.source, decisions, len(regions) + 1
            )
            self._left_alone += len(spared)
            regions += spared
        with self._lock:
            self._tell_failures(audit, report.number)
            audit.write(frame_object(report, regions, checksums))

    def failed(self, failure: FrameFailure) -> None:
        """A frame that was not written; told in its place among the others."""
        with self._lock:
            self._waiting.append(failure)

    def _tell_failures(self, audit: AuditFile, before: FrameNumber | None) -> None:
        for failure in sorted(self._waiting, key=lambda failure: failure.number):
            if before is None or failure.number < before:
                audit.write(failure_object(failure))
                self._waiting.remove(failure)

    def verified(self, outcome: Outcome, cause: str, stop: threading.Event) -> tuple[Outcome, str]:
        """Read the result anew and compare it, where that is asked for and there is one."""
        if self._spool is None or outcome not in ("complete", "frames failed") or not self._spool.numbers:
            return outcome, cause
        target = self._plan.outputs["picture"]
        if self._done and Path(target).suffix.lower() in MOVIE_SUFFIXES:
            self.notes = (
                "Not verified: an earlier run began the movie; use `engine-cli verify` with its matte.",
            )
            return outcome, cause
        try:
            with open_source(target) as result:
                found = verify_clips(
                    self._clip.source,
                    result,
                    self._spool,
                    self._spool.numbers,
                    stop=stop,
                    others=bool(self._done),
                )
        except ReelmendError as error:
            return "failed", f"The result could not be verified: {error}"
        self._verification = found
        if found.identical:
            self.notes = (_proved(found),)
            return outcome, cause
        return "failed", f"The result differs from its source outside the matte: {found.first[0].told()}"

    def finish(self, summary: RenderSummary) -> None:
        """Complete audit and patches. Raises SinkError."""
        if self._patches is not None:
            self._patches.finish()
        if self._audit is not None:
            with self._lock:
                self._tell_failures(self._audit, None)
            verified = None if self._verification is None else self._verification.as_json()
            self._audit.finish(summary_object(summary, _now(), self._left_alone, verified))

    @property
    def _decisions(self) -> Decisions | None:
        decisions = self._clip.mattes.decisions
        return decisions if isinstance(decisions, Decisions) else None

    @property
    def _of_files(self) -> bool:
        return self._plan.info.kind in ("sequence", "still")

    def _checksums(self, rendered: Rendered, report: FrameReport) -> Checksums:
        sha256 = self._plan.request.sha256
        shown = report.number if report.copy_of is None else report.copy_of
        if self._of_files:
            path = FramePattern.of_template(self._plan.info.path).path(shown)
            found = {"source": of_file(path, sha256)}
        else:
            found = {"source": of_codes(rendered.source.codes, sha256)}
        if rendered.picture is None:
            return found
        written = self._places.of_frame(report.number).get("picture")
        output = of_codes(rendered.picture.codes, sha256) if written is None else of_file(written, sha256)
        return {**found, "output": output}

    def _header(self) -> JsonObject:
        plan = self._plan
        config = colour_config.load(plan.request.colour_config)
        picture = plan.outputs.get("picture")
        of_movie = picture is not None and Path(picture).suffix.lower() in MOVIE_SUFFIXES
        output = "none" if picture is None else "codes" if of_movie else "file"
        return {
            "started": _now(),
            "versions": dict(versions()),
            "source": source_object(plan.info),
            "outputs": dict(plan.outputs),
            "settings": plan.request.settings.as_dict(),
            "identity": dict(plan.identity),
            "models": models_of(plan.identity),
            "colour": {
                "space": plan.colour_space,
                "reason": plan.colour_reason,
                "config": config.origin,
                "config_id": config.handle.getCacheID(),
                "model_encoding": MODEL_ENCODING,
            },
            "checksums": {
                "algorithms": ["xxh3", "sha256"] if plan.request.sha256 else ["xxh3"],
                "source": "file" if self._of_files else "codes",
                "output": output,
            },
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


def _proved(found: Verification) -> str:
    outside = found.pixels - found.inside
    return (
        f"Verified: {found.frames} frames read anew; all {outside} pixels outside the matte are the source's."
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
