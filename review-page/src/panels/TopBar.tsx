/** The bar above the picture: which clip, how it is looked at, what is saved. */

import { useSignal } from "@preact/signals";

import { clip, clipId, connected, helpOpen, session } from "../state/app";
import { decisions, redo, saving, undo } from "../state/decisions";
import {
  type Compare, chosenView, compare, exposure, gain, gamma, matteShown, outlinesShown, overlayStrength, resetLook, truthShown, view,
} from "../state/look";
import { activeJob } from "../state/work";
import { Action, type Option, Segments, Select, Slider } from "../ui/controls";
import { jobWords } from "./WorkPanel";

const COMPARE: Option<Compare>[] = [
  { id: "wipe", label: "Wipe", command: "wipe" },
  { id: "side", label: "Side", command: "side" },
  { id: "before", label: "Before", command: "flip" },
  { id: "after", label: "After", command: "flip" },
  { id: "difference", label: "Diff", command: "difference" },
];

export function TopBar() {
  const one = clip.value;
  const ways: Option<Compare>[] = one?.infrared ? [...COMPARE, { id: "infrared", label: "IR", command: "infrared" }] : COMPARE;
  return (
    <header class="top">
      <Bin />
      <Segments label="Compare" options={ways} value={compare.value} pick={(mode) => (compare.value = mode)} />
      <div class="segments" role="group" aria-label="Over the picture">
        <Action label="Matte over the picture" command="matte" pressed={matteShown.value} run={() => (matteShown.value = !matteShown.value)}>Matte</Action>
        <Action label="Outlines of defects" command="outlines" pressed={outlinesShown.value} run={() => (outlinesShown.value = !outlinesShown.value)}>Outlines</Action>
        {one?.truth && <Action label="Against the truth matte: found green, missed red, false yellow" command="truth" pressed={truthShown.value} run={() => (truthShown.value = !truthShown.value)}>Truth</Action>}
      </div>
      <LookMenu />
      <span class="spring" />
      <Saved />
      <Action icon="undo" label={decisions.value.undo ? `Undo: ${decisions.value.undo}` : "Undo"} command="undo" disabled={!decisions.value.can_undo} run={() => void undo()} />
      <Action icon="redo" label={decisions.value.redo ? `Redo: ${decisions.value.redo}` : "Redo"} command="redo" disabled={!decisions.value.can_redo} run={() => void redo()} />
      <Action icon="help" label="Keyboard map" command="help" run={() => (helpOpen.value = true)} />
    </header>
  );
}

/** The clips that are open. */
function Bin() {
  const clips = session.value?.clips ?? [];
  const one = clip.value;
  if (!one) return null;
  const facts = `${one.path}\n${one.format}, ${one.width} x ${one.height}, ${one.rate} fps\n${one.colour.space}: ${one.colour.reason}`;
  if (clips.length === 1) return <span class="clip-name" title={facts}>{one.name}</span>;
  return (
    <span class="clip-name" title={facts}>
      <Select
        label="Clip" value={one.id} pick={(id) => (clipId.value = id)}
        options={clips.map(({ id, name, rendered }) => ({ id, label: rendered ? `${name}  (rendered)` : name }))}
      />
    </span>
  );
}

function LookMenu() {
  const open = useSignal(false);
  const changed = exposure.value !== 0 || gain.value !== 1 || gamma.value !== 1;
  return (
    <div class="look">
      <Select label="View" options={clip.value?.views ?? []} value={view.value} pick={(id) => (chosenView.value = id)} />
      <Action label="Exposure, gain, gamma, strength of the matte" pressed={open.value || changed} run={() => (open.value = !open.value)}>
        {changed ? "Adjusted" : "Adjust"}
      </Action>
      {open.value && (
        <div class="popover" role="group" aria-label="Adjust the view">
          <Slider label="Exposure" hint="Stops, before the view" value={exposure.value} low={-6} high={6} step={0.25} neutral={0} text={`${exposure.value > 0 ? "+" : ""}${exposure.value} stops`} set={(to) => (exposure.value = to)} />
          <Slider label="Gain" hint="Of display values" value={gain.value} low={0.25} high={8} step={0.05} neutral={1} text={`× ${gain.value.toFixed(2)}`} set={(to) => (gain.value = to)} />
          <Slider label="Gamma" hint="Of display values" value={gamma.value} low={0.3} high={3} step={0.05} neutral={1} text={gamma.value.toFixed(2)} set={(to) => (gamma.value = to)} />
          <Slider label="Matte" hint="How strongly mattes are laid over the picture" value={overlayStrength.value} low={0.1} high={1} step={0.05} neutral={0.6} text={`${Math.round(overlayStrength.value * 100)} %`} set={(to) => (overlayStrength.value = to)} />
          <Action label="Reset the view" command="look-reset" run={resetLook}>Reset</Action>
        </div>
      )}
    </div>
  );
}

function Saved() {
  const job = activeJob.value;
  const words = !connected.value ? "Server lost: trying again" : saving.value ? "Saving…" : "Saved";
  return (
    <span class="saved" role="status">
      {job && <span class="working" title={`${job.label}: ${jobWords(job)}`}>{job.kind} {job.of ? Math.floor((100 * job.done) / job.of) : 0} %</span>}
      <span class={connected.value ? "quiet" : "wrong"} title={clip.value ? `Decisions are kept in ${clip.value.decisions_file}` : ""}>{words}</span>
    </span>
  );
}
