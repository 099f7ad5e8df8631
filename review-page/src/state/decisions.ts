/** What is decided. The server keeps it, with every step of undo, on the disk before it answers. */

import { batch, signal } from "@preact/signals";

import { get, post } from "../api/client";
import type {
  Box, Decision, DecisionsAnswer, DecisionsState, Defect, Found, FrameFacts, Ruling, Scope, Shape, Verdict,
} from "../api/types";
import { clipPath, complain, frame, say } from "./app";
import { chosen, clearSelection, cursor, moveCursor, patchRows, refreshList, selected } from "./defects";
import { forgetFrames, patchRegions } from "./facts";
import { firstWordOf } from "./news";
import { confirmed, foresee, takenBack } from "./pending";
import { refreshTimeline } from "./timeline";

export const decisions = signal<DecisionsState>({ revision: 0, can_undo: false, can_redo: false, undo: "", redo: "" });
export const saving = signal(0);
/** Whether a decision moves the cursor on to the next defect. */
export const advance = signal(true);
/** The repaired part of a box that was just detected, shown before the whole frame is made anew. */
export const patch = signal<{ frame: number; box: Box; picture: string } | null>(null);

export async function loadDecisions(): Promise<void> {
  try {
    decisions.value = await get<DecisionsState>(clipPath("/decisions"), { frame: frame.peek() });
  } catch (error) {
    complain(error);
  }
}

/** Decisions go out one after the other, in the order they were taken; whoever awaits the line knows how the last one went. */
let line: Promise<unknown> = Promise.resolve();

function send<T extends DecisionsAnswer>(path: string, body: unknown, refused: (error: unknown) => void = complain): Promise<T | null> {
  saving.value += 1;
  const sent = line.then(() => post<T>(clipPath(path), body));
  line = sent.catch(() => undefined);
  return sent
    .then((answer) => {
      settle(answer);
      return answer;
    })
    .catch((error: unknown) => {
      refused(error);
      refreshList();
      forgetFrames(String(frame.peek()));
      return null;
    })
    .finally(() => (saving.value -= 1));
}

function settle(answer: DecisionsAnswer): void {
  const { revision, can_undo, can_redo, undo, redo } = answer;
  batch(() => {
    if (revision >= decisions.peek().revision) decisions.value = { revision, can_undo, can_redo, undo, redo };
    const ruling = rulings(answer.put);
    const gone = new Set(answer.removed);
    patchRows((row) => ruled(row, ruling, gone));
    patchRegions((facts: FrameFacts) => ({ ...facts, regions: facts.regions.map((row) => ruled(row, ruling, gone)) }));
    // Whichever comes first, this or the event, has the frames asked for anew; once is enough.
    if (firstWordOf(revision)) {
      if (answer.frames) forgetFrames(answer.frames);
      refreshTimeline();
    }
  });
  refreshList();
}

function rulings(put: Decision[]): ReadonlyMap<string, Ruling> {
  const about = put.filter((one) => one.defect);
  return new Map(about.map((one) => [one.defect ?? "", { id: one.id, verdict: one.verdict, fill: one.fill ?? "" }]));
}

function ruled(row: Defect, ruling: ReadonlyMap<string, Ruling>, gone: ReadonlySet<string>): Defect {
  const put = ruling.get(row.id);
  if (put) return { ...row, decision: put };
  return row.decision && gone.has(row.decision.id) ? { ...row, decision: null } : row;
}

/** Decides on the selection, or on the defect under the cursor; then goes on to the next. */
export async function decide(verdict: Verdict | "none", fill = ""): Promise<void> {
  const defects = chosen.value;
  if (!defects.length) {
    say("Choose a defect first: click one, or press the down arrow.");
    return;
  }
  const ticket = foresee(defects, verdict === "none" ? null : { id: "", verdict, fill });
  const many = selected.value.size > 1;
  if (many) clearSelection();
  else if (advance.value && verdict !== "none" && cursor.value >= 0) moveCursor(1);
  const body = { action: "decide", verdict, defects, ...(fill ? { fill } : {}) };
  const answer = await send("/decisions", body, (error) => {
    takenBack(ticket);
    complain(new Error(`Not saved, and taken back: ${told(verdict, fill, defects)}. ${wordsOf(error)}`));
  });
  if (answer) confirmed(ticket);
}

function told(verdict: Verdict | "none", fill: string, defects: readonly string[]): string {
  const what = verdict === "none" ? "take back" : `${verdict}${fill ? ` ${fill}` : ""}`;
  const [first = ""] = defects;
  return `${what} ${defects.length === 1 ? `on frame ${placeOf(first).number}` : `on ${defects.length.toLocaleString("en")} defects`}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A verdict on a place that need not be a defect; without a shape on whole frames. */
export async function decideRegion(verdict: Verdict, shape: Shape | null, scope: Scope = "frame"): Promise<void> {
  await send("/decisions", { action: "region", verdict, frame: frame.peek(), scope, ...(shape ? { shape } : {}) });
}

/** Protects the selected defects' places for the whole shot, else the whole frame for it. */
export async function protectShot(): Promise<void> {
  const boxes = chosen.value.map(placeOf);
  if (!boxes.length) {
    await decideRegion("protect", null, "shot");
    return;
  }
  for (const { number, box } of boxes) {
    await send("/decisions", { action: "region", verdict: "protect", frame: number, scope: "shot", shape: { box } });
  }
}

/** A defect's id names its frame and box. */
function placeOf(id: string): { number: number; box: Box } {
  const [number = 0, ...box] = id.split(".").map(Number);
  return { number, box: box as Box };
}

/** Whether it was taken. */
export async function paint(shape: Shape, erase: boolean): Promise<boolean> {
  return (await send("/decisions", { action: erase ? "erase" : "paint", frame: frame.peek(), shape })) !== null;
}

/** Detects in a box at a higher sensitivity; what is found is added and repaired. */
export async function detectIn(box: Box, sensitivity?: number): Promise<void> {
  const number = frame.peek();
  const body = { box, ...(sensitivity === undefined ? {} : { sensitivity }) };
  const answer = await send<Found>(`/frames/${number}/detect`, body);
  if (!answer) return;
  if (!answer.found.length) {
    emptyBox.value = { frame: number, box };
    return;
  }
  patch.value = answer.patch ? { frame: number, ...answer.patch } : null;
  const what = answer.found.length === 1 ? "One mark" : `${answer.found.length} marks`;
  say(`${what} found and repaired in ${answer.seconds.toFixed(2)} s.`);
}

/** A box in which nothing was found: the page offers to take all of it for damage. */
export const emptyBox = signal<{ frame: number; box: Box } | null>(null);

export async function addEmptyBox(): Promise<void> {
  const one = emptyBox.value;
  emptyBox.value = null;
  if (one) await send("/decisions", { action: "region", verdict: "add", frame: one.frame, shape: { box: one.box } });
}

export async function undo(): Promise<void> {
  await line;
  if (!decisions.value.can_undo) return say("Nothing to undo.");
  const what = decisions.value.undo;
  if (await send("/undo", {})) say(`Undone: ${what}`);
}

export async function redo(): Promise<void> {
  await line;
  if (!decisions.value.can_redo) return say("Nothing to redo.");
  const what = decisions.value.redo;
  if (await send("/redo", {})) say(`Done again: ${what}`);
}
