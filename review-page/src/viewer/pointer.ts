/** Pointer gestures in the viewer: pan, wipe, pick, lasso, sweep, paint, erase, box. */

import { signal } from "@preact/signals";

import type { Point } from "../api/types";
import { clip, frame, session } from "../state/app";
import { detectIn, emptyBox, paint } from "../state/decisions";
import { clearSelection, focusById, select } from "../state/defects";
import { regionsInView } from "../state/facts";
import { compare, wipe } from "../state/look";
import { brush, tool } from "../state/tools";
import { playing } from "../state/transport";
import { canvasSize, pan, plateAt, zoom, zoomTo } from "./placing";
import { type Dab, boxOf, dabRadius, isInside, isNews, isTouched, middleOf, regionAt } from "./strokes";

const GRIP = 9;
const STILL = 4;
const SLACK = 8;

type Kind = "pan" | "wipe" | "lasso" | "sweep" | "paint" | "erase" | "box";

interface Gesture {
  kind: Kind;
  pointer: number;
  start: { x: number; y: number };
  last: { x: number; y: number };
  moved: boolean;
  adds: boolean;
}

/** What is being drawn at the moment. */
export interface Drawn {
  kind: Kind;
  points: Point[];
  dabs: Dab[];
}

export const drawn = signal<Drawn | null>(null);
/** Strokes that are on their way to the server, shown until the picture is made anew. */
export const pendingStrokes = signal<{ frame: number; dabs: Dab[]; erase: boolean }[]>([]);
export const pointerAt = signal<{ x: number; y: number } | null>(null);

let gesture: Gesture | null = null;

function place(event: MouseEvent): { x: number; y: number } {
  const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
}

function isOnWipe(x: number): boolean {
  const { width, ratio } = canvasSize.value;
  return compare.value === "wipe" && Math.abs(x - (wipe.value * width) / ratio) <= GRIP;
}

function kindFor(event: PointerEvent, x: number): Kind {
  if (event.button === 1 || event.button === 2) return "pan";
  const chosen = tool.value;
  if (chosen === "hand") return isOnWipe(x) ? "wipe" : "pan";
  return event.pointerType === "pen" && event.button === 5 && chosen === "paint" ? "erase" : chosen;
}

export function cursorAt(x: number): string {
  if (gesture?.kind === "pan") return "grabbing";
  if (tool.value === "hand") return isOnWipe(x) ? "ew-resize" : "default";
  return tool.value === "lasso" || tool.value === "box" ? "crosshair" : "none";
}

export function pressed(event: PointerEvent): void {
  if (gesture) return;
  emptyBox.value = null;
  const at = place(event);
  (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  const adds = event.shiftKey || event.ctrlKey || event.metaKey;
  gesture = { kind: kindFor(event, at.x), pointer: event.pointerId, start: at, last: at, moved: false, adds };
  if (gesture.kind !== "pan" && gesture.kind !== "wipe") {
    drawn.value = { kind: gesture.kind, points: [], dabs: [] };
    extend(event, at);
  }
}

export function moved(event: PointerEvent): void {
  const at = place(event);
  pointerAt.value = at;
  if (!gesture || gesture.pointer !== event.pointerId) return;
  const { start, last } = gesture;
  if (Math.hypot(at.x - start.x, at.y - start.y) > STILL) gesture.moved = true;
  const { ratio, width } = canvasSize.value;
  if (gesture.kind === "wipe") wipe.value = Math.min(Math.max((at.x * ratio) / width, 0), 1);
  else if (gesture.kind === "pan") {
    if (gesture.moved) pan((at.x - last.x) * ratio, (at.y - last.y) * ratio);
  } else {
    const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const parts = event.getCoalescedEvents?.() ?? [];
    for (const part of parts.length ? parts : [event]) {
      extend(part, { x: part.clientX - bounds.left, y: part.clientY - bounds.top });
    }
  }
  gesture.last = at;
}

function extend(event: PointerEvent, at: { x: number; y: number }): void {
  const now = drawn.value;
  if (!now) return;
  const point = plateAt(at.x, at.y);
  const dab: Dab = [point[0], point[1], dabRadius(event, brush.value)];
  if (now.kind === "box") drawn.value = { ...now, points: [now.points[0] ?? point, point] };
  else if (now.kind === "lasso") drawn.value = { ...now, points: [...now.points, point] };
  else if (isNews(now.dabs, dab) && now.dabs.length < (session.value?.limits.stroke_points ?? 20000)) {
    drawn.value = { ...now, dabs: [...now.dabs, dab] };
  }
}

export function released(event: PointerEvent): void {
  const ending = gesture;
  if (!ending || ending.pointer !== event.pointerId) return;
  gesture = null;
  const what = drawn.value;
  drawn.value = null;
  if (ending.kind === "pan" && !ending.moved && event.button === 0) pick(place(event), ending.adds);
  else if (what) finish(what, ending);
}

export function cancelled(): void {
  gesture = null;
  drawn.value = null;
}

function finish(what: Drawn, ending: Gesture): void {
  const size = clip.value;
  if (!size || playing.value) return;
  const [first, last] = [what.points[0], what.points.at(-1)];
  if (what.kind === "lasso" && first) {
    if (!ending.moved) return pick(ending.start, ending.adds);
    const inside = regionsInView.value.filter((row) => isInside(what.points, middleOf(row.box)));
    select(inside.map((row) => row.id), ending.adds);
  } else if (what.kind === "sweep") {
    select(regionsInView.value.filter((row) => isTouched(row.box, what.dabs)).map((row) => row.id), ending.adds);
  } else if (what.kind === "box" && first && last) {
    const box = boxOf(first, last, size);
    if (box[2] - box[0] > 1 && box[3] - box[1] > 1) void detectIn(box);
  } else if (what.dabs.length) sendStroke(what);
}

function sendStroke(what: Drawn): void {
  const erase = what.kind === "erase";
  const mine = { frame: frame.value, dabs: what.dabs, erase };
  pendingStrokes.value = [...pendingStrokes.value, mine];
  void paint({ stroke: { points: what.dabs.map(rounded), radius: brush.value } }, erase).then((taken) => {
    if (!taken) pendingStrokes.value = pendingStrokes.value.filter((one) => one !== mine);
  });
}

function rounded([row, column, radius]: Dab): Dab {
  const two = (value: number) => Math.round(value * 100) / 100;
  return [two(row), two(column), two(radius)];
}

function pick(at: { x: number; y: number }, adds: boolean): void {
  const row = regionAt(regionsInView.value, plateAt(at.x, at.y), (SLACK * canvasSize.value.ratio) / zoom.value);
  if (!row) {
    if (!adds) clearSelection();
    return;
  }
  select([row.id], adds);
  void focusById(row.id, false);
}

export function wheeled(event: WheelEvent): void {
  event.preventDefault();
  const at = place(event);
  const { ratio } = canvasSize.value;
  const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
  zoomTo(zoom.value * 2 ** (-pixels / 240), at.x * ratio, at.y * ratio);
}

export function left(): void {
  pointerAt.value = null;
}
