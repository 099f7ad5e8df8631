/** What the whole page knows: the session, the clip, the frame in view, messages. */

import { computed, signal } from "@preact/signals";

import { Refused, isAbort } from "../api/client";
import type { Clip, Session } from "../api/types";

export const session = signal<Session | null>(null);
export const clipId = signal("");
export const frame = signal(0);
export const connected = signal(true);
export const ended = signal("");

export const clip = computed<Clip | null>(
  () => session.value?.clips.find((one) => one.id === clipId.value) ?? null,
);

export type Panel = "defects" | "walk" | "settings" | "work";
export const panel = signal<Panel>("defects");
export const helpOpen = signal(false);

export interface Message {
  id: number;
  text: string;
  grave: boolean;
}

export const messages = signal<Message[]>([]);
let lastMessage = 0;

export function say(text: string, grave = false): void {
  const id = ++lastMessage;
  messages.value = [...messages.value.filter((one) => one.text !== text).slice(-2), { id, text, grave }];
  window.setTimeout(() => dismiss(id), grave ? 12000 : 3500);
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((one) => one.id !== id);
}

/** Tells a failure in the server's own words; what was only given up is none. */
export function complain(error: unknown): void {
  if (isAbort(error)) return;
  if (error instanceof Refused || error instanceof Error) say(error.message, true);
  else say(String(error), true);
}

/** The nearest frame of the clip to `number`, gaps stepped over in `direction`. */
export function existing(number: number, direction = 1): number {
  const one = clip.value;
  if (!one) return number;
  let wanted = Math.min(Math.max(Math.round(number), one.first), one.last);
  for (const [first, last] of one.gaps) {
    if (wanted >= first && wanted <= last) wanted = direction < 0 ? first - 1 : last + 1;
  }
  return Math.min(Math.max(wanted, one.first), one.last);
}

export function goTo(number: number, direction = 1): void {
  frame.value = existing(number, direction);
}

export function replaceClip(changed: Clip): void {
  if (!session.value) return;
  const clips = session.value.clips.map((one) => (one.id === changed.id ? changed : one));
  session.value = { ...session.value, clips };
}

export function clipPath(rest = ""): string {
  return `/clips/${clipId.value}${rest}`;
}
