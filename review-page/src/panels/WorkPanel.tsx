/** Work: start a render, watch it, hold it; look for damage; files for the client. */

import { useSignal, useSignalEffect } from "@preact/signals";

import type { Job } from "../api/types";
import { clip, frame } from "../state/app";
import { view } from "../state/look";
import { inPoint, outPoint, range } from "../state/transport";
import { type RenderOrder, exportFiles, formats, isOver, jobs, loadWork, order, outputFolder, render, scan } from "../state/work";
import { Action, Select } from "../ui/controls";

const SAFE_NAME = /^[A-Za-z0-9._-]+$/;

function marked(): string | null {
  return inPoint.value === null && outPoint.value === null ? null : range.value.join("-");
}

export function WorkPanel() {
  useSignalEffect(() => {
    if (clip.value?.id) void loadWork();
  });
  return (
    <section class="work" aria-label="Work">
      <RenderForm />
      <Jobs />
      <Exports />
    </section>
  );
}

function RenderForm() {
  const form = useSignal<RenderOrder>({
    name: "restored", format: "same", frames: null, matte: false, patches: true, verify: true, overwrite: false, resume: false,
  });
  const set = (part: Partial<RenderOrder>) => (form.value = { ...form.value, ...part });
  const good = SAFE_NAME.test(form.value.name);
  const stretch = marked();
  return (
    <form
      class="render-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (good) void render({ ...form.value, frames: stretch });
      }}
    >
      <h2>Render</h2>
      <div class="pair">
        <label>Name
          <input value={form.value.name} spellcheck={false} aria-invalid={!good} onInput={(event) => set({ name: event.currentTarget.value })} />
        </label>
        <Select
          label="Format" shown options={formats.value.map((id) => ({ id, label: id === "same" ? "as the source" : id }))}
          value={form.value.format} pick={(format) => set({ format })}
        />
      </div>
      {!good && <p class="wrong">A plain name: letters, digits, dots, dashes and underscores.</p>}
      <div class="ticks">
        <Tick label="Prove that nothing else changed" on={form.value.verify} set={(verify) => set({ verify })} />
        <Tick label="Keep a file to undo it with" on={form.value.patches} set={(patches) => set({ patches })} />
        <Tick label="Mattes too" on={form.value.matte} set={(matte) => set({ matte })} />
        <Tick label="Write over what is there" on={form.value.overwrite} set={(overwrite) => set({ overwrite, resume: false })} />
        <Tick label="Go on with one that was cut off" on={form.value.resume} set={(resume) => set({ resume, overwrite: false })} />
      </div>
      <button class="main" type="submit" disabled={!good}>
        Render {stretch ? `frames ${stretch.replace("-", " to ")}` : "the whole clip"}
      </button>
      <p class="quiet path">to {outputFolder.value || "the output folder"}</p>
    </form>
  );
}

function Tick({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return <label class="tick"><input type="checkbox" checked={on} onChange={(event) => set(event.currentTarget.checked)} />{label}</label>;
}

function Jobs() {
  const mine = jobs.value.filter((job) => job.clip === clip.value?.id).reverse();
  if (!mine.length) return null;
  return (
    <div>
      <h2>Work</h2>
      <ul class="jobs">{mine.map((job) => <JobLine key={job.id} job={job} />)}</ul>
    </div>
  );
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export function jobWords(job: Job): string {
  if (job.state === "running" && job.of) {
    const left = job.left === null ? "" : `, ${duration(job.left)} left`;
    return `${job.done} of ${job.of}, ${job.fps.toFixed(job.fps < 10 ? 2 : 0)} fps${left}`;
  }
  if (job.state === "done") return `done in ${duration(job.elapsed)}${job.failed ? `, ${job.failed} frames failed` : ""}`;
  return job.message ? `${job.state}: ${job.message}` : job.state;
}

function JobLine({ job }: { job: Job }) {
  const part = job.of ? job.done / job.of : 0;
  return (
    <li class={`job job-${job.state}`}>
      <div class="job-head">
        <b>{job.label}</b>
        <span class="spring" />
        {job.state === "running" && job.kind !== "export" && <Action icon="pause" label={`Pause ${job.label}`} run={() => void order(job, "pause")} />}
        {job.state === "paused" && <Action icon="play" label={`Resume ${job.label}`} run={() => void order(job, "resume")} />}
        {!isOver(job) && <Action icon="cross" label={`Cancel ${job.label}`} run={() => void order(job, "cancel")} />}
      </div>
      <progress max="1" value={job.state === "done" ? 1 : part} aria-label={`Progress of ${job.label}`} />
      <p class="quiet">{jobWords(job)}</p>
      {job.files.length > 0 && (
        <ul class="files">
          {job.files.slice(0, 12).map(({ name, bytes }) => (
            <li key={name}><a href={`/api/jobs/${job.id}/files/${encodeURIComponent(name)}`} download={name}>{name}</a> <span class="quiet">{weight(bytes)}</span></li>
          ))}
          {job.files.length > 12 && <li class="quiet">and {job.files.length - 12} more in the output folder</li>}
        </ul>
      )}
    </li>
  );
}

function weight(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function Exports() {
  const one = clip.value;
  const here = String(frame.value);
  const frames = marked() ?? `${one?.first}-${one?.last}`;
  const report = () => exportFiles({ kind: "report", forms: ["csv", "edl", "otio", "html"] });
  return (
    <div class="exports">
      <h2>For the client</h2>
      <div class="choices">
        <Action label="Report: CSV, EDL, OTIO, HTML" disabled={!one?.audit} run={() => void report()}>Report</Action>
        <Action label="Stills of this frame, before and after" run={() => void exportFiles({ kind: "stills", frames: here, view: view.value, sides: ["before", "after", "difference", "wipe"] })}>Stills of {here}</Action>
        <Action label={`Wipe movie of frames ${frames}`} run={() => void exportFiles({ kind: "wipe", frames, view: view.value, size: 1920, seconds: 4 })}>Wipe movie</Action>
        <Action label="Contact sheet of the largest repairs" run={() => void exportFiles({ kind: "sheet", limit: 24 })}>Contact sheet</Action>
        <Action label="The decisions file" run={() => void exportFiles({ kind: "decisions" })}>Decisions</Action>
      </div>
      {!one?.audit && <p class="quiet">A report is made from the audit of a render.</p>}
      <h2>Find damage</h2>
      <div class="choices">
        <Action label="Look for damage in the whole clip" run={() => void scan(marked(), false)}>Find</Action>
        <Action label="Look for damage and keep repaired frames for playing" run={() => void scan(marked(), true)}>Find and repair for playing</Action>
      </div>
    </div>
  );
}
