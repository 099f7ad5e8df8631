/** Playing: direction, speed, in and out, loops. Frames come from small proxies that are read ahead. */

import { computed, effect, signal } from "@preact/signals";

import { address, bitmap, post } from "../api/client";
import { clip, clipPath, existing, frame, goTo } from "./app";
import { Kept } from "./kept";
import { compare, exposure, view } from "./look";

const AHEAD = 24;
const AT_ONCE = 6;
const PROXY_BUDGET = 512 * 1024 * 1024;
const SPEEDS = [1, 2, 4, 8];
const DEFECT_LOOP = 6;

/** Multiple of the clip's rate; negative is backwards, 0 stands. */
export const speed = signal(0);
export const playing = computed(() => speed.value !== 0);
export const shownRate = signal(0);
export const loop = signal(true);
export const inPoint = signal<number | null>(null);
export const outPoint = signal<number | null>(null);
export const proxySize = signal(960);

export interface ProxyPair {
  frame: number;
  before: ImageBitmap;
  /** Null where the repaired frame has not been made. */
  after: ImageBitmap | null;
}

/** What is to be shown while playing. */
export const proxyInView = signal<ProxyPair | null>(null);

const kept = new Kept<ProxyPair>(PROXY_BUDGET, (pair) => {
  if (pair === proxyInView.peek()) return;
  pair.before.close();
  pair.after?.close();
});
const coming = new Set<string>();

export const range = computed<[number, number]>(() => {
  const one = clip.value;
  return [inPoint.value ?? one?.first ?? 0, outPoint.value ?? one?.last ?? 0];
});

export function togglePlay(): void {
  speed.value = playing.value ? 0 : 1;
}

/** J and L: the first press plays, each further one doubles the speed; the other direction begins anew. */
export function shuttle(direction: 1 | -1): void {
  const now = speed.value;
  if (Math.sign(now) !== direction) speed.value = direction;
  else speed.value = direction * (SPEEDS[SPEEDS.indexOf(Math.abs(now)) + 1] ?? 8);
}

export function stop(): void {
  speed.value = 0;
}

export function step(count: number): void {
  stop();
  goTo(frame.value + count, Math.sign(count));
}

export function markIn(): void {
  inPoint.value = frame.value;
  if (outPoint.value !== null && outPoint.value < frame.value) outPoint.value = null;
}

export function markOut(): void {
  outPoint.value = frame.value;
  if (inPoint.value !== null && inPoint.value > frame.value) inPoint.value = null;
}

export function clearMarks(): void {
  inPoint.value = null;
  outPoint.value = null;
}

/** Plays a few frames around the frame in view, again and again; once more stops it. */
export function loopAround(): void {
  const one = clip.value;
  if (!one) return;
  if (playing.value && inPoint.value !== null) {
    stop();
    goTo(Math.round((range.value[0] + range.value[1]) / 2));
    clearMarks();
    return;
  }
  inPoint.value = Math.max(one.first, frame.value - DEFECT_LOOP);
  outPoint.value = Math.min(one.last, frame.value + DEFECT_LOOP);
  loop.value = true;
  speed.value = 1;
}

function proxyKey(number: number): string {
  return `${clipPath()}|${number}|${view.value}|${exposure.value}|${proxySize.value}`;
}

/** Forgets the proxies of a frame, or of all. */
export function forgetProxies(number?: number): void {
  kept.dropWhere((key) => number === undefined || key.split("|")[1] === String(number));
}

async function fetchProxy(number: number): Promise<void> {
  const key = proxyKey(number);
  if (kept.has(key) || coming.has(key)) return;
  coming.add(key);
  const url = (kind: string) =>
    address(clipPath(`/frames/${number}/proxy/${kind}`), {
      view: view.value, exposure: exposure.value || undefined, size: proxySize.value,
    });
  try {
    const [before, after] = await Promise.all([
      bitmap(url("before")),
      compare.peek() === "before" ? null : bitmap(url("after")).catch(() => null),
    ]);
    const bytes = 4 * before.width * before.height * (after ? 2 : 1);
    kept.put(key, { frame: number, before, after }, bytes);
  } catch {
    // A proxy that cannot be made is stepped over; standing on the frame tells why.
    failed.add(key);
  } finally {
    coming.delete(key);
  }
}

const failed = new Set<string>();

/** The frame after `number` when playing; null at an end that is not looped. */
export function following(number: number, by: number): number | null {
  const [first, last] = range.value;
  const next = existing(number + by, Math.sign(by));
  if (next > last || next < first || next === number) {
    return loop.value && first < last ? (by > 0 ? first : last) : null;
  }
  return next;
}

function readAhead(number: number, by: number): void {
  let next: number | null = number;
  for (let count = 0; count < AHEAD && next !== null && coming.size < AT_ONCE; count++) {
    void fetchProxy(next);
    next = following(next, by);
  }
}

/** Shows one frame after the other while `speed` is not 0. Returns what ends it. */
export function runTransport(): () => void {
  return effect(() => {
    const pace = speed.value;
    const one = clip.value;
    if (!one || pace === 0) {
      proxyInView.value = null;
      return;
    }
    return playAt(pace, one.rate);
  });
}

function playAt(pace: number, rate: number): () => void {
  const by = Math.sign(pace);
  const interval = 1000 / (rate * Math.abs(pace));
  const [first, last] = range.peek();
  let due = performance.now();
  let shown = 0;
  let since = due;
  let request = requestAnimationFrame(tick);
  failed.clear();
  void announce({ from: first, to: last, direction: by });

  function tick(now: number): void {
    request = requestAnimationFrame(tick);
    readAhead(frame.peek(), by);
    if (now < due) return;
    const next = proxyInView.peek() ? following(frame.peek(), by) : frame.peek();
    if (next === null) {
      speed.value = 0;
      return;
    }
    const pair = kept.get(proxyKey(next));
    if (!pair && !failed.has(proxyKey(next))) return;
    due = Math.max(due + interval, now - interval);
    if (pair) proxyInView.value = pair;
    frame.value = next;
    shown += 1;
    if (now - since > 500) {
      shownRate.value = (1000 * shown) / (now - since);
      shown = 0;
      since = now;
    }
  }

  return () => {
    cancelAnimationFrame(request);
    shownRate.value = 0;
    void announce({ stop: true });
  };
}

async function announce(plan: Record<string, unknown>): Promise<void> {
  const body = plan.stop ? plan : { ...plan, view: view.peek(), size: proxySize.peek(), kinds: ["before", "after"] };
  await post(clipPath("/play"), body).catch(() => undefined);
}
