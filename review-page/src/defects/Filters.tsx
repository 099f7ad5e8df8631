/** What the list holds, and in which order. */

import { useSignal } from "@preact/signals";

import { clip, session } from "../state/app";
import { type Filter, NO_FILTER, counts, filter, filtered, selectAll, selected, total } from "../state/defects";
import { scan } from "../state/work";
import { Action, Select } from "../ui/controls";

const SORTS = [
  { id: "frame", label: "by frame" },
  { id: "worth", label: "worth a look first" },
  { id: "area", label: "by size" },
  { id: "confidence", label: "by confidence" },
  { id: "class", label: "by class" },
  { id: "fill", label: "by fill" },
  { id: "state", label: "by state" },
];
/** Orders that begin with the largest. */
const DOWNWARDS = new Set(["area", "worth"]);

const DECISIONS = [
  { id: "", label: "all" },
  { id: "none", label: "undecided" },
  { id: "any", label: "decided" },
  { id: "accept", label: "accepted" },
  { id: "veto", label: "vetoed" },
  { id: "protect", label: "protected" },
  { id: "fill", label: "fill chosen" },
  { id: "add", label: "added" },
];

const STATES = [
  { id: "", label: "any state" },
  { id: "repaired", label: "repaired" },
  { id: "left alone", label: "left alone" },
  { id: "marked", label: "marked only" },
];

function change(part: Partial<Filter>): void {
  filter.value = { ...filter.value, ...part };
}

export function Filters() {
  const now = filter.value;
  const more = useSignal(false);
  const classes = [{ id: "", label: "any class" }, ...(session.value?.classes ?? []).map((id) => ({ id, label: id }))];
  return (
    <div class="filters">
      <div class="filter-line">
        <Select label="Decision" options={DECISIONS} value={now.decision} pick={(decision) => change({ decision })} />
        <Select label="Class" options={classes} value={now.class} pick={(id) => change({ class: id })} />
        <Select
          label="Order" options={SORTS} value={now.sort}
          pick={(sort) => change({ sort, order: DOWNWARDS.has(sort) ? "desc" : "asc" })}
        />
        <Action
          label={now.order === "asc" ? "Turn the order round: now upwards" : "Turn the order round: now downwards"}
          run={() => change({ order: now.order === "asc" ? "desc" : "asc" })}
        >
          {now.order === "asc" ? "↑" : "↓"}
        </Action>
      </div>
      <div class="filter-line">
        <label class="tick"><input type="checkbox" checked={now.here} onChange={(event) => change({ here: event.currentTarget.checked })} />this frame</label>
        <Action label="More filters" pressed={more.value} run={() => (more.value = !more.value)}>more</Action>
        {filtered.value && <Action label="No filter" run={() => (filter.value = { ...NO_FILTER, sort: now.sort, order: now.order })}>clear</Action>}
        <span class="spring" />
        <Count />
        <Action label="Select all in the list" command="select-all" run={() => void selectAll()}>all</Action>
      </div>
      {more.value && (
        <div class="filter-line">
          <Select label="State" options={STATES} value={now.state} pick={(state) => change({ state })} />
          <label class="number">at least <input type="number" min="0" value={now.areaMin} aria-label="At least this many pixels" onChange={(event) => change({ areaMin: event.currentTarget.value })} /> px</label>
          <label class="number">up to <input type="number" min="0" max="100" step="5" aria-label="Confidence up to, in percent"
            value={now.confidenceMax ? Math.round(Number(now.confidenceMax) * 100) : ""}
            onChange={(event) => change({ confidenceMax: event.currentTarget.value ? String(Number(event.currentTarget.value) / 100) : "" })} /> % sure</label>
        </div>
      )}
    </div>
  );
}

function Count() {
  const many = selected.value.size;
  if (many > 1) return <span class="count" role="status"><b>{many.toLocaleString("en")} selected</b></span>;
  const all = total.value.toLocaleString("en");
  const open = counts.value?.decision.none?.toLocaleString("en");
  const words = `${all} ${total.value === 1 ? "defect" : "defects"}${open === undefined ? "" : `, ${open} undecided`}`;
  // In few words: five figures are to have room on a laptop.
  return <span class="count" role="status" title={words} aria-label={words}><b>{all}</b>{open === undefined ? "" : ` · ${open} open`}</span>;
}

/** Said in the list's place while there is nothing in it. */
export function NothingYet() {
  const known = clip.value?.scan;
  if (filtered.value) return <p class="empty">No defect passes the filter.</p>;
  if (known?.state === "complete") return <p class="empty">No damage was found in this clip.</p>;
  if (known?.state === "running") return <p class="empty">Looking for damage: frame {known.done} of {known.of}.</p>;
  return (
    <div class="empty">
      <p>Frames become known as you look at them. To fill the list and the timeline, let the whole clip be walked.</p>
      <Action label="Find damage in the whole clip" run={() => void scan(null, false)}>Find damage in the whole clip</Action>
    </div>
  );
}
