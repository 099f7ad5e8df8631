/** The stretch of the clip that the timeline shows, and what is known of it, in bins. */

import { batch, effect, signal } from "@preact/signals";

import { get } from "../api/client";
import type { NextStop, TimelineBins } from "../api/types";
import { clip, clipPath, complain, existing, frame, goTo, say, session } from "./app";
import { focusById } from "./defects";
import { stop } from "./transport";

const SETTLE = 120;

/** First and last frame shown; may lie between frames while zooming. */
export const span = signal<[number, number]>([0, 1]);
export const bins = signal<TimelineBins | null>(null);
/** Width of the timeline in bins that can be told apart. */
export const room = signal(1000);
const stale = signal(0);

export function wholeClip(): void {
  const one = clip.value;
  if (one) span.value = [one.first, Math.max(one.last, one.first + 1)];
}

/** Zooms by `factor` about `centre`, within the clip, to ten frames at the closest. */
export function zoomSpan(factor: number, centre: number): void {
  const one = clip.value;
  if (!one) return;
  const [first, last] = span.value;
  const wide = Math.min(Math.max((last - first) * factor, Math.min(10, one.last - one.first)), one.last - one.first);
  const part = (centre - first) / (last - first || 1);
  moveSpan(centre - part * wide, wide);
}

export function panSpan(by: number): void {
  const [first, last] = span.value;
  moveSpan(first + by, last - first);
}

function moveSpan(first: number, wide: number): void {
  const one = clip.value;
  if (!one) return;
  const from = Math.min(Math.max(first, one.first), one.last - wide);
  span.value = [from, from + wide];
}

/** Brings the frame in view into the stretch that is shown. */
export function reveal(number: number): void {
  const [first, last] = span.value;
  if (number < first || number > last) moveSpan(number - (last - first) / 2, last - first);
}

/** Something of the clip is known anew: the bins are asked for again, not more than once in a while. */
export function refreshTimeline(): void {
  stale.value += 1;
}

export function followTimeline(): () => void {
  let timer = 0;
  let abort = new AbortController();
  const end = effect(() => {
    const one = clip.value;
    const [first, last] = span.value;
    void stale.value;
    const query = { first: Math.floor(first), last: Math.ceil(last), bins: Math.min(room.value, session.value?.limits.timeline_bins ?? 1000) };
    if (!one) return;
    const path = `/clips/${one.id}/timeline`;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      abort.abort();
      abort = new AbortController();
      get<TimelineBins>(path, query, abort.signal).then((got) => (bins.value = got), complain);
    }, bins.peek() ? SETTLE : 0);
  });
  return () => {
    window.clearTimeout(timer);
    abort.abort();
    end();
  };
}

const NOTHING: Record<string, string> = {
  worth: "Nothing more worth a look in this direction.",
  cut: "No further shot cut in this direction.",
};

/** Goes to the next thing of a kind, and says why it was stopped at. */
export async function jump(direction: 1 | -1, what = "worth"): Promise<void> {
  stop();
  try {
    const found = await get<NextStop>(clipPath("/next"), { from: frame.value, direction, what });
    if (found.frame === null) {
      say(NOTHING[what] ?? `No further ${what} in this direction.`);
      return;
    }
    const number = found.frame;
    batch(() => {
      goTo(existing(number), direction);
      reveal(number);
    });
    if (found.why) say(`Frame ${number}: ${found.why}`);
    if (found.defect) await focusById(found.defect, false);
  } catch (error) {
    complain(error);
  }
}
