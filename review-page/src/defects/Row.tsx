/** One defect of the list: before and after, what it is, what was decided. */

import { computed, useComputed, useSignal } from "@preact/signals";

import { address } from "../api/client";
import type { Defect, Ruling as Decided } from "../api/types";
import { clip, clipPath, session } from "../state/app";
import { choose } from "../state/defects";
import { epoch, isMade, versionOf } from "../state/facts";
import { view } from "../state/look";
import { inVain } from "../state/pending";
import { zoomOnBox } from "../viewer/placing";
import { After } from "./After";

export const VERDICT: Record<string, string> = {
  accept: "accepted", veto: "vetoed", protect: "protected", add: "added", fill: "fill",
};

/** What the source's thumbnails go by: nothing that is decided changes them. */
const origin = computed(() => `${session.value?.version} ${clip.value?.path}`);

function thumbnail(row: Defect, side: "before" | "after", version: string): string {
  return address(clipPath(`/defects/${row.id}/thumbnail/${side}`), { size: 96, view: view.value, v: version });
}

function after(row: Defect, version: string): string {
  // Where the frame was not looked at, decision and epoch alone tell a changed thumbnail from the old one.
  return thumbnail(row, "after", `${version}${row.decision?.id ?? ""} ${epoch.value} ${origin.value}`);
}

interface RowProps {
  row: Defect | null;
  index: number;
  chosen: boolean;
  focused: boolean;
  /** Whether the list stands still: what would have to be repaired first is only asked for then. */
  resting: boolean;
}

export function Row({ row, index, chosen, focused, resting }: RowProps) {
  const wanted = useSignal(false);
  // Only what is new of this row's own frame has it drawn again.
  const version = useComputed(() => (row ? versionOf(row.frame) : ""));
  const made = useComputed(() => row !== null && isMade(row.frame));
  if (resting) wanted.value = true;
  if (!row) return <div class="row waiting" role="option" aria-selected={false} aria-label={`Row ${index + 1}, loading`} />;
  const confidence = row.confidence === null ? "" : `${Math.round(row.confidence * 100)} %`;
  return (
    <div
      id={`row-${index}`}
      class={`row ${chosen ? "chosen" : ""} ${focused ? "focused" : ""} verdict-${row.decision?.verdict ?? "none"}`}
      role="option"
      aria-selected={chosen || focused}
      aria-label={spoken(row)}
      data-id={row.id}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        choose(index, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "only");
      }}
      onDblClick={() => zoomOnBox(row.box)}
    >
      <span class="thumbs" aria-hidden="true">
        <img src={thumbnail(row, "before", origin.value)} alt="" width="64" height="64" loading="lazy" decoding="async" />
        <After url={wanted.value ? after(row, version.value) : undefined} made={made.value} />
      </span>
      <span class="facts">
        <span class="line">
          <b class="frame-number">{row.frame}</b>
          <span class={`class-name class-${row.class}`}>{row.class}</span>
          <span class="confidence">{confidence}</span>
        </span>
        <span class="line quiet">
          <span>{row.area.toLocaleString("en")} px</span>
          <span>{fillOf(row)}</span>
        </span>
        <span class="line"><Ruling row={row} /></span>
      </span>
    </div>
  );
}

function fillOf(row: Defect): string {
  if (row.state === "left alone") return "left alone";
  return row.fill && row.fill !== "none" ? `${row.fill} fill` : "";
}

function Ruling({ row }: { row: Defect }) {
  const { decision, why } = row;
  const vain = inVain(row);
  if (vain !== undefined) return <span class="unsaved">not saved: {vain ? wordsOf(vain) : "undecided"}</span>;
  if (!decision) return <span class="quiet">{why}</span>;
  return <span class={`ruling ruling-${decision.verdict} ${decision.id ? "" : "saving"}`}>{wordsOf(decision)}</span>;
}

function wordsOf({ verdict, fill }: Decided): string {
  return verdict === "fill" ? `fill: ${fill}` : (VERDICT[verdict] ?? verdict);
}

function spoken(row: Defect): string {
  const vain = inVain(row);
  const parts = [
    `Frame ${row.frame}`, row.class, `${row.area} pixels`,
    row.confidence === null ? "" : `confidence ${Math.round(row.confidence * 100)} percent`,
    fillOf(row), row.decision ? (VERDICT[row.decision.verdict] ?? "") : "undecided",
    vain === undefined ? "" : `not saved: ${vain ? wordsOf(vain) : "undecided"}`,
  ];
  return parts.filter(Boolean).join(", ");
}
