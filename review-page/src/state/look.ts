/** How the picture is looked at; nothing here touches a decision. */

import { computed, signal } from "@preact/signals";

import { clip } from "./app";

export type Compare = "wipe" | "side" | "before" | "after" | "difference" | "infrared";

export const compare = signal<Compare>("wipe");
/** Where the wipe stands, as a fraction of the viewer's width. */
export const wipe = signal(0.5);

export const chosenView = signal("");
export const view = computed(() => chosenView.value || clip.value?.view || "codes");
/** Stops, applied by the server before the view. */
export const exposure = signal(0);
/** Applied here, to display codes. */
export const gain = signal(1);
export const gamma = signal(1);

export const matteShown = signal(false);
export const truthShown = signal(false);
export const outlinesShown = signal(true);
export const overlayStrength = signal(0.6);

/** Offset of the aligned neighbour that is flipped to; 0 for the frame itself. */
export const flip = signal(0);

export function resetLook(): void {
  exposure.value = 0;
  gain.value = 1;
  gamma.value = 1;
  chosenView.value = "";
}

let beforeWipe: Compare = "wipe";

/** Chooses a way to compare; choosing it again goes back to the one before. */
export function toggleCompare(mode: Compare): void {
  if (compare.value === mode) {
    compare.value = beforeWipe === mode ? "wipe" : beforeWipe;
    return;
  }
  beforeWipe = compare.value;
  compare.value = mode;
}

/** One key to look at a repair: before, after, before ... */
export function flipBeforeAfter(): void {
  compare.value = compare.value === "before" ? "after" : "before";
}

export function stepFlip(offset: number): void {
  flip.value = flip.value === offset ? 0 : offset;
}
