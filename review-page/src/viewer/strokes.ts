/** Hand-drawn outlines and brush strokes, in the plate's pixels. */

import type { Box, Defect, Point } from "../api/types";

export type Dab = [row: number, column: number, radius: number];

const LIGHTEST = 0.25;

/** Radius of a dab: a pen's pressure scales it, a mouse draws with all of it. */
export function dabRadius(event: PointerEvent, radius: number): number {
  return event.pointerType === "pen" ? radius * (LIGHTEST + (1 - LIGHTEST) * event.pressure) : radius;
}

/** Whether a dab lies far enough from the last one to be worth sending. */
export function isNews(dabs: readonly Dab[], [row, column, radius]: Dab): boolean {
  const last = dabs.at(-1);
  return !last || Math.hypot(row - last[0], column - last[1]) > Math.max(0.5, radius * 0.15);
}

export function boxOf([r0, c0]: Point, [r1, c1]: Point, size: { width: number; height: number }): Box {
  const within = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
  return [
    within(Math.floor(Math.min(r0, r1)), size.height),
    within(Math.floor(Math.min(c0, c1)), size.width),
    within(Math.ceil(Math.max(r0, r1)), size.height),
    within(Math.ceil(Math.max(c0, c1)), size.width),
  ];
}

export function middleOf([top, left, bottom, right]: Box): Point {
  return [(top + bottom) / 2, (left + right) / 2];
}

/** Even-odd, as the decisions file counts. */
export function isInside(outline: readonly Point[], [row, column]: Point): boolean {
  let inside = false;
  outline.forEach(([r1, c1], place) => {
    const [r0, c0] = outline[(place + outline.length - 1) % outline.length] as Point;
    if (r1 > row !== r0 > row && column < ((c0 - c1) * (row - r1)) / (r0 - r1) + c1) inside = !inside;
  });
  return inside;
}

export function isTouched([top, left, bottom, right]: Box, dabs: readonly Dab[]): boolean {
  return dabs.some(([row, column, radius]) => {
    const dr = row - Math.min(Math.max(row, top), bottom);
    const dc = column - Math.min(Math.max(column, left), right);
    return dr * dr + dc * dc <= radius * radius;
  });
}

/** The smallest region under a point, with some slack around it. */
export function regionAt(regions: readonly Defect[], [row, column]: Point, slack: number): Defect | null {
  const under = regions.filter(
    ({ box }) => row >= box[0] - slack && row < box[2] + slack && column >= box[1] - slack && column < box[3] + slack,
  );
  return under.sort((one, other) => one.area - other.area)[0] ?? null;
}
