/** Where the plate lies in the viewer: zoom and pan, in device pixels. */

import { batch, computed, signal } from "@preact/signals";

import type { Box, Point } from "../api/types";
import { clip } from "../state/app";
import { compare } from "../state/look";

export const LARGEST_ZOOM = 8;
const MARGIN = 0.02;

/** Size of the canvas in device pixels, and device pixels to a CSS pixel. */
export const canvasSize = signal({ width: 1, height: 1, ratio: 1 });
/** Device pixels to a plate pixel; null fits the plate into the viewer. */
const zoomSet = signal<number | null>(null);
/** The plate's point that lies in the middle of the pane. */
const centre = signal<{ x: number; y: number } | null>(null);

export const pane = computed(() => {
  const { width, height } = canvasSize.value;
  return { width: compare.value === "side" ? Math.floor(width / 2) : width, height };
});

export const fitting = computed(() => {
  const one = clip.value;
  if (!one) return 1;
  const { width, height } = pane.value;
  return Math.min((width * (1 - MARGIN)) / one.width, (height * (1 - MARGIN)) / one.height, LARGEST_ZOOM);
});

export const zoom = computed(() => zoomSet.value ?? fitting.value);
export const fitted = computed(() => zoomSet.value === null);

export const origin = computed(() => {
  const one = clip.value;
  const { width, height } = pane.value;
  if (!one) return { x: 0, y: 0 };
  const at = fitted.value || !centre.value ? { x: one.width / 2, y: one.height / 2 } : centre.value;
  return { x: Math.round(width / 2 - at.x * zoom.value), y: Math.round(height / 2 - at.y * zoom.value) };
});

export function fit(): void {
  batch(() => {
    zoomSet.value = null;
    centre.value = null;
  });
}

function clamped(wanted: number): number {
  return Math.min(Math.max(wanted, Math.min(fitting.value, 1) / 2), LARGEST_ZOOM);
}

/** Sets the zoom and keeps what lies under `x`, `y` (device pixels) where it is. */
export function zoomTo(wanted: number, x = pane.value.width / 2, y = pane.value.height / 2): void {
  const inPane = x >= pane.value.width && compare.value === "side" ? x - pane.value.width : x;
  const held = { x: (inPane - origin.value.x) / zoom.value, y: (y - origin.value.y) / zoom.value };
  const next = clamped(wanted);
  batch(() => {
    zoomSet.value = next;
    centre.value = {
      x: held.x + (pane.value.width / 2 - inPane) / next,
      y: held.y + (pane.value.height / 2 - y) / next,
    };
  });
}

/** The next of 12.5, 25, 50, 100, 200, 400, 800 %. */
export function zoomStep(direction: 1 | -1): void {
  const steps = [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8];
  const now = zoom.value;
  const next = direction > 0 ? steps.find((one) => one > now * 1.01) : steps.findLast((one) => one < now * 0.99);
  if (next) zoomTo(next);
}

export function pan(dx: number, dy: number): void {
  const one = clip.value;
  if (!one) return;
  const now = centre.value ?? { x: one.width / 2, y: one.height / 2 };
  const limit = (value: number, size: number) => Math.min(Math.max(value, 0), size);
  batch(() => {
    zoomSet.value = zoom.value;
    centre.value = { x: limit(now.x - dx / zoom.value, one.width), y: limit(now.y - dy / zoom.value, one.height) };
  });
}

/** Brings a box into the middle; while the whole plate is in view nothing moves. */
export function bringIntoView(box: Box): void {
  if (fitted.value) return;
  centre.value = { x: (box[1] + box[3]) / 2, y: (box[0] + box[2]) / 2 };
}

/** Zooms in on a box with room around it, and never further out than the whole plate needs. */
export function zoomOnBox(box: Box): void {
  const side = Math.max(box[2] - box[0], box[3] - box[1], 24) * 4;
  const wanted = Math.max(Math.min(pane.value.width, pane.value.height) / side, fitting.value);
  batch(() => {
    zoomSet.value = clamped(wanted >= 1 ? 2 ** Math.floor(Math.log2(wanted)) : wanted);
    centre.value = { x: (box[1] + box[3]) / 2, y: (box[0] + box[2]) / 2 };
  });
}

/** The point of the plate under a point of the canvas (CSS pixels). */
export function plateAt(x: number, y: number): Point {
  const ratio = canvasSize.value.ratio;
  const inPane = compare.value === "side" && x * ratio >= pane.value.width ? x * ratio - pane.value.width : x * ratio;
  return [(y * ratio - origin.value.y) / zoom.value, (inPane - origin.value.x) / zoom.value];
}
