/** What the pointer does in the viewer. */

import { signal } from "@preact/signals";

export type Tool = "hand" | "lasso" | "sweep" | "paint" | "erase" | "box";

export const tool = signal<Tool>("hand");
/** Radius of the brush in pixels of the plate. */
export const brush = signal(6);

export function pickTool(wanted: Tool): void {
  tool.value = tool.value === wanted ? "hand" : wanted;
}

export function growBrush(factor: number): void {
  brush.value = Math.min(Math.max(Math.round(brush.value * factor * 2) / 2, 0.5), 400);
}
