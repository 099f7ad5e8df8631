/** One defect of the list: before and after, what it is, what was decided. */

import { useSignal } from "@preact/signals";

import { address } from "../api/client";
import type { Defect } from "../api/types";
import { clipPath, session } from "../state/app";
import { choose } from "../state/defects";
import { versionOf } from "../state/facts";
import { view } from "../state/look";
import { zoomOnBox } from "../viewer/placing";

export const VERDICT: Record<string, string> = {
  accept: "accepted", veto: "vetoed", protect: "protected", add: "added", fill: "fill",
};

function thumbnail(row: Defect, side: "before" | "after"): string {
  // Where the frame was not looked at, the decision alone tells a changed thumbnail from the old one.
  const version = `${versionOf(row.frame)}${row.decision?.verdict ?? ""}${row.decision?.fill ?? ""}${session.value?.version}`;
  return address(clipPath(`/defects/${row.id}/thumbnail/${side}`), { size: 96, view: view.value, v: version });
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
        <img src={thumbnail(row, "before")} alt="" width="64" height="64" loading="lazy" decoding="async" />
        <img src={wanted.value ? thumbnail(row, "after") : undefined} alt="" width="64" height="64" loading="lazy" decoding="async" />
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
  if (!decision) return <span class="quiet">{why}</span>;
  const words = decision.verdict === "fill" ? `fill: ${decision.fill}` : (VERDICT[decision.verdict] ?? decision.verdict);
  return <span class={`ruling ruling-${decision.verdict}`}>{words}</span>;
}

function spoken(row: Defect): string {
  const parts = [
    `Frame ${row.frame}`, row.class, `${row.area} pixels`,
    row.confidence === null ? "" : `confidence ${Math.round(row.confidence * 100)} percent`,
    fillOf(row), row.decision ? (VERDICT[row.decision.verdict] ?? "") : "undecided",
  ];
  return parts.filter(Boolean).join(", ");
}
