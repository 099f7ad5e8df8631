/** Brings the pictures that the frame in view needs into the renderer's slots. */

import { computed, effect, signal } from "@preact/signals";

import { type RawPicture, address, isAbort, rawPicture } from "../api/client";
import { clip, complain, existing, frame } from "../state/app";
import { patch } from "../state/decisions";
import { factsInView, glance, versionOf } from "../state/facts";
import { compare, exposure, flip, matteShown, truthShown, view } from "../state/look";
import { type Wanted, fetchPicture, keyOf, pictures, sourceArrived, wanted } from "../state/pictures";
import { playing, proxyInView } from "../state/transport";
import { zoom } from "./placing";
import { LARGEST_SIDE, type Renderer, type Slot } from "./renderer";

const notices = signal<Partial<Record<Slot, string>>>({});
/** What the viewer has to say about what it shows: "" where it shows what it should. */
export const notice = computed(() => Object.values(notices.value).find(Boolean) ?? "");
/** Counts what was put into the slots; the picture is drawn anew when it changes. */
export const fed = signal(0);
/** Milliseconds from asking for the frame in view to its picture being there. */
export const lastWait = signal(0);

const SETTLE = 120;
const PREFETCHED = 2;

function scaleFor(zoomed: number, width: number, height: number): number {
  let scale = 1;
  while (scale < 8 && (zoomed * scale * 2 <= 1.001 || Math.max(width, height) / scale > LARGEST_SIDE)) scale *= 2;
  return scale;
}

function plan(number: number, version: string, scale: number): Partial<Record<Slot, Wanted>> {
  const of = (kind: string, query = {}) => wanted(number, kind, version, scale, query);
  const mattes = {
    ...(matteShown.value ? { matte: of("matte") } : {}),
    ...(truthShown.value ? { truth: of("truth") } : {}),
  };
  if (flip.value) return { a: of("neighbour", { offset: flip.value, aligned: 1 }), ...mattes };
  switch (compare.value) {
    case "wipe":
    case "side":
      return { a: of("before"), b: of("after"), ...mattes };
    case "difference":
      return { a: of("difference"), ...mattes };
    default:
      return { a: of(compare.value), ...mattes };
  }
}

const NOTICES: Record<string, string> = {
  after: "Repaired picture is being made: the source is shown",
  difference: "Difference is being made",
  neighbour: "Aligning the neighbour",
};

/** Keeps the slots filled. Returns what ends it. */
export function feed(renderer: Renderer): () => void {
  const ends = [feedStill(renderer), feedPlay(renderer), feedPatch(renderer)];
  return () => ends.forEach((end) => end());
}

function tell(slot: Slot, words: string): void {
  if ((notices.peek()[slot] ?? "") !== words) notices.value = { ...notices.peek(), [slot]: words };
}

/** What fills the slots for one frame; given up as a whole when another is wanted. */
interface Filling {
  renderer: Renderer;
  frame: number;
  signal: AbortSignal;
  /** The source's picture, which stands in for what has to be made. */
  source: Wanted;
  began: number;
}

/** Which frame the picture in a slot is of. */
const frameIn = new Map<Slot, number>();

function feedStill(renderer: Renderer): () => void {
  let inHand = new AbortController();
  const end = effect(() => {
    const one = clip.value;
    const number = frame.value;
    const facts = factsInView.value;
    const previous = inHand;
    inHand = new AbortController();
    if (!one || playing.value) {
      previous.abort();
      frameIn.clear();
      return;
    }
    const scale = scaleFor(zoom.value, one.width, one.height);
    const wants = plan(number, facts?.version ?? "", scale);
    const source = wanted(number, "before", "", scale);
    const filling = { renderer, frame: number, signal: inHand.signal, source, began: performance.now() };
    for (const slot of ["a", "b", "matte", "truth"] as const) fill(slot, wants[slot] ?? null, filling);
    previous.abort();
    if (facts?.known) prefetch(number, scale, inHand.signal);
  });
  return () => {
    inHand.abort();
    end();
  };
}

function show(slot: Slot, picture: RawPicture | null, filling: Filling): void {
  if (filling.signal.aborted) return;
  filling.renderer.put(slot, picture);
  frameIn.set(slot, filling.frame);
  fed.value = fed.peek() + 1;
}

function fill(slot: Slot, want: Wanted | null, filling: Filling): void {
  const kept = want && pictures.get(keyOf(want));
  if (!want || kept) {
    finish(slot, kept ?? null, filling);
    return;
  }
  const standIn = NOTICES[want.kind];
  if (standIn) tell(slot, standIn);
  if (frameIn.get(slot) !== filling.frame) bridge(slot, standIn !== undefined, filling);
  // Until the server has told a frame's version, there is nothing to ask for but the source.
  if (want.kind !== "before" && !want.version) return;
  const asked = want.kind === "before" ? fetchPicture(want, filling.signal) : onceAtRest(want, filling.signal);
  asked.then(
    (picture) => finish(slot, picture, filling),
    (error: unknown) => {
      if (filling.signal.aborted || isAbort(error)) return;
      tell(slot, error instanceof Error ? error.message : String(error));
    },
  );
}

/** What has to be made is only asked for when the hand rests and the source is there, so that stepping stays light. */
async function onceAtRest(want: Wanted, stop: AbortSignal): Promise<RawPicture> {
  await new Promise((done) => setTimeout(done, SETTLE));
  await sourceArrived(want.frame);
  stop.throwIfAborted();
  return fetchPicture(want, stop);
}

function finish(slot: Slot, picture: RawPicture | null, filling: Filling): void {
  if (filling.signal.aborted) return;
  show(slot, picture, filling);
  tell(slot, "");
  if (slot === "a") lastWait.value = performance.now() - filling.began;
}

/** What is shown until the picture is there: the source for plates, nothing for mattes. */
function bridge(slot: Slot, stands: boolean, filling: Filling): void {
  if (stands) void fetchPicture(filling.source, filling.signal).then((picture) => standFor(slot, picture, filling), () => undefined);
  else if (slot === "matte" || slot === "truth") show(slot, null, filling);
}

function standFor(slot: Slot, picture: RawPicture, filling: Filling): void {
  if (frameIn.get(slot) !== filling.frame) show(slot, picture, filling);
}

/** Asks for what is next to the frame in view, once that is there and nobody moves. */
function prefetch(number: number, scale: number, stop: AbortSignal): void {
  setTimeout(() => {
    if (!stop.aborted) void aroundIt(number, scale, stop).catch(() => undefined);
  }, SETTLE);
}

async function aroundIt(number: number, scale: number, stop: AbortSignal): Promise<void> {
  for (let away = 1; away <= PREFETCHED; away++) {
    for (const near of [existing(number + away), existing(number - away, -1)]) {
      await fetchPicture(wanted(near, "before", "", scale), stop);
      if (!versionOf(near)) await glance(near, stop);
      if (away === 1 && compare.peek() !== "before") {
        await fetchPicture(wanted(near, "after", versionOf(near), scale), stop);
      }
      if (stop.aborted) return;
    }
  }
}

function feedPlay(renderer: Renderer): () => void {
  return effect(() => {
    const pair = proxyInView.value;
    if (!pair) return;
    const after = pair.after ?? pair.before;
    renderer.put("a", compare.value === "after" ? after : pair.before);
    renderer.put("b", after);
    renderer.put("matte", null);
    renderer.put("truth", null);
    tell("a", "");
    tell("b", pair.after || compare.value === "before" ? "" : "Not repaired yet: the source is shown");
    fed.value = fed.peek() + 1;
  });
}

function feedPatch(renderer: Renderer): () => void {
  let abort = new AbortController();
  const end = effect(() => {
    const one = patch.value;
    abort.abort();
    abort = new AbortController();
    renderer.put("patch", null);
    if (!one || one.frame !== frame.value) return;
    const stop = abort.signal;
    const url = one.picture.replace(/^\/api/, "");
    const query = { view: view.value, exposure: exposure.value || undefined, format: "raw" };
    rawPicture(address(url, query), stop).then((picture) => {
      if (stop.aborted) return;
      renderer.put("patch", picture);
      fed.value = fed.peek() + 1;
    }, complain);
  });
  return () => {
    abort.abort();
    end();
  };
}
