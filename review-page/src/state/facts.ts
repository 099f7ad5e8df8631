/** What is known of the frames: regions, flags, and the version that their pictures go by. */

import { computed, effect, signal } from "@preact/signals";

import { get, isAbort } from "../api/client";
import type { FrameFacts } from "../api/types";
import { clip, clipPath, complain, frame } from "./app";
import { shown } from "./pending";
import { sourceArrived } from "./pictures";
import { playing } from "./transport";

const KEPT_FRAMES = 400;
const SETTLE = 150;

const facts = signal<ReadonlyMap<number, FrameFacts>>(new Map());
export const looking = signal(false);

export const factsInView = computed<FrameFacts | null>(() => facts.value.get(frame.value) ?? null);
export const regionsInView = computed(() => (factsInView.value?.regions ?? []).map(shown));

/**
 * What repaired pictures of frames go by that were not looked at since: another value from one visit to the next,
 * and whenever all frames may have changed.
 */
export const epoch = signal(Date.now());

/** All repaired pictures may be others now. */
export function beginEpoch(): void {
  epoch.value += 1;
}

/** The version of a frame's pictures; "" until the server has told it. */
export function versionOf(number: number): string {
  return facts.value.get(number)?.version ?? "";
}

/** Whether a frame's repaired picture is there without being made first. */
export function isMade(number: number): boolean {
  return facts.value.get(number)?.known ?? false;
}

function keep(one: FrameFacts): void {
  const next = new Map(facts.value);
  next.delete(one.frame);
  next.set(one.frame, one);
  for (const oldest of next.keys()) {
    if (next.size <= KEPT_FRAMES) break;
    next.delete(oldest);
  }
  facts.value = next;
}

/** What is known at once, without anything being computed. */
export async function glance(number: number, signal?: AbortSignal): Promise<void> {
  keep(await get<FrameFacts>(clipPath(`/frames/${number}`), { wait: 0 }, signal));
}

/** Marks frames ("1003,1005-1007", null for all) as changed: what is shown stays until the news is there. */
export function forgetFrames(spans: string | null): void {
  const gone = spans === null ? () => true : spanTest(spans);
  if (underWay && gone(underWay.number)) giveUp();
  facts.value = new Map(
    [...facts.value].map(([number, one]) => [number, gone(number) ? { ...one, known: false } : one]),
  );
}

export function spanTest(spans: string): (number: number) => boolean {
  const pairs = spans.split(",").filter(Boolean).map((part) => {
    const [first, last] = part.split("-");
    return [Number(first), Number(last ?? first)] as const;
  });
  return (number) => pairs.some(([first, last]) => number >= first && number <= last);
}

/** Takes over rows that the server sent with an answer to a decision. */
export function patchRegions(change: (facts: FrameFacts) => FrameFacts): void {
  const one = factsInView.peek();
  if (one) keep(change(one));
}

interface Asking {
  number: number;
  abort: AbortController;
}

let underWay: Asking | null = null;

function giveUp(): void {
  underWay?.abort.abort();
  underWay = null;
  looking.value = false;
}

/** Keeps the facts of the frame in view up to date, at first what is known, then what has to be computed. */
export function followFrame(): () => void {
  return effect(() => {
    const number = frame.value;
    const known = facts.value.get(number)?.known ?? false;
    const idle = !clip.value || playing.value || known;
    if (underWay?.number === number && !idle) return;
    giveUp();
    if (!idle) void ask((underWay = { number, abort: new AbortController() }));
  });
}

async function ask(mine: Asking): Promise<void> {
  const { number, abort } = mine;
  try {
    if (!facts.peek().has(number)) await glance(number, abort.signal);
    if (facts.peek().get(number)?.known) return;
    await new Promise((done) => setTimeout(done, SETTLE));
    await sourceArrived(number);
    if (abort.signal.aborted) return;
    looking.value = true;
    keep(await get<FrameFacts>(clipPath(`/frames/${number}`), {}, abort.signal));
  } catch (error) {
    if (!isAbort(error)) complain(error);
  } finally {
    if (underWay === mine) {
      underWay = null;
      looking.value = false;
    }
  }
}
